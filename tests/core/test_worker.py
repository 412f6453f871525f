import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import OperationalError, connection

from core import kinds
from core.mail.queue import Message, enqueue
from core.models import Heartbeat, Mail
from core.worker import Worker
from tests.smtp_sink import smtp_sink


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch):
    """Only the jobs of the test itself."""
    monkeypatch.setattr(kinds, "_registered", [])


def mail(number: int = 1) -> Mail:
    return enqueue(Message(to=f"juf{number}@school.example", subject="Dag", text="Dag!\n"))


def test_tick_runs_what_is_due_and_leaves_a_sign_of_life(db):
    calls: list[str] = []

    class Busy(kinds.Part):
        name = "busy"
        jobs = {"often": timedelta(0), "hourly": timedelta(hours=1)}

        def often(self):
            calls.append("often")

        def hourly(self):
            calls.append("hourly")

    kinds.register(Busy())
    one = Worker()
    one.tick()
    one.tick()
    assert calls == ["often", "hourly", "often"]
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker"]


def test_job_that_fails_stops_neither_the_others_nor_the_mail(db, settings, caplog):
    calls: list[int] = []

    class Half(kinds.Part):
        name = "half"
        jobs = {"bad": timedelta(0), "good": timedelta(0)}

        def bad(self):
            raise ZeroDivisionError

        def good(self):
            calls.append(1)

    kinds.register(Half())
    row = mail()
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        Worker().tick()
    row.refresh_from_db()
    assert (calls, row.state) == ([1], Mail.State.SENT)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "The worker's job 'half.bad' failed"
    ]


def test_tick_survives_a_database_that_does_not_answer(transactional_db):
    def refuse(*_args):
        raise OperationalError("gone")

    one = Worker()
    with connection.execute_wrapper(refuse):
        one.tick()
    one.tick()
    assert Heartbeat.objects.count() == 1


def test_once_sends_all_that_waits(db, settings):
    for number in range(120):
        mail(number)
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        Worker().run_once()
    assert len(sink.raw) == 120
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SENT}


def test_two_workers_at_once_send_each_mail_once(transactional_db, settings):
    for number in range(60):
        mail(number)
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()

        def work():
            try:
                Worker().run_once()
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _worker in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(to for (to,) in sink.recipients) == sorted(
        f"juf{number}@school.example" for number in range(60)
    )


# --- As a process -----------------------------------------------------------------------------


@pytest.fixture
def start(transactional_db, tmp_path):
    """Starts `manage.py worker` on the test's own database, as in production."""
    running: list[subprocess.Popen[bytes]] = []
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)

    def begin(sink) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "TEC_MODE": "production",
            "SECRET_KEY": "x" * 50,
            "ALLOWED_HOSTS": "tec.example",
            "SITE_URL": "https://tec.example",
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "MEDIA_ROOT": str(tmp_path),
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=site.BASE_DIR, env=environment
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


def wait_for(condition, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


def test_worker_process_sends_within_two_seconds_and_ends_well_on_sigterm(start):
    with smtp_sink() as sink:
        process = start(sink)
        wait_for(Heartbeat.objects.exists)
        mail()
        queued_at = time.monotonic()
        wait_for(lambda: sink.raw)
        assert time.monotonic() - queued_at < 2.5
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_worker_killed_after_sending_repeats_that_mail_once_with_its_message_id(start):
    row = mail()
    with smtp_sink(DONE="HANG") as sink:
        process = start(sink)
        wait_for(lambda: sink.raw)  # the server has it; the worker does not know that yet
        process.kill()
        process.wait()
        sink.released.set()
        sink.answers.clear()
        Mail.objects.update(scheduled_at=None)  # as after CLAIM_FOR
        second = start(sink)
        wait_for(lambda: Mail.objects.get().state == Mail.State.SENT)
        time.sleep(1.5)
        second.send_signal(signal.SIGTERM)
        second.wait(timeout=10)
    assert [sent["Message-ID"] for sent in sink.messages] == [row.message_id] * 2
