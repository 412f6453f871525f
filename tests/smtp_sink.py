"""A mail server for tests: a real socket that answers as it is told to, and keeps what it got."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Sink:
    """`answers` replaces the reply to a verb ('RCPT': '550 no'); 'HANG' never answers it."""

    host: str = "127.0.0.1"
    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]

    def mailers(self, *, timeout: float = 5) -> dict[str, object]:
        """For `settings.MAILERS`."""
        options = {"host": self.host, "port": self.port, "timeout": timeout}
        backend = "django.core.mail.backends.smtp.EmailBackend"
        return {"default": {"BACKEND": backend, "OPTIONS": options}}


class _Talk(socketserver.StreamRequestHandler):
    server: "_Server"

    def reply(self, verb: str, usual: str) -> bool:
        text = self.server.sink.answers.get(verb, usual)
        if text == "HANG":
            self.server.sink.released.wait(30)
            return False
        if text == "DROP":
            return False
        self.wfile.write(f"{text}\r\n".encode())
        return not text.startswith("421")

    def handle(self) -> None:
        recipients: list[str] = []
        if not self.reply("HELLO", "220 sink"):
            return
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipients.append(line[line.index("<") + 1 : line.index(">")])
            if verb == "QUIT":
                self.reply(verb, "221 bye")
                return
            if not self.reply(verb, "354 go on" if verb == "DATA" else "250 fine"):
                return
            if verb == "DATA" and self.server.sink.answers.get("DATA", "354").startswith("354"):
                self._take(recipients)
                recipients = []
                if not self.reply("DONE", "250 taken"):
                    return

    def _take(self, recipients: list[str]) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.sink.raw.append(b"".join(lines))
        self.server.sink.recipients.append(recipients)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    sink: Sink


@contextmanager
def smtp_sink(port: int = 0, **answers: str) -> Iterator[Sink]:
    with _Server(("127.0.0.1", port), _Talk) as server:
        server.sink = Sink(port=server.server_address[1], answers=dict(answers))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.sink
        finally:
            server.sink.released.set()
            server.shutdown()
            thread.join()
