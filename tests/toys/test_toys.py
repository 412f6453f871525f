"""That a third kind needs its folder, and one line each in settings, addresses and menu.

Nothing but `tests/toys` and those three lines knows toys; the whole site does all the same.
"""

import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management.sql import emit_post_migrate_signal
from django.test import Client
from icalendar import Calendar

from bookings.models import State as BookingState
from core import kinds, worker
from core.mail.outbox import Teller
from core.mail.sending import Sender
from core.models import Mail
from core.worker import Worker
from programmes.models import Venue
from submissions.privacy.erasure import StillComing, erase_person
from tec_site.pages.feeds import feed_address
from tests.booking_form import code_in_mail
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
)
from tests.programme_form import save
from tests.toys import lifecycle
from tests.toys.factory import make_toy
from tests.toys.models import State, Toy, ToyEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]

FOLDERS = [
    *("core", "schools", "programmes", "submissions", "bookings", "kits", "roster", "impact"),
    "tec_site",
    *("templates", "static", "locale", "tests"),
]
BACKEND = "django.contrib.auth.backends.ModelBackend"
TUESDAY = datetime.date(2026, 9, 15)  # today


TYPED = {
    "klas-name": "7a",
    "klas-year_groups": [7],
    "klas-pupils": 24,
    "school_typed_name": "De Nieuwe School",
    "school_typed_city": "Deventer",
    "contact_name": "Anouk",
    "email": "anouk@school.example",
    "phone": "0570 123456",
    "submission_key": "a-random-key-of-the-form",
}


@pytest.fixture
def hers(db):
    """Where a teacher asks for a toy."""
    return f"/speelgoed/nieuw/{make_venue().slug}/"


@pytest.fixture
def desk(client):
    worker.beat()
    client.force_login(make_staff(), BACKEND)
    return client


def test_nothing_else_knows_toys():
    root = Path(settings.BASE_DIR)
    own = {"tests/settings.py", "tests/urls.py"}
    found = {
        str(path.relative_to(root))
        for end in ("py", "html", "po", "css", "toml")
        for folder in FOLDERS
        for path in (root / folder).rglob(f"*.{end}")
        if "tests/toys" not in str(path) and "toys" in path.read_text().lower()
    }
    assert found == own
    lines = [line for name in own for line in (root / name).read_text().splitlines()]
    # The two docstrings, and a line each: settings, menu, addresses.
    assert len([line for line in lines if "toys" in line.lower()]) == 5


def test_the_site_itself_ends_with_an_app_without_models_and_gives_the_roles_all_the_same(
    db, monkeypatch
):
    """Which hears no signal after a migration; these tests have the toys behind it."""
    own = {label: one for label, one in apps.app_configs.items() if label != "toys"}
    monkeypatch.setattr(apps, "app_configs", own)
    Group.objects.all().delete()

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert Group.objects.get(name="Lezer").permissions.get().codename == "view_figures"


def test_it_stands_in_mijn_tec(client):
    teacher = make_teacher()
    toy = make_toy(submission=make_submission(user=teacher))
    gone = make_toy(submission=make_submission(user=teacher))
    lifecycle.cancel(toy=gone, by=teacher)
    make_toy()
    client.force_login(teacher, BACKEND)
    page = client.get("/mijn/")
    assert [(one.kind.name, one.rows) for one in page.context["coming"]] == [("toy", [toy])]
    assert [(one.kind.name, list(one.rows)) for one in page.context["past"]] == [("toy", [gone])]
    assert f'href="/speelgoed/{toy.submission.public_id}/"' in page.text


def test_it_is_held_until_its_code_is_typed(client, hers):
    asked = client.post(hers, TYPED)
    toy = Toy.objects.get()
    assert (toy.state, toy.is_in_time) == (State.HELD, True)
    assert client.get(asked["Location"]).status_code == 200
    done = client.post(asked["Location"], {"code": code_in_mail()})
    toy.refresh_from_db()
    assert (toy.state, toy.held_until) == (State.RESERVED, None)
    assert "7a: gereserveerd" in client.get(done["Location"]).text
    assert toy.submission.user.name == "Anouk"


def test_sent_twice_it_is_held_once(client, hers):
    for _click in range(2):
        client.post(hers, TYPED)
    assert Toy.objects.count() == 1
    assert Mail.objects.count() == 1


def test_its_hold_ends_by_the_clock_by_another_form_or_when_it_is_let_go(client, hers, frozen):
    first = client.post(hers, TYPED)
    second = client.post(hers, TYPED | {"submission_key": "another-key-of-a-form"})
    assert list(Toy.objects.order_by("pk").values_list("state", flat=True)) == ["lapsed", "held"]
    client.post(second["Location"], {"let_go": "1"})
    assert Toy.objects.latest("pk").state == State.CANCELLED
    assert client.get(first["Location"]).status_code == 404  # forgotten at once
    third = client.post(hers, TYPED | {"submission_key": "one-more-key-of-a-form"})
    frozen.move_to(amsterdam(2026, 9, 15, 11))
    Worker().run_once()
    assert Toy.objects.latest("pk").state == State.LAPSED
    assert client.get(third["Location"]).status_code == 200


def test_too_much_that_waits_for_its_code_is_refused(client, hers, settings):
    settings.MOST_HELD_PER_ADDRESS = 1
    assert client.post(hers, TYPED).status_code == 302
    refused = Client().post(hers, TYPED | {"submission_key": "another-key-of-a-form"})
    assert "wacht nog 1 aanvraag op de code" in refused.text
    assert Toy.objects.count() == 1


def test_its_details_are_changed(client):
    toy = make_toy()
    client.force_login(toy.submission.user, BACKEND)
    address = f"/speelgoed/{toy.submission.public_id}/gegevens/"
    told = {f"naam-{toy.pk}": "De Uilen", "contact_name": "Anouk", "phone": "0570 123456"}
    assert client.post(address, told).status_code == 302
    toy.refresh_from_db()
    assert toy.party_name == "De Uilen"
    assert toy.events.latest("pk").move == "describe"


def test_staff_book_it_on_the_telephone(desk, hers):
    when = {"venue": Venue.objects.get().pk, "day": "2026-09-22"}
    page = desk.get("/beheer/toys/toy/add/", when)
    assert page.context["form"].contact.fields["email"].label == "E-mailadres"
    done = desk.post("/beheer/toys/toy/add/", TYPED | {"note": "Belde"}, query_params=when)
    toy = Toy.objects.get()
    assert (toy.state, toy.submission.email) == (State.RESERVED, "anouk@school.example")
    assert done["Location"] == f"/beheer/toys/toy/{toy.pk}/change/"
    assert desk.get(done["Location"]).context["history"][0].note == "Belde"


def test_its_mails_go_out_one_for_what_belongs_together(client):
    submission = make_submission()
    for name in ("7a", "7b"):
        make_toy(submission=submission, party_name=name)
    Teller().tell(seconds=5)
    Sender().send(seconds=5)
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([submission.email], "Speelgoed reserved: 7a, 7b")
    address = str(sent.body).split()[1].removeprefix(settings.SITE_URL)
    assert "7a: gereserveerd" in client.get(address).text


def test_the_worker_does_what_it_asks(frozen):
    toy = make_toy()
    frozen.move_to(amsterdam(2026, 9, 23, 8))
    Worker().run_once()
    toy.refresh_from_db()
    assert toy.state == State.CANCELLED
    assert [event.noticed_at is None for event in toy.events.all()] == [False, False]


def test_its_words_are_erased_with_the_person():
    teacher = make_teacher(name="Roosmarijn Ketelaar", email="roosmarijn@school.example")
    submission = make_submission(user=teacher)
    toy = make_toy(submission=submission, party_name="Klas van Roosmarijn", note="Bel Roosmarijn")
    with pytest.raises(StillComing):
        erase_person(email=teacher.email)
    lifecycle.cancel(toy=toy, by=None)
    done = erase_person(email=teacher.email)
    toy.refresh_from_db()
    assert (toy.party_name, done["toy notes"]) == ("groep 7", 1)
    assert not ToyEvent.objects.exclude(note="").exists()
    assert not ToyEvent.objects.filter(noticed_at=None).exclude(notice="").exists()


def test_it_stands_in_the_feed_which_changes_with_it(client):
    teacher = make_teacher()
    toy = make_toy(submission=make_submission(user=teacher))
    address = feed_address("mijn", teacher)
    first = client.get(address)
    [event] = Calendar.from_ical(first.content).walk("VEVENT")
    assert (event["UID"].partition("@")[0], event["SUMMARY"]) == (str(toy.uid), "speelgoed 7a")
    known = {"If-None-Match": first["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    lifecycle.cancel(toy=toy, by=None)
    again = client.get(address, headers=known)
    assert (again.status_code, b"VEVENT" in again.content) == (200, False)


def test_the_overview_and_the_day_list_show_it(desk):
    toy = make_toy(day=TUESDAY)
    later = make_toy(attention="stuk", party_name="8b")
    page = desk.get("/beheer/")
    assert [matter.text for matter in page.context["matters"]] == ["speelgoed 8b vraagt aandacht"]
    assert desk.get(page.context["matters"][0].address).context["original"] == later
    today, [coming] = page.context["today"], page.context["coming"]
    assert [entry.rows for entry in today.entries] == [[toy]]
    assert (coming.date, [entry.rows for entry in coming.entries]) == (later.day, [[later]])
    assert "Speelgoed voor 7a" in desk.get("/beheer/bookings/booking/dag/").text
    assert 'href="/beheer/toys/toy/"' in page.text  # the menu


def test_who_closes_its_day_sees_it(desk):
    toy = make_toy()
    typed = {"venue": toy.venue_id, "reason": "Verbouwing"}
    typed |= {"starts_on": toy.day.isoformat(), "ends_on": toy.day.isoformat()}
    page = desk.post("/beheer/programmes/closure/add/", typed)
    line = f'di 22 sep: <a href="/beheer/toys/toy/{toy.pk}/change/">speelgoed 7a</a>'
    assert list(page.context["adminform"].form.errors["__all__"])[1:] == [line]


def test_its_history_is_in_words(desk):
    toy = make_toy()
    lifecycle.cancel(toy=toy, by=None)
    page = desk.get(f"/beheer/toys/toy/{toy.pk}/change/")
    words = ["Annuleer", "Het speelgoed is gereserveerd."]
    assert [line.text for line in page.context["history"]] == words
    events = desk.get("/beheer/toys/toyevent/")
    assert all(text in events.text for text in words)


def test_it_is_spoken_of_beside_a_visit(client):
    slot = make_slot(starts_at=amsterdam(2026, 11, 3, 9))
    booking = make_booking(visit=make_visit(slot=slot), state=BookingState.CONFIRMED)
    make_toy(submission=booking.submission)
    client.force_login(booking.submission.user, BACKEND)
    page = client.get(f"/boekingen/{booking.submission.public_id}/")
    assert "<h2>En speelgoed</h2><p>1 keer</p>" in page.text
    [line] = [line for kind in kinds.kinds() for line in kind.said_beside([booking])]
    assert line == "Er hoort speelgoed 7a bij."


def test_it_is_asked_to_keep_what_it_promised(desk, monkeypatch):
    asked = []

    def keep(thing, before, *, by, tell):
        asked.append((thing, thing.duration - before.duration))
        return ["Bel om het speelgoed."]

    monkeypatch.setattr(kinds.kind_of(Toy), "keep", keep)
    programme = make_programme()
    saved = save(desk, programme, duration=programme.duration + 10)
    assert (saved.status_code, asked) == (302, [(programme, 10)])
    assert "Bel om het speelgoed." in desk.get(saved["Location"]).text
