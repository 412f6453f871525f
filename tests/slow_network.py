"""A slow network between a browser and the live site: what is asked arrives at once, and every
answer is held back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SlowNetwork:
    """`delay`: seconds between a request and the first byte of its answer."""

    def __init__(self, host: str, port: int) -> None:
        self.site = (host, port)
        self.delay = 0.0
        self.listening = socket.create_server((host, 0))
        self.url = f"http://{host}:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listening.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self.listening.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        with browser, socket.create_connection(self.site) as site:
            due = [0.0]
            answers = threading.Thread(target=self._answer, args=(site, browser, due), daemon=True)
            answers.start()
            for asked in _chunks(browser):
                due[0] = time.monotonic() + self.delay
                site.sendall(asked)
            # The browser went elsewhere. The site answers in vain, and is not hurried.
            answers.join(timeout=10)

    def _answer(self, site: socket.socket, browser: socket.socket, due: list[float]) -> None:
        try:
            for answer in _chunks(site):
                time.sleep(max(0.0, due[0] - time.monotonic()))
                browser.sendall(answer)
            browser.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # nobody waits for it any more


def _chunks(source: socket.socket) -> Iterator[bytes]:
    try:
        while chunk := source.recv(65536):
            yield chunk
    except OSError:
        return


@contextmanager
def slow_network(url: str) -> Iterator[SlowNetwork]:
    host, port = url.removeprefix("http://").split(":")
    network = SlowNetwork(host, int(port))
    try:
        yield network
    finally:
        network.close()
