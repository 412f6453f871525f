import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from core import tokens
from tec_site.logs import HideTokens, redact

ROOT = Path(__file__).resolve().parents[2]
UUID = "0b8e8d0a-8c5e-4f6d-9a51-3f1d2b7c9e10"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("/agenda/mijn/7/{token}.ics", "/agenda/mijn/7/[hidden].ics"),
        ("/agenda/mijn/7/{token}x", "/agenda/mijn/7/[hidden]"),
        (f"/boekingen/{UUID}/{{token}}/", f"/boekingen/{UUID}/[hidden]/"),
        ("GET /programmas/?jaar=7&t=geheim HTTP/1.1", "GET /programmas/?[hidden] HTTP/1.1"),
        ("Is this a question? Yes.", "Is this a question? Yes."),
        ("Not Found: /programmas/stop-motion/", "Not Found: /programmas/stop-motion/"),
    ],
)
def test_redact_hides_tokens_and_query_strings_only(text, safe):
    assert redact(text.format(token=tokens.make("feed", 7, 1))) == safe


def test_redact_hides_a_token_with_encoded_characters():
    encoded = tokens.make("feed", 7, 1)[:20] + "%2D" + "%5F" + "abcdefghij"

    assert redact(f"/agenda/mijn/7/{encoded}.ics") == "/agenda/mijn/7/[hidden].ics"


def test_log_filter_hides_tokens_in_message_and_traceback():
    token = tokens.make("feed", 7, 1)
    try:
        raise ValueError(f"/agenda/mijn/7/{token}.ics")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 1, "Failed: %s", (f"/x/{token}",), sys.exc_info()
        )

    assert HideTokens().filter(record) is True
    line = logging.Formatter().format(record)

    assert line.startswith("Failed: /x/[hidden]\nTraceback")
    assert line.endswith("ValueError: /agenda/mijn/7/[hidden].ics")
    assert token not in line


def test_message_that_does_not_fit_its_values_is_logged_all_the_same():
    token = tokens.make("feed", 7, 1)
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%d of %d", (f"/{token}",), None)
    assert HideTokens().filter(record)
    assert record.getMessage() == "%d of %d ('/[hidden]',)"


def test_everything_django_logs_passes_the_filter():
    console = [handler for handler in logging.getLogger().handlers if handler.name == "console"]

    assert [type(rule) for rule in console[0].filters] == [HideTokens]
    for name in ("django", "django.request", "django.server"):
        assert logging.getLogger(name).handlers == []
        assert logging.getLogger(name).propagate is True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _get(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_gunicorn_logs_no_token(tmp_path):
    port, token, log = _free_port(), tokens.make("feed", 7, 1), tmp_path / "log"
    environment = os.environ | {
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "TEC_MODE": "demo",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:tec_site.gunicorn"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*gunicorn, "tec_site.wsgi"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(port, server)
        address = f"http://127.0.0.1:{port}/agenda/mijn/7/{token}.ics"
        assert _get(f"{address}?t={token}", Referer=address) == 500
        assert _get(f"http://127.0.0.1:{port}/nergens/{token}/") == 404
    finally:
        server.terminate()
        server.wait(timeout=10)

    text = log.read_text()
    assert '"GET /agenda/mijn/7/[hidden].ics?[hidden] HTTP/1.1" 500' in text
    assert '"GET /nergens/[hidden]/ HTTP/1.1" 404' in text
    assert "Internal Server Error: /agenda/mijn/7/[hidden].ics" in text
    assert "Traceback" in text
    assert token not in text


def _wait_for(port: int, server: subprocess.Popen) -> None:
    for _try in range(100):
        assert server.poll() is None, "gunicorn stopped"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("gunicorn did not answer within 10 seconds")
