"""PostgreSQL restarted under load (RELIABILITY, 11), or lost for good while a replica stands by, on
clusters made for these tests."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.databases import END_OTHER_SESSIONS
from tests.live_site import HOST, LiveSite, serving, wait_for
from tests.tec_site.test_faults import typed

pytestmark = pytest.mark.private_cluster

ASKERS = 4
MAKE_ROOM = """
from tests.factories import make_programme, make_slot
from tests.live_site import in_weeks
room = {"max_groups": 1200, "max_pupils": 30000}
programme = make_programme(**room)
slot = make_slot(programmes=[programme], starts_at=in_weeks(6), **room)
print(f"/boekingen/nieuw/{programme.slug}/{slot.pk}/")
"""


@dataclass
class Cluster:
    binaries: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://tec@{HOST}:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        """As the system's user for PostgreSQL, which does not run as root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, str(self.binaries / program), "-D", str(self.folder / "data")]
        subprocess.run(
            [*command, *arguments], check=True, cwd=self.folder, stdout=subprocess.DEVNULL
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={HOST}"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-w", "-l", log, "-o", options, "start")

    def restart(self, mode: str) -> None:
        self.run("pg_ctl", "-w", "-m", mode, "-l", str(self.folder / "log"), "restart")


@pytest.fixture
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    if not found:
        pytest.skip("no PostgreSQL installed under /usr/lib/postgresql")
    # Not under pytest's own folder, which only its owner may enter.
    made = subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True)
    folder = Path(made.stdout.strip())
    if os.geteuid() == 0:
        subprocess.run(["chown", "postgres", folder], check=True)
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    cluster = Cluster(found[-1], folder, port)
    cluster.run("initdb", "-U", "tec", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    cluster.start()
    yield cluster
    cluster.run("pg_ctl", "-w", "-m", "immediate", "stop")
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def manage(cluster: Cluster, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "TEC_MODE": "demo",
            "VAR_DIR": str(folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": cluster.url,
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@dataclass
class Answer:
    at: float
    number: int
    status: int  # 0: nobody answered


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_restart_under_load_costs_two_seconds_and_nothing_acknowledged(cluster, tmp_path, mode):
    address = prepared(cluster, tmp_path)
    with serving(tmp_path, workers=2, url=cluster.url) as site, asking(site, address) as answers:
        before = len(answers)
        cluster.restart(mode)
        back = time.monotonic()
        time.sleep(4)
    failed_for_a_moment(answers, before, until=back + 2)
    nothing_was_lost(cluster, answers)


def test_replica_takes_over_under_load_and_nothing_acknowledged_is_lost(cluster, tmp_path):
    """As docs/operations.md has it: both in the address, and a synchronous replica is promoted."""
    address = prepared(cluster, tmp_path)
    with replica_of(cluster) as replica:
        both = f"{HOST}:{cluster.port},{HOST}:{replica.port}"
        url = f"postgres://tec@{both}/postgres?target_session_attrs=read-write"
        with serving(tmp_path, workers=2, url=url) as site, asking(site, address) as answers:
            before = len(answers)
            cluster.run("pg_ctl", "-m", "immediate", "stop")
            time.sleep(1)
            replica.run("pg_ctl", "-w", "promote")
            back = time.monotonic()
            time.sleep(4)
        cluster.start()  # for its end
        failed_for_a_moment(answers, before, until=back + 2)
        nothing_was_lost(replica, answers)


def test_the_tests_clear_up_beside_a_superuser(cluster):
    """A vacuum that passed made a whole run fail."""
    with psycopg.connect(cluster.url, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE plain LOGIN")
        plain = cluster.url.replace("tec@", "plain@")
        with psycopg.connect(plain) as left_open, psycopg.connect(plain) as tests:
            tests.execute(END_OTHER_SESSIONS)
            with pytest.raises(psycopg.OperationalError, match="terminat"):
                left_open.execute("SELECT 1")
        superuser.execute("SELECT 1")


# --- What both do --------------------------------------------------------------------------------


def prepared(cluster: Cluster, folder: Path) -> str:
    """A migrated database; returns the address of a form with much room."""
    manage(cluster, folder, "migrate", "--verbosity", "0")
    return manage(cluster, folder, "shell", "--no-imports", "-c", MAKE_ROOM).split()[-1]


@contextmanager
def replica_of(cluster: Cluster) -> Iterator[Cluster]:
    with socket.create_server((HOST, 0)) as free:
        replica = Cluster(cluster.binaries, cluster.folder / "replica", free.getsockname()[1])
    source = ["-h", HOST, "-p", str(cluster.port), "-U", "tec"]
    # As the system's user; its own `-D` comes last and so stands.
    where = str(replica.folder / "data")
    cluster.run("pg_basebackup", *source, "-R", "-X", "stream", "-D", where)
    replica.start()
    with psycopg.connect(cluster.url, autocommit=True) as primary:
        follows = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        wait_for(lambda: primary.execute(follows).fetchone() == (1,))
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
    try:
        yield replica
    finally:
        replica.run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def asking(site: LiveSite, address: str) -> Iterator[list[Answer]]:
    """Schools that book as fast as they can; from the first ten answers on, until it ends."""
    answers: list[Answer] = []
    stop = threading.Event()

    def ask(asker: int) -> None:
        number = asker
        while not stop.is_set():
            number += ASKERS
            status = 0
            with contextlib.suppress(OSError, http.client.HTTPException):
                browser = site.browser()
                status, page = browser.get(address)
                if status == 200:
                    data = typed(number, page)
                    status, _page = browser.post(address, data)
            answers.append(Answer(time.monotonic(), number, status))

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(ASKERS)]
    for thread in askers:
        thread.start()
    try:
        wait_for(lambda: len(answers) >= 10)
        yield answers
    finally:
        stop.set()
        for thread in askers:
            thread.join(60)


def failed_for_a_moment(answers: list[Answer], before: int, *, until: float) -> None:
    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) <= {302, 503}, statuses
    failed = [answer.at for answer in answers if answer.status != 302]
    assert all(at <= until for at in failed), [round(at - until, 1) for at in failed]
    assert [answer.status for answer in answers[-ASKERS:]] == [302] * ASKERS
    assert len(answers) > before + ASKERS


def nothing_was_lost(cluster: Cluster, answers: list[Answer]) -> None:
    """Whoever heard that she has a place has one, and each has one only."""
    with psycopg.connect(cluster.url) as database:
        rows = database.execute(
            "SELECT email, count(b.id) FROM submissions_submission s "
            "LEFT JOIN bookings_booking b ON b.submission_id = s.id GROUP BY s.id"
        ).fetchall()
        taken = database.execute("SELECT sum(groups_taken) FROM bookings_visit").fetchone()
    acknowledged = {f"juf{one.number}@school.example" for one in answers if one.status == 302}
    assert acknowledged <= {email for email, _count in rows}
    assert {count for _email, count in rows} == {1}
    assert taken == (len(rows),)
