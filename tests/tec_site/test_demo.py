"""`manage.py demo` as a newcomer starts it: a process of its own, over HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management.base import CommandError

from kits.models import KitDocument, LessonKit, Loan, LoanState
from tec_site import demo
from tec_site.demo.people import STAFF_EMAIL, staff_password
from tec_site.management.commands.demo import listen

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def start_demo(folder: Path, port: int) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-u", "manage.py", "demo"],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(folder), "PORT": str(port), "TEC_MODE": "demo"},
        stdout=subprocess.PIPE,
        text=True,
    )


def read_banner(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def test_demo_serves_on_the_next_free_port_and_stops_cleanly(
    tmp_path: Path, taken_port: int
) -> None:
    process = start_demo(tmp_path, taken_port)
    try:
        banner = read_banner(process)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", banner)
        assert found, banner
        assert taken_port < int(found[1]) < taken_port + 100
        with urllib.request.urlopen(found[0], timeout=20) as response:
            assert "text/html" in response.headers["Content-Type"]
        assert STAFF_EMAIL in banner
        assert stop(process, signal.SIGTERM) == 0
    finally:
        process.kill()
    # Again, on what is there already; Ctrl-C this time.
    again = start_demo(tmp_path, taken_port)
    try:
        assert read_banner(again) == banner
        assert stop(again, signal.SIGINT) == 0
    finally:
        again.kill()


def test_listen_refuses_when_every_port_is_taken(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tec_site.management.commands.demo.PORTS_TRIED", 1)
    with pytest.raises(CommandError, match=f"No free port from {taken_port}"):
        listen(taken_port)


@pytest.mark.django_db
def test_loading_demo_data_twice_changes_nothing() -> None:
    demo.load()
    loans = sorted(Loan.objects.values_list("pk", "state"))
    assert {state for _pk, state in loans} == {*LoanState.values}
    assert Loan.objects.overdue().count() == 1
    assert KitDocument.objects.count() == 2 * LessonKit.objects.filter(is_example=True).count() > 0
    user = authenticate(username=STAFF_EMAIL, password=staff_password())
    assert user is not None
    user.set_password("chosen by hand")
    user.save()

    demo.load()

    assert authenticate(username=STAFF_EMAIL, password="chosen by hand") == user
    assert sorted(Loan.objects.values_list("pk", "state")) == loans
