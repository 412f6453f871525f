"""Writing to many: one mail a person about what still stands, once, and what was shown is sent."""

import datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings import lifecycle
from bookings.models import State
from core.dates import ONE_DAY
from core.mail import queue
from core.mail.sending import Sender
from core.models import Mail, Task
from core.tasks import running
from core.tasks.preview import Otherwise
from core.worker import Worker
from submissions.models import Companion, CompanionState
from submissions.writing.mailing import Mailing, MailingWords
from submissions.writing.recipients import Circle, people
from submissions.writing.work import in_short, send
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_hub,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    make_wait,
    the_hub,
)
from tests.smtp_sink import smtp_sink

pytestmark = [pytest.mark.usefixtures("frozen", "one_factor"), pytest.mark.django_db]
DAY = datetime.date(2026, 11, 3)
PAGE = "/beheer/submissions/submission/schrijven/"
HOUR = datetime.timedelta(hours=1)
NOT_DELIVERED = "1 mail kon deze week niet bezorgd worden"
WORDS = MailingWords(
    "Andere ingang", "Kom binnen aan de achterkant.", "Other door", "Use the back door."
)


@pytest.fixture
def visit():
    programme = make_programme(max_groups=9, max_pupils=300)
    return make_visit(
        programme=programme, slot=make_slot(programmes=[programme], max_groups=9, max_pupils=300)
    )


def of(email, **fields):
    teacher = make_teacher(email=email, school=make_school(), name=email.split("@")[0])
    return make_submission(user=teacher, **fields)


def on_the_day(**fields):
    return Circle(the_hub(), DAY, DAY, **fields)


def shown(mailing):
    return in_short(people(mailing.circle))


def start(mailing, by=None):
    return send(mailing, shown(mailing), by=by or make_staff(), token=uuid4())


def mailed():
    return sorted(Mail.objects.filter(template="written").values_list("to", flat=True))


# --- Who ----------------------------------------------------------------------------------------


def test_a_teacher_with_a_class_a_cancelled_class_and_a_box_is_one_person(visit):
    submission = of("anouk@school.example")
    make_booking(visit=visit, submission=submission, party_name="7a")
    gone = make_booking(visit=visit, submission=submission, party_name="7b")
    lifecycle.cancel(booking=gone, by=make_staff())
    kit = make_kit(venue=visit.slot.venue)
    loan = make_loan(copy=kit.copies.get(), submission=of("bert@school.example"), starts_on=DAY)
    loan.submission.email = "Anouk@School.example"
    loan.submission.save()
    [person] = people(on_the_day())
    assert person.email == "anouk@school.example"
    assert len(person.lines) == 2
    assert "7b" not in " ".join(person.lines)


def test_who_cancelled_all_hears_nothing_and_who_only_waits_neither(visit):
    gone = make_booking(visit=visit, submission=of("anouk@school.example"))
    lifecycle.cancel(booking=gone, by=make_staff())
    held = make_booking(submission=of("held@school.example"), state=State.HELD)
    assert held.visit.slot.day == DAY
    make_wait(programme=visit.programme, slot=visit.slot)
    assert people(on_the_day()) == []


def test_a_colleague_is_a_person_of_her_own_once_and_of_her_class_only(visit):
    submission = of("anouk@school.example")
    make_booking(visit=visit, submission=submission, party_name="7a")
    hers = make_booking(visit=visit, submission=submission, party_name="7b")
    for row in (hers.pk, None):
        Companion.objects.create(
            submission=submission,
            row_of="booking" if row else "",
            row=row,
            email="COLLEGA@school.example",
            name="Carla",
            state=CompanionState.ACCEPTED,
        )
    make_booking(visit=visit, submission=of("collega@school.example"), party_name="8")
    found = {one.email: one for one in people(on_the_day())}
    assert found.keys() == {"anouk@school.example", "collega@school.example"}
    assert len(found["collega@school.example"].lines) == 3


def test_of_other_days_programmes_and_hubs_nobody_is_in_it(visit):
    make_booking(visit=visit, submission=of("anouk@school.example"))
    other = make_programme(venue=visit.slot.venue)
    later = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 4, 0, 0))
    make_booking(visit=make_visit(programme=other, slot=later))
    elsewhere = make_programme(venue=make_venue(hub=make_other_hub()))
    make_booking(visit=make_visit(programme=elsewhere))
    assert [one.email for one in people(on_the_day())] == ["anouk@school.example"]
    assert people(on_the_day(kind="booking", thing=other.pk)) == []
    assert len(people(Circle(the_hub(), DAY))) == 2
    assert people(on_the_day(kind="loan")) == []


@pytest.mark.parametrize(
    ("state", "hears"), [(State.REQUESTED, 1), (State.ATTENDED, 1), (State.NO_SHOW, 0)]
)
def test_who_was_here_can_be_written_to_and_who_did_not_come_is_not(visit, state, hears):
    make_booking(visit=visit, state=state)
    assert len(people(on_the_day())) == hears


@pytest.mark.parametrize(
    ("out", "back", "hears"),
    [(-7, -1, 0), (-7, 0, 1), (-7, 7, 0), (0, 7, 1), (1, 7, 0)],
    ids=["back before", "comes back", "is away", "goes out", "goes out after"],
)
def test_who_collects_or_brings_back_a_box_that_day_can_be_written_to(out, back, hears):
    make_loan(starts_on=DAY + out * ONE_DAY, ends_on=DAY + back * ONE_DAY)
    assert len(people(on_the_day())) == hears


def test_number_of_queries_is_the_same_for_more_people(visit, django_assert_max_num_queries):
    for number in range(6):
        make_booking(visit=visit, submission=of(f"juf{number}@school.example"))
    with django_assert_max_num_queries(8):
        assert len(people(on_the_day())) == 6


# --- Sending ------------------------------------------------------------------------------------


def test_each_gets_one_mail_in_her_language_with_what_stands(visit):
    make_booking(visit=visit, submission=of("anouk@school.example"), party_name="7a")
    make_booking(visit=visit, submission=of("kate@school.example", language="en"))
    start(Mailing(on_the_day(), WORDS))
    running.work(seconds=5)
    running.work(seconds=5)
    mails = {mail.to: mail for mail in Mail.objects.filter(template="written")}
    assert {to: mail.subject for to, mail in mails.items()} == {
        "anouk@school.example": "Andere ingang",
        "kate@school.example": "Other door",
    }
    assert "Kom binnen aan de achterkant." in mails["anouk@school.example"].text
    assert "7a" in mails["anouk@school.example"].text
    assert "Use the back door." in mails["kate@school.example"].html
    assert "This is about:" in mails["kate@school.example"].text
    assert mails["kate@school.example"].sender == the_hub().sender


def test_without_english_everybody_reads_the_dutch_marked_as_such(visit):
    make_booking(visit=visit, submission=of("kate@school.example", language="en"))
    start(Mailing(on_the_day(), MailingWords("Andere ingang", "Achterom <b>&")))
    running.work(seconds=5)
    mail = Mail.objects.get(template="written")
    assert '<span lang="nl">Andere ingang</span>' in mail.html
    assert "Achterom &lt;b&gt;&amp;" in mail.html
    assert "Achterom <b>&" in mail.text


def test_a_worker_that_is_killed_half_way_sends_each_mail_once(visit, monkeypatch):
    for number in range(6):
        make_booking(visit=visit, submission=of(f"juf{number}@school.example"))
    start(Mailing(on_the_day(), WORDS))
    real, calls = queue.enqueue, []

    def killed(message):
        mail = real(message)
        calls.append(message.to)
        if len(calls) in (3, 5):
            raise SystemExit
        return mail

    monkeypatch.setattr("submissions.writing.work.enqueue", killed)
    for _life in range(3):
        try:
            running.work(seconds=5)
        except SystemExit:
            continue
    assert mailed() == [f"juf{number}@school.example" for number in range(6)]
    assert not Task.objects.get().is_running


def test_what_was_cancelled_before_its_turn_is_not_written_about(visit):
    staff = make_staff()
    gone = make_booking(visit=visit, submission=of("anouk@school.example"))
    make_booking(visit=visit, submission=of("bert@school.example"))
    task = start(Mailing(on_the_day(), WORDS), by=staff)
    lifecycle.cancel(booking=gone, by=staff)
    running.work(seconds=5)
    assert mailed() == ["bert@school.example"]
    assert [unit.state for unit in task.units.order_by("number")] == ["failed", "done"]


def test_an_address_corrected_before_her_turn_is_that_of_now(visit):
    booking = make_booking(visit=visit, submission=of("anuok@school.example"))
    start(Mailing(on_the_day(), WORDS))
    booking.submission.email = "anouk@school.example"
    booking.submission.save()
    running.work(seconds=5)
    assert mailed() == ["anouk@school.example"]


def test_who_booked_or_left_since_the_preview_is_named_and_nothing_is_sent(visit):
    staff = make_staff()
    first = make_booking(visit=visit, submission=of("anouk@school.example"))
    twice = of("bert@school.example")
    make_booking(visit=visit, submission=twice)
    mailing = Mailing(on_the_day(), WORDS)
    before = shown(mailing)
    lifecycle.cancel(booking=first, by=staff)
    make_booking(visit=visit, submission=twice, party_name="8b")
    make_booking(visit=visit, submission=of("carla@school.example"))
    with pytest.raises(Otherwise) as refusal:
        send(mailing, before, by=staff, token=uuid4())
    assert [line.partition(",")[0] for line in refusal.value.lines] == [
        "Gewijzigd sinds je keek: bert",
        "Nieuw sinds je keek: carla",
        "Staat er niet meer: anouk",
    ]
    assert Task.objects.count() == 0


def test_a_refused_address_is_under_needs_attention_and_the_rest_goes_on(visit, desk, settings):
    for name in ("anouk", "bert"):
        make_booking(visit=visit, submission=of(f"{name}@school.example"))
    start(Mailing(on_the_day(), WORDS))
    running.work(seconds=5)
    with smtp_sink() as server:
        settings.MAILERS = server.mailers()
        first = Mail.objects.filter(template="written", to="anouk@school.example")
        Mail.objects.exclude(pk__in=first.values("pk")).update(scheduled_at=NOW + HOUR)
        server.answers["RCPT"] = "550 no such person"
        Sender().send(seconds=5)
        server.answers.clear()
        Mail.objects.update(scheduled_at=None)
        Sender().send(seconds=5)
    states = dict(Mail.objects.filter(template="written").values_list("to", "state"))
    assert states == {"anouk@school.example": "failed", "bert@school.example": "sent"}
    assert NOT_DELIVERED in desk.get("/beheer/").text


# --- The page -----------------------------------------------------------------------------------


def fields(**more):
    return {
        "first": "2026-11-03",
        "last": "2026-11-03",
        "thing": "",
        "subject": WORDS.subject,
        "text": WORDS.text,
        "subject_en": "",
        "text_en": "",
    } | more


def seal_of(page):
    return {"seal": page.context["seal"], "token": str(page.context["token"])}


def test_preview_names_them_shows_the_mail_and_sends_nothing(visit, desk):
    make_booking(visit=visit, submission=of("anouk@school.example"), party_name="7a")
    page = desk.post(PAGE, fields(show="1"))
    assert [one.name for one in page.context["people"]] == ["anouk"]
    [(_mail, text)] = page.context["mails"]
    assert "Kom binnen" in text
    assert "[[" not in text
    assert Task.objects.count() == 0


def test_preview_says_who_reads_english_also_where_no_english_was_typed(visit, desk):
    make_booking(visit=visit, submission=of("kate@school.example", language="en"))
    page = desk.post(PAGE, fields(show="1", subject_en="", text_en=""))
    assert "kate@school.example, leest Engels<" in page.text


def test_sending_leads_to_its_task_and_a_second_press_to_the_same(visit, desk):
    make_booking(visit=visit, submission=of("anouk@school.example"))
    sealed = seal_of(desk.post(PAGE, fields(show="1")))
    first = desk.post(PAGE, fields(do="1", **sealed))
    again = desk.post(PAGE, fields(do="1", **sealed))
    anew = desk.post(PAGE, fields(do="1", **seal_of(desk.post(PAGE, fields(show="1")))))
    page = reverse("admin:core_task_change", args=[Task.objects.get().pk])
    assert {first.url, again.url, anew.url} == {page}
    Worker().run_once()
    text = desk.get(page).text
    assert "Andere ingang" in text
    assert "anouk" in text
    assert mailed() == ["anouk@school.example"]


def test_a_form_changed_below_the_preview_needs_a_new_one(visit, desk):
    make_booking(visit=visit, submission=of("anouk@school.example"))
    sealed = seal_of(desk.post(PAGE, fields(show="1")))
    page = desk.post(PAGE, fields(do="1", text="Iets anders", **sealed))
    assert page.context["news"]
    assert Task.objects.count() == 0


def test_nobody_there_is_said(visit, desk):
    page = desk.post(PAGE, fields(show="1"))
    assert page.context["people"] == []
    assert "seal" not in page.context


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("last", "2026-11-02", "last"),
        ("text_en", "Hello", "subject_en"),
        ("subject", "", "subject"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(desk, field, value, at):
    assert at in desk.post(PAGE, fields(show="1", **{field: value})).context["form"].errors


def test_rows_ticked_in_the_list_are_written_to_and_their_form_keeps_them(visit, desk):
    mine = make_booking(visit=visit, submission=of("anouk@school.example"))
    make_booking(visit=visit, submission=of("bert@school.example"))
    page = desk.post(
        "/beheer/bookings/booking/", {"action": "write_to_ticked", "_selected_action": [mine.pk]}
    )
    rows = {"rows": page.context["rows"], "subject": "Dag", "text": "Tot dan."}
    preview = desk.post(PAGE, rows | {"show": "1"})
    assert [one.name for one in preview.context["people"]] == ["anouk"]
    desk.post(PAGE, rows | {"do": "1"} | seal_of(preview))
    running.work(seconds=5)
    assert mailed() == ["anouk@school.example"]


def test_staff_of_one_hub_write_to_their_own_only(visit, client):
    make_booking(visit=visit, submission=of("anouk@school.example"))
    other = make_other_hub()
    stranger = make_staff(is_superuser=False, hubs=[other])
    stranger.user_permissions.set(
        Permission.objects.filter(codename__in=["change_mail", "view_submission"])
    )
    client.force_login(stranger)
    page = client.post(PAGE, fields(show="1", hub=the_hub().pk, thing=""))
    assert page.context["people"] == []
    things = dict(page.context["form"].fields["thing"].choices)
    assert list(things) == [""]


def test_without_the_right_to_mail_there_is_no_page(client):
    client.force_login(make_staff(is_superuser=False))
    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("right", ["change_mail", "view_submission"])
def test_one_right_of_the_two_opens_no_page(client, right):
    """Who may mail but not see what schools asked would read here who comes."""
    staff = make_staff(is_superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename=right))
    client.force_login(staff)
    assert client.get(PAGE).status_code == 403


# --- What came back -----------------------------------------------------------------------------


def test_a_mail_that_came_back_needs_attention_and_shows_at_its_booking(visit, desk):
    booking = make_booking(visit=visit, submission=of("anouk@school.example"))
    start(Mailing(on_the_day(), WORDS))
    running.work(seconds=5)
    Sender().send(seconds=5)
    mail = Mail.objects.get(template="written")
    for _twice in range(2):
        desk.post("/beheer/core/mail/", {"action": "came_back", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert (mail.state, mail.attempts.count()) == (Mail.State.FAILED, 1)
    page = desk.get(reverse("admin:bookings_booking_change", args=[booking.pk]))
    assert [one["row"].state for one in page.context["mails"] if one["row"] == mail] == ["failed"]
    overview = desk.get("/beheer/").text
    assert NOT_DELIVERED in overview
    assert "De andere mail is verstuurd." in overview
    of_the_mail = desk.get(reverse("admin:core_mail_change", args=[mail.pk])).text
    assert "hij kwam terug" in of_the_mail
    assert "Bounced" not in of_the_mail


def test_it_shows_at_each_submission_of_which_that_mail_told_and_is_found_by_each(visit, desk):
    hers = [of("anouk@school.example")]
    hers.append(make_submission(user=hers[0].user))
    booking = make_booking(visit=visit, submission=hers[0], party_name="7a")
    kit = make_kit(venue=visit.slot.venue)
    loan = make_loan(copy=kit.copies.get(), submission=hers[1], starts_on=DAY)
    other = make_booking(visit=visit, submission=of("bert@school.example"), party_name="8")
    start(Mailing(on_the_day(), WORDS))
    running.work(seconds=5)
    Sender().send(seconds=5)
    mail = Mail.objects.get(template="written", to="anouk@school.example")
    desk.post("/beheer/core/mail/", {"action": "came_back", "_selected_action": [mail.pk]})
    for row, shown in ((booking, True), (loan, True), (other, False)):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        page = desk.get(reverse(name, args=[row.pk]))
        found = {one["row"].pk: one["row"].state for one in page.context["mails"]}
        assert found.get(mail.pk) == ("failed" if shown else None)
    for one in hers:
        page = desk.get("/beheer/core/mail/", {"q": one.reference})
        assert [row.pk for row in page.context["cl"].result_list] == [mail.pk]


def test_another_hub_of_the_same_staff_is_chosen(desk, visit):
    make_booking(visit=visit, submission=of("anouk@school.example"))
    make_hub(name="Derde", slug="derde", short_name="Derde")
    assert "hub" in desk.post(PAGE, fields(show="1")).context["form"].errors
    page = desk.post(PAGE, fields(show="1", hub=the_hub().pk))
    assert len(page.context["people"]) == 1
