"""A venue gets another address, a programme another length: whoever has a shift hears of it as the
schools do, after staff have seen whom it concerns (CASES C15, C22)."""

import pytest
from django.contrib.messages import get_messages

from core.mail.outbox import Teller
from core.models import Mail
from roster import clock
from roster.telling import ical, wording
from tests.bookings.test_readdress import save
from tests.factories import amsterdam
from tests.programme_form import save as save_programme
from tests.roster.rostering import fresh, make_person, make_run, make_shift, moves_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]


@pytest.fixture
def taken(frozen):
    """Anna's; everything so far was told."""
    run = make_run(title="Proeverij")
    anna = make_person(runs=[run], name="Anna", email="anna@x.example")
    shift = make_shift(run, person=anna)
    Teller().tell(seconds=30)
    Mail.objects.all().delete()
    frozen.shift(3600)
    return shift


def told() -> dict[str, Mail]:
    Teller().tell(seconds=30)
    return {mail.to: mail for mail in Mail.objects.all()}


def test_another_address_is_shown_before_and_told_to_who_has_a_shift(desk, taken):
    venue, before = taken.visit.slot.venue, ical.event_of(fresh(taken), is_hers=True)
    open_one = make_shift(make_run(venue=venue), amsterdam(2026, 11, 5, 9))
    shown = save(desk, venue, street="Nieuwe Kade 9")

    lines = [str(one) for one in shown.context["adminform"].form.non_field_errors()]
    [line] = [one for one in lines if "Inzet" in one]
    assert "Anna" in line
    assert "anna@x.example" in [mail.to for mail, _words in shown.context["mails"]]
    done = save(desk, venue, street="Nieuwe Kade 9", telling="tell")

    said = [str(message) for message in get_messages(done.wsgi_request)]
    assert "1 van ons krijgt een mail over haar inzet." in said
    after = ical.event_of(fresh(taken), is_hers=True)
    assert "Nieuwe Kade 9" in after["LOCATION"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    mail = told()["anna@x.example"]
    assert mail.subject == "Ander adres voor je inzet op dinsdag 3 november"
    assert "Nieuwe Kade 9" in mail.text
    assert [file.name for file in mail.files.all()] == ["inzet.ics"]
    assert moves_of(taken)[-1] == moves_of(open_one)[-1] == "readdress"


def test_typing_mistake_in_an_address_is_mended_without_a_mail(desk, taken):
    before = ical.event_of(fresh(taken), is_hers=True)
    save(desk, taken.visit.slot.venue, street="Nieuwe Kade 9", telling="quietly")
    after = ical.event_of(fresh(taken), is_hers=True)
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert told() == {}


def test_who_has_no_address_is_named_to_be_called(desk, taken):
    type(taken.person).objects.update(email="")
    done = save(desk, taken.visit.slot.venue, street="Nieuwe Kade 9", telling="tell")
    said = [str(message) for message in get_messages(done.wsgi_request)]
    assert "Geen e-mailadres, dus bel: Anna." in said


def test_who_loses_a_shift_to_another_length_and_has_no_address_is_named_too(desk, taken):
    """Hers overlaps her next one now, and is open again."""
    anna, later = taken.person, amsterdam(2026, 11, 3, 12)
    run = make_run(venue=taken.visit.slot.venue)
    anna.programmes.add(run)
    make_shift(run, later, person=anna)
    type(anna).objects.update(email="")

    done = save_programme(desk, taken.visit.programme, duration=181, telling="tell")

    said = [str(message) for message in get_messages(done.wsgi_request)]
    assert fresh(taken).person is None
    assert "Geen e-mailadres, dus bel: Anna." in said


@pytest.mark.parametrize(("telling", "hears"), [("tell", True), ("quietly", False)])
def test_who_loses_a_shift_to_another_length_hears_so_unless_staff_tell_nobody(
    desk, taken, telling, hears
):
    """Then staff read whom they have to call."""
    anna, run = taken.person, make_run(venue=taken.visit.slot.venue)
    anna.programmes.add(run)
    make_shift(run, amsterdam(2026, 11, 3, 12), person=anna)
    told()
    Mail.objects.all().delete()

    done = save_programme(desk, taken.visit.programme, duration=181, telling=telling)

    told()
    assert fresh(taken).person is None
    subject = "Je hoeft niet te komen op dinsdag 3 november"
    assert (subject in [mail.subject for mail in Mail.objects.filter(to=anna.email)]) == hears
    said = [str(message) for message in get_messages(done.wsgi_request)]
    words = "Raakt zonder mail een inzet kwijt die nu met een andere samenvalt, dus bel: Anna."
    assert (words in said) != hears


@pytest.mark.parametrize(("telling", "hears"), [("tell", True), ("quietly", False)])
def test_another_length_is_shown_and_shifts_follow_at_once(desk, taken, telling, hears):
    programme = taken.visit.programme
    shown = save_programme(desk, programme, duration=150, telling="")
    assert "Anna" in " ".join(map(str, shown.context["adminform"].form.non_field_errors()))
    save_programme(desk, programme, duration=150, telling=telling)

    shift = fresh(taken)
    assert shift.ends_at == amsterdam(2026, 11, 3, 11, 30)
    assert shift.person == taken.person
    assert ("anna@x.example" in told()) == hears
    assert wording.sentence(shift.events.latest("pk")) == (
        "Meeverplaatst met het bezoek; Anna heeft bericht"
        if hears
        else "Meeverplaatst met het bezoek; Anna heeft geen bericht gekregen"
    )
    Mail.objects.all().delete()
    clock.follow_visits()
    assert told() == {}  # nothing is left for the clock to tell
