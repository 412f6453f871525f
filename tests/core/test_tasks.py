"""Long work: each unit once, whoever is killed, and what fails is named while the rest goes on."""

import os
import signal
import subprocess
import sys
import time
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.urls import reverse
from django.utils import translation

from core import kinds
from core.kinds import Action
from core.lifecycle import Refused
from core.mail.queue import Message, enqueue
from core.models import Mail, Task, TaskUnit
from core.tasks import running
from core.tasks.work import About, Work
from core.worker import Worker
from tests.factories import NOW, make_other_hub, make_staff, the_hub
from tests.racing import race


class Writing(Work):
    """Mails a line to each address; '!' refuses, '?' breaks after it wrote."""

    name = "copying-out"
    permission = "core.change_mail"

    def title(self, task):
        return f"Schrijven: {task.about}"

    def do(self, unit, task):
        if unit.startswith("!"):
            raise Refused("Dit adres wil geen post.")
        enqueue(Message(to=f"{unit.strip('?')}@school.example", subject="Dag", text="Dag\n"))
        if unit.endswith("?"):
            raise ZeroDivisionError

    def describe(self, units):
        return {unit.number: About(unit.data, "/waar/") for unit in units}

    def back(self, task):
        return Action("Verder", "/verder/")


@pytest.fixture
def writing(monkeypatch):
    work = Writing()
    monkeypatch.setattr(kinds, "_registered", [*kinds.parts(), work])
    return work


def begin(work, units, *, by=None, about="klassen", token=None, hub=None):
    by = by or make_staff()
    hub = (hub or the_hub()).pk
    return running.start(work, units, about=about, token=token or uuid4(), hub=hub, by=by)


def mailed():
    return sorted(mail.to.split("@")[0] for mail in Mail.objects.all())


def states(task):
    return list(task.units.order_by("number").values_list("state", flat=True))


def test_each_unit_is_done_once_and_the_task_ends(db, writing):
    task = begin(writing, ["a", "b", "c"])
    Worker().run_once()
    running.work(seconds=1)
    task.refresh_from_db()
    assert mailed() == ["a", "b", "c"]
    assert (states(task), task.is_running) == (["done"] * 3, False)


def test_what_fails_is_named_and_undone_and_the_rest_goes_on(db, writing, caplog):
    task = begin(writing, ["a", "!b", "c?", "d"])
    running.work(seconds=5)
    assert mailed() == ["a", "d"]
    assert states(task) == ["done", "failed", "failed", "done"]
    assert [unit.why for unit in task.units.all()] == [
        "",
        "Dit adres wil geen post.",
        "Hier ging iets mis; wat precies, staat in het logboek.",
        "",
    ]
    assert [one.getMessage() for one in caplog.records] == [f"Unit 3 of task {task.pk} failed"]


def test_unit_the_database_cannot_do_now_waits_and_other_tasks_go_on(
    db, writing, monkeypatch, caplog
):
    do = Writing.do

    def locked_at_b(self, unit, task):
        do(self, unit, task)
        if unit == "b":
            raise OperationalError("locked")

    monkeypatch.setattr(Writing, "do", locked_at_b)
    stuck, other = begin(writing, "abc"), begin(writing, "xyz", about="anderen")
    assert running.work(seconds=5) == 4
    assert (states(stuck), states(other)) == (["done", "waiting", "waiting"], ["done"] * 3)
    assert [one.getMessage() for one in caplog.records] == [f"Unit 2 of task {stuck.pk} failed"]
    monkeypatch.setattr(Writing, "do", do)
    assert running.work(seconds=5) == 2
    assert mailed() == list("abcxyz")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_that_is_away_ends_the_round_and_fails_nothing(db, writing, monkeypatch, error):
    def away(self, unit, task):
        raise error

    monkeypatch.setattr(Writing, "do", away)
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    task = begin(writing, "ab")
    with pytest.raises(error):
        running.work(seconds=5)
    assert states(task) == ["waiting", "waiting"]


def test_work_stops_when_its_time_is_up_and_tasks_have_turns(db, writing, monkeypatch):
    first, second = begin(writing, "abc"), begin(writing, "xyz", about="anderen")
    clock = iter(range(100))
    monkeypatch.setattr(running.time, "monotonic", lambda: next(clock))
    assert running.work(seconds=4) == 3
    assert mailed() == ["a", "b", "x"]
    assert first.is_running
    assert second.is_running


def test_tick_gives_long_work_half_a_second_after_the_mail(db, writing, monkeypatch):
    calls = []
    worker = Worker()
    monkeypatch.setattr(worker._sender, "send", lambda seconds: calls.append(("mail", seconds)))
    monkeypatch.setattr(running, "work", lambda seconds: calls.append(("tasks", seconds)))
    worker.tick()
    assert calls == [("mail", 0.8), ("tasks", 0.5)]


def test_worker_that_dies_in_a_unit_leaves_it_undone_and_it_is_done_once_later(db, writing):
    task = begin(writing, ["a", "b", "c"])
    do = Writing.do

    def die_at_b(self, unit, task):
        do(self, unit, task)
        if unit == "b":
            raise KeyboardInterrupt  # no handler of ours

    Writing.do = die_at_b
    try:
        with pytest.raises(KeyboardInterrupt):
            running.work(seconds=5)
    finally:
        Writing.do = do
    assert (mailed(), states(task)) == (["a"], ["done", "waiting", "waiting"])
    running.work(seconds=5)
    assert mailed() == ["a", "b", "c"]


KILLED = """
import os, sys, time
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = "tec_site.settings"
import django
django.setup()
from core import kinds
from core.tasks import running
from tests.core.test_tasks import Writing

class Slow(Writing):
    def do(self, unit, task):
        super().do(unit, task)
        if unit == "c":
            print("in c", flush=True)
            time.sleep(60)

kinds.register(Slow())
running.work(seconds=60)
"""


def test_killed_process_did_each_unit_wholly_or_not_at_all(transactional_db, writing):
    task = begin(writing, list("abcd"))
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor != "sqlite":
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = os.environ | {"TEC_MODE": "test", "DATABASE_URL": url}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in c\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert (mailed(), states(task)) == (["a", "b"], ["done", "done", "waiting", "waiting"])
    until = time.monotonic() + 20
    while mailed() != list("abcd") and time.monotonic() < until:
        running.work(seconds=5)
    assert mailed() == list("abcd")
    assert states(task) == ["done"] * 4


def test_two_workers_share_the_units(transactional_db, writing):
    task = begin(writing, [f"juf{number:02}" for number in range(30)])

    def work():
        running.work(seconds=20)

    assert race([work, work, work]) == [None] * 3
    assert mailed() == [f"juf{number:02}" for number in range(30)]
    assert states(task) == ["done"] * 30


def test_pressing_again_finds_what_was_started(db, writing):
    token, by = uuid4(), make_staff()
    task = begin(writing, ["a"], token=token, by=by)
    assert running.find(writing, about="klassen", token=uuid4()) == task  # of another tab
    assert running.find(writing, about="anderen", token=uuid4()) is None
    running.work(seconds=5)
    assert running.find(writing, about="klassen", token=token) == task  # of the same form
    assert running.find(writing, about="klassen", token=uuid4()) is None


def test_two_who_press_at_once_start_one(transactional_db, writing):
    by = make_staff()

    def press():
        return begin(writing, ["a"], by=by).pk

    results = race([press] * 4)
    assert [type(one) for one in results].count(IntegrityError) == 3
    assert Task.objects.count() == 1


@pytest.mark.parametrize("lost", ["hub", "role", "account"])
def test_who_lost_the_right_meanwhile_does_no_more(db, writing, lost):
    by = make_staff(is_superuser=False)
    by.user_permissions.set([permission_to("change_mail")])
    task = begin(writing, ["a", "b"], by=by)
    if lost == "hub":
        by.hubs.clear()
    elif lost == "role":
        by.user_permissions.clear()
    else:
        type(by).objects.filter(pk=by.pk).update(is_active=False)
    running.work(seconds=5)
    assert (mailed(), states(task)) == ([], ["failed", "failed"])
    assert {unit.why for unit in task.units.all()} == {"Wie dit begon, mag het niet meer."}


def permission_to(codename):
    return Permission.objects.get(content_type__app_label="core", codename=codename)


def test_what_another_version_started_is_left_alone(db, writing):
    task = begin(writing, ["a"])
    Task.objects.update(work="gone")
    assert running.work(seconds=5) == 0
    task.refresh_from_db()
    assert task.is_running


@pytest.mark.parametrize("started_in", ["nl", "en"])
def test_reason_is_read_in_the_reader_s_language_whoever_started(db, writing, started_in):
    task = begin(writing, ["c?", "!b"])
    Task.objects.update(language=started_in)
    running.work(seconds=5)
    failed, refused = task.units.order_by("pk")
    assert failed.shown.why == "Hier ging iets mis; wat precies, staat in het logboek."
    assert refused.shown.why == "Dit adres wil geen post."
    with translation.override("en"):
        assert failed.shown.why == "Something went wrong here; the log says what."


def test_what_all_units_share_goes_with_the_last(db, writing):
    task = begin(writing, ["c?"])
    Task.objects.update(data={"note": "Mevrouw De Wit is ziek"})
    running.work(seconds=5)
    task.refresh_from_db()
    assert task.data == {}


# --- Its page ------------------------------------------------------------------------------------


def page(task):
    return reverse("admin:core_task_change", args=[task.pk])


def test_page_says_how_far_it_is_without_a_script_and_stops_when_it_ended(desk, staff, writing):
    task = begin(writing, ["a", "!b"], by=staff)
    text = desk.get(page(task)).content.decode()
    assert '<meta http-equiv="refresh" content="2">' in text
    assert "Bezig: 0 van 2" in text
    running.work(seconds=5)
    text = desk.get(page(task)).content.decode()
    assert "http-equiv" not in text
    assert "Gedaan: 1 van 2. 1 is niet gelukt en bleef zoals het was." in text
    assert '<a href="/waar/">!b</a>' in text
    assert "Dit adres wil geen post." in text
    assert "/verder/" in text


def test_what_failed_needs_attention_until_somebody_saw_to_it(desk, staff, writing):
    task = begin(writing, ["a", "!b"], by=staff)
    home = desk.get("/beheer/").content.decode()
    assert "Bezig, 0 van 2: Schrijven: klassen" in home
    running.work(seconds=5)
    assert "1 ervan is niet gelukt: Schrijven: klassen" in desk.get("/beheer/").content.decode()
    desk.post(page(task))
    assert "Schrijven: klassen" not in desk.get("/beheer/").content.decode()
    assert desk.get(reverse("admin:core_task_changelist")).status_code == 200


def test_another_hubs_task_does_not_exist(desk, staff, writing):
    other = begin(writing, ["!a"], by=staff, hub=make_other_hub())
    running.work(seconds=5)
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set([permission_to("view_task"), permission_to("change_task")])
    assert desk.get(page(other)).status_code == 302
    assert desk.post(page(other)).status_code == 302
    assert Task.objects.get().settled_at is None
    assert "Schrijven" not in desk.get("/beheer/").content.decode()
    assert "Schrijven" not in desk.get(reverse("admin:core_task_changelist")).content.decode()


def test_page_costs_as_much_for_many_units(desk, staff, writing, django_assert_max_num_queries):
    task = begin(writing, [str(number) for number in range(100)], by=staff)
    with django_assert_max_num_queries(12):
        desk.get(page(task))


def test_old_tasks_are_forgotten(db, writing, time_machine):
    time_machine.move_to(NOW, tick=False)
    begin(writing, ["a"])
    running.work(seconds=30)
    runs = begin(writing, ["b"])
    time_machine.shift(93 * 24 * 3600)
    next(part for part in kinds.parts() if part.name == "tasks").purge()
    assert list(Task.objects.all()) == [runs]
    assert TaskUnit.objects.count() == 1
