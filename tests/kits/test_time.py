"""Loans around midnight and the changes of clocks, and their calendars elsewhere."""

import datetime

import pytest

from kits import clock, lifecycle
from kits.desk import figures
from kits.models import DeskDay, Loan, LoanEvent, LoanState
from kits.telling import ical
from tests.core.calendar_readers import READERS
from tests.factories import amsterdam, make_kit, make_loan, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]
UTC = datetime.UTC
DAY = datetime.date
# Friday before and Tuesday after a Sunday on which the clocks change; hours ahead of UTC.
CHANGES = [
    (DAY(2026, 3, 27), 1, DAY(2026, 3, 31), 2),
    (DAY(2026, 10, 23), 2, DAY(2026, 10, 27), 1),
    (DAY(2027, 3, 26), 1, DAY(2027, 3, 30), 2),
]


def loan_of(starts_on: datetime.date, ends_on: datetime.date, **fields) -> Loan:
    """From a desk that is open from 8:30 to 16:30."""
    kit = fields.pop("kit", None) or make_kit()
    return make_loan(copy=kit.copies.get(), starts_on=starts_on, ends_on=ends_on, **fields)


# --- The change of clocks ------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("out", "ahead_out", "back", "ahead_back"), CHANGES)
def test_desk_opens_at_half_past_eight_on_both_sides_of_the_change(
    reader, out, ahead_out, back, ahead_back
):
    seen = READERS[reader](ical.download(loan_of(out, back)))

    opens, closes = datetime.time(8, 30), datetime.time(16, 30)
    expected = [
        tuple(
            datetime.datetime.combine(day, hour, UTC) - datetime.timedelta(hours=ahead)
            for hour in (opens, closes)
        )
        for day, ahead in ((out, ahead_out), (back, ahead_back))
    ]
    assert [(one.starts_at, one.ends_at) for one in seen] == expected


@pytest.mark.parametrize(("out", "_ahead", "back", "_after"), CHANGES)
def test_loan_across_the_change_has_its_number_of_days(frozen, out, _ahead, back, _after):
    loan = loan_of(out, back, state=LoanState.RESERVED)
    staff = make_staff()
    # Late in the evening out, early in the morning back: 23 hours more, or 25, change nothing.
    frozen.move_to(amsterdam(out.year, out.month, out.day, 23, 45))
    lifecycle.MOVES.apply(loan, "hand_out", by=staff)
    frozen.move_to(amsterdam(back.year, back.month, back.day, 0, 15))
    lifecycle.MOVES.apply(loan, "take_back", by=staff)

    year = out.year if out.month > 7 else out.year - 1
    assert figures.copies_in(year).get(pk=loan.copy_id).time_out.days == (back - out).days == 4


# --- Midnight ------------------------------------------------------------------------------------

# Around midnight in Amsterdam it is still the day before in UTC.
LATE, EARLY = (23, 45), (0, 15)


def test_loan_is_overdue_from_midnight_in_amsterdam(frozen):
    loan = loan_of(DAY(2026, 10, 5), DAY(2026, 10, 23), state=LoanState.OUT)
    for moment, days_late in [((23, *LATE), 0), ((24, *EARLY), 1), ((25, *LATE), 2)]:
        frozen.move_to(amsterdam(2026, 10, *moment))
        assert (loan.is_overdue, loan.days_late) == (days_late > 0, days_late)


@pytest.mark.parametrize(
    ("state", "move", "last"),
    [(LoanState.RESERVED, "remind_collect", 30), (LoanState.OUT, "remind_return", 24)],
)
def test_reminder_goes_from_the_third_day_before_in_amsterdam(frozen, state, move, last):
    """Of collecting on 2 November; of returning on the 27th, across the change of clocks."""
    starts_on = DAY(2026, 11, 2) if move == "remind_collect" else DAY(2026, 10, 5)
    loan_of(starts_on, max(starts_on, DAY(2026, 10, 27)), state=state)

    def reminders() -> int:
        clock.remind_due()
        return LoanEvent.objects.filter(move=move).count()

    frozen.move_to(amsterdam(2026, 10, last - 1, *LATE))
    assert reminders() == 0
    frozen.move_to(amsterdam(2026, 10, last, *EARLY))
    assert reminders() == 1


# --- Elsewhere -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
def test_day_without_desk_hours_is_a_whole_day(reader):
    loan = loan_of(DAY(2026, 10, 23), DAY(2026, 10, 27))
    DeskDay.objects.all().delete()

    seen = READERS[reader](ical.download(loan))

    assert [(one.starts_at.date(), one.ends_at.date()) for one in seen] == [
        (DAY(2026, 10, 23), DAY(2026, 10, 24)),
        (DAY(2026, 10, 27), DAY(2026, 10, 28)),
    ]


EVIL = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\u2028UID:1;,\\ 🚀"
READ = "x\nEND:VEVENT\nBEGIN:VEVENT\nUID:1;,\\ 🚀"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("write", [ical.invitations, ical.cancellations])
def test_hostile_loan_stays_one_event_a_file(reader, write):
    kit = make_kit(title=EVIL)
    kit.venue.name = EVIL
    kit.venue.save()
    loan = loan_of(DAY(2026, 10, 23), DAY(2026, 10, 27), kit=kit, party_name=EVIL)
    loan.submission.contact_name = f'"{EVIL}'

    files = write(loan)

    uids = [f"{uid}@127.0.0.1" for uid in (loan.uid_out, loan.uid_back)]
    assert [[one.uid for one in READERS[reader](file)] for file in files] == [[uid] for uid in uids]
    assert READERS[reader](files[0])[0].summary == f"{READ} ophalen"
    for file in files:
        assert max(map(len, file.split(b"\r\n"))) <= 75
        names = [line[:12] for line in file.replace(b"\r\n ", b"").split(b"\r\n")]
        assert names.count(b"BEGIN:VEVENT") == 1


def test_calendar_of_a_loan_keeps_its_uids_and_raises_its_sequence(frozen):
    loan = loan_of(DAY(2026, 10, 23), DAY(2026, 10, 27), state=LoanState.RESERVED)

    def written(files: list[bytes]) -> list[tuple[str, ...]]:
        wanted = ("METHOD:", "UID:", "SEQUENCE:", "STATUS:", "ORGANIZER")
        lines = [file.decode().replace("\r\n ", "").split("\r\n") for file in files]
        return [
            tuple(next(line for line in each if line.startswith(name)) for name in wanted)
            for each in lines
        ]

    first = written(ical.invitations(loan))
    lifecycle.extend(loan=loan, ends_on=DAY(2026, 10, 29), by=make_staff())
    second = written(ical.invitations(loan))
    lifecycle.cancel(loan=loan, by=make_staff())
    third = written(ical.cancellations(loan))

    organizer = 'ORGANIZER;CN="TEC Deventer":mailto:balie@tec.example'
    uids = [f"UID:{uid}@127.0.0.1" for uid in (loan.uid_out, loan.uid_back)]
    for files, method, number, status in [
        (first, "REQUEST", 1, "CONFIRMED"),
        (second, "REQUEST", 2, "CONFIRMED"),
        (third, "CANCEL", 3, "CANCELLED"),
    ]:
        facts = (f"SEQUENCE:{number}", f"STATUS:{status}", organizer)
        assert files == [(f"METHOD:{method}", uid, *facts) for uid in uids]
