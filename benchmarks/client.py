"""A small HTTP client that behaves like a browser behind the production proxy."""

import http.client
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.live_site import HOST

STATEMENTS = "X-Bench-Statements"  # of a response: how many it took


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def statements(self) -> int:
        return int(self.headers.get(STATEMENTS.lower(), "0"))


class Client:
    """One browser: keeps its connection and its cookies. Not for two threads at once."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._ask("GET", path, b"", headers or {})

    def post(self, path: str, data: dict[str, Any] | None = None) -> Answer:
        """A form, with the CSRF token that an earlier page set as a cookie."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")} | (data or {})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields, doseq=True).encode(), form)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}:{self._connection.port}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        } | headers
        try:
            self._connection.request(method, path, body or None, sent)
            response = self._connection.getresponse()
        except ConnectionError:  # the server closed it meanwhile; asking twice does no harm
            self._connection.close()
            self._connection.request(method, path, body or None, sent)
            response = self._connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, content, names)
