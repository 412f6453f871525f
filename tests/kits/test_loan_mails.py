"""What is mailed about loans: to whom, with which subject, with which files; and when not."""

import datetime

import pytest
import time_machine
from django.urls import reverse

import bookings.lifecycle
from bookings.models import State
from core.mail.markers import complete
from core.mail.outbox import Teller
from core.models import Mail
from kits import clock, lifecycle
from kits.models import DeskDay, Loan, LoanState
from kits.telling import documents, ical
from submissions import links
from tests.core.calendar_readers import READERS
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_staff,
    make_submission,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

MONDAY = datetime.date(2026, 11, 2)
FRIDAY = datetime.date(2026, 11, 6)


def told() -> list[Mail]:
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=60)
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def held_loan(**fields) -> Loan:
    kit = fields.pop("kit", None) or make_kit(title="Robots")
    return make_loan(
        copy=kit.copies.first(),
        state=LoanState.HELD,
        starts_on=MONDAY,
        ends_on=FRIDAY,
        **fields,
    )


def reserved_loan(**fields) -> Loan:
    loan = held_loan(**fields)
    loan.submission.verified_at = None
    loan.submission.save()
    lifecycle.verify(submission=loan.submission)
    loan.refresh_from_db()
    return loan


def files_of(mail: Mail) -> list[tuple[str, str]]:
    return [(file.name, file.mimetype) for file in mail.files.all()]


def test_reserved_mail_has_a_file_for_each_day_and_the_letter():
    loan = reserved_loan()

    (mail,) = told()

    assert mail.to == loan.submission.email
    assert mail.subject == "Gereserveerd: Robots vanaf maandag 2 november 2026"
    number = loan.submission.reference
    assert files_of(mail) == [
        (f"tec-{number}-1.ics", "text/calendar; charset=utf-8; method=REQUEST"),
        (f"tec-{number}-2.ics", "text/calendar; charset=utf-8; method=REQUEST"),
    ]
    assert mail.enclosed_name == f"reservering-{number}.pdf"
    sent = complete(mail.email_message())
    assert sent.attachments[-1].content.startswith(b"%PDF-")
    assert "Ophalen: maandag 2 november 2026, 08:30–16:30" in mail.text
    assert "Terugbrengen: vrijdag 6 november 2026, 08:30–16:30" in mail.text
    assert told() == []


@pytest.mark.parametrize("delivery", ["desk", "round"])
def test_mail_says_where_the_desk_is_or_how_the_box_comes(delivery):
    loan = reserved_loan()
    Loan.objects.filter(pk=loan.pk).update(delivery=delivery)

    (mail,) = told()

    where = f"\nWaar: {loan.kit.venue.address}\n"
    how = "\nHoe: met de bezorgrit, op jullie school\n"
    assert (where in mail.text, how in mail.text) == (delivery == "desk", delivery == "round")
    assert (">Waar<" in mail.html, ">Hoe<" in mail.html) == (where in mail.text, how in mail.text)


def test_link_in_the_mail_becomes_a_link_only_while_it_is_sent():
    loan = reserved_loan()

    (mail,) = told()

    address = links.link_to(loan.submission, "loans:loan")
    assert address not in mail.text + mail.html
    assert f"[[loan:{loan.submission_id}:" in mail.text


def test_one_mail_names_the_kit_and_the_visit():
    booking = make_booking(visit=make_visit())
    reserved_loan(booking=booking, submission=booking.submission)

    (mail,) = [one for one in told() if one.subject.startswith("Gereserveerd")]

    assert booking.visit.programme.title in mail.text
    assert "Bij het bezoek" in mail.text
    assert "Jullie nemen hem na jullie bezoek mee naar de klas." in mail.text
    assert mail.text.count("dinsdag 3 november 2026") == 1


def taken_along(state: str, **fields) -> Loan:
    booking = make_booking(state=state, visit=make_visit())
    return reserved_loan(booking=booking, submission=booking.submission, **fields)


def test_visit_confirmed_after_its_kit_was_reserved_names_the_kit():
    loan = taken_along(State.REQUESTED)
    (asked,) = told()
    assert "(aangevraagd)" in asked.text

    bookings.lifecycle.confirm(booking=loan.booking, by=make_staff())
    (mail,) = told()

    line = "Leskist mee terug naar de klas: Robots, van maandag 2 november tot en met vrijdag 6"
    assert line in mail.text
    assert line in mail.html


def test_english_mail_about_a_visit_names_its_kit_in_english():
    submission = make_submission(language="en")
    booking = make_booking(state=State.REQUESTED, visit=make_visit(), submission=submission)
    kit = make_kit(title="Robots leren rijden", title_en="Driving lessons")
    reserved_loan(booking=booking, submission=submission, kit=kit)
    told()

    bookings.lifecycle.confirm(booking=booking, by=make_staff())
    (mail,) = told()

    assert "Lesson kit back to class: Driving lessons, from " in mail.text
    assert kit.title not in mail.text + mail.html


def test_cancelled_visit_says_that_the_kit_stays_reserved():
    loan = taken_along(State.CONFIRMED)
    told()

    bookings.lifecycle.cancel(booking=loan.booking, by=make_staff())
    (mail,) = told()

    assert "De leskist Robots blijft gereserveerd" in mail.text


def test_visit_and_kit_confirmed_while_the_worker_was_away_are_two_mails_that_name_each_other():
    booking = make_booking(state=State.HELD, visit=make_visit())
    booking.submission.verified_at = None
    booking.submission.save()
    bookings.lifecycle.verify(submission=booking.submission)
    loan = reserved_loan(booking=booking)

    visit, kit = told()

    assert visit.subject.startswith("Bevestigd")
    assert kit.subject.startswith("Gereserveerd: Robots")
    assert loan.kit.title in visit.text
    assert booking.visit.programme.title in kit.text


def test_kit_that_is_only_held_or_cancelled_is_not_named():
    booking = make_booking(state=State.REQUESTED, visit=make_visit())
    held_loan(booking=booking)
    lifecycle.cancel(loan=reserved_loan(booking=booking), by=make_staff())
    told()

    bookings.lifecycle.confirm(booking=booking, by=make_staff())
    (mail,) = told()

    assert "Robots" not in mail.text


def test_cancelled_mail_takes_both_events_back():
    loan = reserved_loan()
    told()

    lifecycle.cancel(loan=loan, by=loan.submission.user)
    (mail,) = told()

    assert mail.subject == "Geannuleerd: Robots vanaf maandag 2 november 2026"
    assert [kind for _name, kind in files_of(mail)] == [
        "text/calendar; charset=utf-8; method=CANCEL"
    ] * 2
    contents = [bytes(file.content).decode() for file in mail.files.all()]
    assert [f"UID:{loan.uid_out}@" in contents[0], f"UID:{loan.uid_back}@" in contents[1]] == [
        True,
        True,
    ]
    assert all(
        f"SEQUENCE:{loan.sequence}\r\n" in content and "STATUS:CANCELLED" in content
        for content in contents
    )


def test_own_words_of_a_school_do_not_come_back_as_ours():
    loan = reserved_loan()
    told()
    lifecycle.cancel(loan=loan, by=loan.submission.user, note="De juf is ziek.")

    (mail,) = told()

    assert "De juf is ziek." not in mail.text


@pytest.mark.parametrize("by_school", [True, False])
def test_only_of_what_a_school_cancelled_itself_somebody_else_can_have_the_box(by_school):
    loan = reserved_loan()
    told()
    by = loan.submission.user if by_school else make_staff()
    lifecycle.cancel(loan=loan, by=by, note="De robots zijn stuk.")

    (mail,) = told()

    words = "Een andere klas kan de kist nu krijgen."
    assert (words in mail.text, words in mail.html) == (by_school, by_school)


def test_hold_that_was_never_mailed_is_cancelled_silently():
    lifecycle.cancel(loan=held_loan(), by=None)

    assert told() == []


def test_reserved_and_cancelled_before_the_worker_came_is_told_as_cancelled_only():
    loan = reserved_loan()
    lifecycle.cancel(loan=loan, by=loan.submission.user)

    assert [mail.subject for mail in told()] == [
        "Geannuleerd: Robots vanaf maandag 2 november 2026"
    ]


def test_extended_loan_is_mailed_with_its_new_day():
    loan = reserved_loan()
    told()

    lifecycle.extend(loan=loan, ends_on=datetime.date(2026, 11, 9), by=loan.submission.user)
    (mail,) = told()

    assert mail.subject == (
        "Gewijzigd: Robots van maandag 2 november tot en met maandag 9 november 2026"
    )


def test_facts_stand_right_under_the_sentence_that_announces_them():
    loan = reserved_loan()
    told()
    lifecycle.extend(
        loan=loan, ends_on=datetime.date(2026, 11, 9), by=make_staff(), note="Dat mag."
    )
    (mail,) = told()

    assert (
        "\n\nEen bericht van ons:\nDat mag.\n\nZo staat het er nu voor:\n\nWat: Robots\n"
        in mail.text
    )


# --- Reminders -----------------------------------------------------------------------------------


def at(*when: int):
    return time_machine.travel(amsterdam(*when), tick=False)


def test_three_days_before_collecting_once_however_often_the_job_runs():
    reserved_loan()
    told()
    with at(2026, 10, 29, 12):
        assert clock.remind_due() == 0
    with at(2026, 10, 30, 12):
        for _time in range(10):
            clock.remind_due()
        subjects = [mail.subject for mail in told()]

    assert subjects == ["Binnenkort: Robots op maandag 2 november 2026"]


def test_who_has_just_reserved_is_reminded_a_day_later():
    """By telephone, for the day after tomorrow: the confirmation is at hand."""
    with at(2026, 10, 31, 12):
        make_loan(starts_on=MONDAY, ends_on=FRIDAY)
        assert clock.remind_due() == 0
    with at(2026, 11, 1, 13):
        assert clock.remind_due() == 1


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ("desk", "Op maandag 2 november kun je de kist ophalen bij onze balie."),
        ("round", "Op maandag 2 november brengen we de kist naar jullie school."),
    ],
)
def test_reminder_is_true_on_the_eve_too(delivery, words):
    """Where the worker was away for days: no 'in a few days'."""
    loan = reserved_loan()
    Loan.objects.filter(pk=loan.pk).update(delivery=delivery)
    told()
    with at(2026, 11, 1, 20):
        clock.remind_due()
        (mail,) = told()

    assert words in mail.text
    assert words in mail.html


def test_three_days_before_returning():
    loan = held_loan()
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.OUT, held_until=None)
    with at(2026, 11, 3, 12):
        clock.remind_due()
        (mail,) = told()

    assert mail.subject == "Terugbrengen: Robots op vrijdag 6 november 2026"
    assert "Op vrijdag 6 november verwachten we de kist terug." in mail.text
    assert "Op vrijdag 6 november verwachten we de kist terug." in mail.html
    assert mail.expires_at == amsterdam(2026, 11, 7)


@pytest.mark.parametrize(("state", "day"), [(LoanState.RESERVED, 2), (LoanState.OUT, 6)])
def test_on_the_day_itself_a_reminder_is_of_no_use_any_more(state, day):
    """Where the worker was away for days."""
    make_loan(starts_on=MONDAY, ends_on=FRIDAY, state=state)
    with at(2026, 11, day, 8):
        assert clock.remind_due() == 0


def test_overdue_on_the_first_open_day_and_weekly_after():
    """Due on a Friday: nobody is at the desk before Monday."""
    loan = held_loan()
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.OUT, held_until=None)
    mails = {}
    for day in range(6, 22):
        with at(2026, 11, day, 12):
            clock.remind_due()
            mails[day] = [mail.subject for mail in told() if mail.subject.startswith("Te laat")]

    assert {day for day, subjects in mails.items() if subjects} == {9, 16}
    assert mails[16] == ["Te laat: Robots sinds vrijdag 6 november 2026"]


def test_no_reminder_of_what_was_cancelled_or_came_back_before_it_was_told():
    loan = held_loan()
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.OUT, held_until=None)
    with at(2026, 11, 8, 12):
        clock.remind_due()
        Loan.objects.filter(pk=loan.pk).update(state=LoanState.RETURNED)

        assert told() == []


# --- The calendar file ---------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
def test_calendar_is_read_by_programs_that_the_project_does_not_use(client, reader):
    loan = reserved_loan(kit=make_kit(title="Robots; en, meer"))
    client.force_login(loan.submission.user)

    content = client.get(reverse("loans:calendar", args=[loan.submission.public_id])).content

    seen = READERS[reader](content)
    facts = [(one.uid, one.summary, one.starts_at, one.ends_at) for one in seen]
    assert facts == [
        (
            f"{uid}@{content.decode().split('UID:')[1].split('@')[1].split(chr(13))[0]}",
            summary,
            amsterdam(2026, 11, day, 8, 30),
            amsterdam(2026, 11, day, 16, 30),
        )
        for uid, summary, day in [
            (loan.uid_out, "Robots; en, meer ophalen", 2),
            (loan.uid_back, "Robots; en, meer terugbrengen", 6),
        ]
    ]
    assert content.count(b"BEGIN:VALARM") == 2
    assert b"METHOD" not in content


def test_day_without_desk_hours_is_a_whole_day():
    loan = reserved_loan()
    DeskDay.objects.all().delete()

    content = ical.download(loan).decode()

    assert "DTSTART;VALUE=DATE:20261102" in content
    assert "DTEND;VALUE=DATE:20261103" in content


def test_feed_of_a_teacher_holds_her_loans(client):
    from tec_site.pages.feeds import feed_address

    loan = reserved_loan()
    address = feed_address("mijn", loan.submission.user)

    first = client.get(address)
    assert first.content.count(b"BEGIN:VEVENT") == 2
    tag = {"If-None-Match": first["ETag"]}
    assert client.get(address, headers=tag).status_code == 304
    lifecycle.cancel(loan=loan, by=make_staff())
    response = client.get(address, headers=tag)
    assert (response.status_code, response.content.count(b"STATUS:CANCELLED")) == (200, 2)


# --- The letter ----------------------------------------------------------------------------------


def test_letter_is_tagged_and_names_the_contents_and_the_day():
    import io

    from pypdf import PdfReader

    loan = reserved_loan()

    reader = PdfReader(io.BytesIO(documents.letter(loan)))

    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert reader.metadata.title == "Jullie leskist: Robots, tot en met 6 november 2026"
    text = " ".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 1
    for words in ("vrijdag 6 november 2026", "Robot", "Batterij", loan.submission.reference):
        assert words in text
