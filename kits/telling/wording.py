"""The events of a loan in plain words, for the page and for staff."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY
from core.lifecycle import Role
from kits import boxes, desk_days
from kits.models import CopyEvent, Delivery, LessonKit, Loan, LoanEvent, LoanState
from kits.models.loan import Attention
from submissions.wording import (
    HistoryLine,
    Sentence,
    Term,
    details_changed,
    level_corrected,
    more_time,
    why_lapsed,
    word_at_end,
)

# What the school sees of it: no notes that staff make for themselves, not which box.
_SENTENCES = {
    "hold": lambda: _("A box was held."),
    "verify": lambda: _("Reserved with the code from the mail."),
    "lapse": lambda: _("The held box lapsed: no code was typed in time."),
    "offer": lambda: _("A box was offered."),
    "prolong": more_time,
    "take": lambda: _("The offer was taken."),
    "cancel": lambda: _("Cancelled."),
    "pack": lambda: _("The box was packed."),
    "unpack": lambda: _("The box was unpacked again."),
    "hand_out": lambda: _("The box was handed out."),
    "take_back": lambda: _("The box came back."),
    "check": lambda: _("The box was checked."),
    "write_off": lambda: _("The box was written off."),
    "remind_collect": lambda: _("A reminder to collect was sent."),
    "remind_return": lambda: _("A reminder to return was sent."),
    "remind_overdue": lambda: _("A reminder was sent: the box should have been back."),
    "hand_over": lambda: _("Handed over to a colleague."),
    "report": lambda: _("You told us that something was wrong."),
}


def history_of(loan: Loan) -> list[HistoryLine]:
    """What happened to the loan, newest first, in one query."""
    lines = [(event, sentence(event)) for event in loan.events.order_by("-pk")]
    return [
        HistoryLine(
            at=event.at,
            party_name="",
            text=text,
            note=event.note if event.notice else "",
            word=word_at_end(event, LoanState),
        )
        for event, text in lines
        if text
    ]


def sentence(event: LoanEvent) -> str:
    """One event in words; empty for what only concerns staff."""
    if event.move in {"extend", "change_dates", "ask_to_move", "keep_date"}:
        return _other_days(event)
    if event.move == "describe":
        return details_changed(event)
    if event.move == "correct_level":
        return level_corrected(event)
    if event.move == "readdress":
        return _("The address is now %(to)s.") % event.data
    if event.move == "verify" and event.by_role == Role.STAFF:
        hub = event.loan.submission.hub.short_name
        return _("Reserved by %(hub)s on behalf of the school.") % {"hub": hub}
    if event.move == "lapse" and (text := why_lapsed(event)):
        return text
    words = _SENTENCES.get(event.move)
    return words() if words else ""


def _other_days(event: LoanEvent) -> str:
    if not event.data:
        return _("The days stay as they are.")
    changed = _("Changed from %(before)s to %(after)s.")
    words = {
        "ask_to_move": _("Asked for: %(after)s in place of %(before)s."),
        "keep_date": _("It cannot be moved to %(after)s, so it stays on %(before)s."),
    }.get(event.move, changed)
    return words % {"before": _period(event.data["from"]), "after": _period(event.data["to"])}


def _period(written: list[str]) -> str:
    first, last = (
        date_format(datetime.date.fromisoformat(day), "MONTH_DAY_FORMAT") for day in written
    )
    return f"{first} – {last}"


# --- What is agreed ----------------------------------------------------------------------------


def terms_of(kit: LessonKit, loan: Loan | None = None) -> list[Term]:
    """What a loan costs, until when it can be cancelled without asking, and what happens with lost
    parts."""
    cancelling = _("by yourself, free of charge, until we have packed the box")
    if loan is not None and not loan.is_free_to_cancel:
        cancelling = _("not any more: the box is packed, so from now on you ask us")
    lost = "" if kit.charge_note else _("Parts that are lost or broken we charge at cost.")
    return [
        Term(_("Price"), _("free of charge")),
        Term(_("Cancel"), cancelling),
        Term(_("Lost or broken"), lost, kit.shown.charge_note),
    ]


# --- In mails about a visit --------------------------------------------------------------------


def said_along(bookings: Sequence[Booking]) -> list[str]:
    """What every mail about these visits says of the kits that go along, a line each."""
    goes, stays = (
        _("Lesson kit back to class: %(kit)s, from %(first)s to %(last)s."),
        _(
            "The lesson kit %(kit)s stays reserved, from %(first)s to %(last)s. Not needed any "
            "more? Then cancel it too."
        ),
    )
    holding = {booking.pk for booking in bookings if booking.is_holding}
    # A few columns: this is asked for every mail, and most have no kit.
    states = set(LoanState.where(holds=True)) - {LoanState.HELD}
    loans = Loan.objects.filter(booking__in=[one.pk for one in bookings], state__in=states)
    found = loans.select_related("copy__kit").order_by("pk")
    columns = ("booking", "starts_on", "ends_on", "copy__kit__title", "copy__kit__title_en")
    return [
        (goes if loan.booking_id in holding else stays)
        % {
            "kit": loan.kit.shown.title,
            "first": date_format(loan.starts_on, "LONG_DAY_FORMAT"),
            "last": date_format(loan.ends_on, "LONG_DAY_FORMAT"),
        }
        for loan in found.only(*columns)
    ]


# --- For staff -------------------------------------------------------------------------------


def for_staff(event: LoanEvent) -> str:
    if event.move == "swap":
        return _("Box %(old)s made way for %(new)s.") % {
            "old": event.data["from"],
            "new": event.data["copy"],
        }
    if event.move == "report":
        return _("The school told us that something was wrong.")
    return sentence(event)


def of_box(event: CopyEvent) -> str:
    """What staff did to a box, for the page of that box."""
    data = event.data
    if event.move == "repair":
        return _("Out for repair from %(first)s; can be lent again from %(day)s.") % {
            "first": _day(data["from"]),
            "day": _day(data["to"]),
        }
    if event.move == "end_repair":
        return _("Back from repair sooner than %(day)s.") % {"day": _day(data["to"])}
    if event.move == "refill":
        return _("Put right: %(item)s (%(missing)d missing, %(damaged)d damaged).") % data
    if event.move == "undo_refill":
        return _("Not put right after all: %(item)s.") % data
    return {
        "withdraw": _("Withdrawn: not lent any more."),
        "bring_back": _("Brought back: lent again."),
    }[event.move]


def _day(written: str) -> str:
    return date_format(datetime.date.fromisoformat(written), "DATE_FORMAT")


# --- The state as a sentence -------------------------------------------------------------------


def sentence_for(loan: Loan) -> Sentence:
    """What the page says on top."""
    end = _back_by(loan)
    said = {
        "start": date_format(loan.starts_on, "LONG_DAY_FORMAT"),
        "end": date_format(end, "LONG_DAY_FORMAT"),
    }
    standing = loan.standing
    text, explanation = standing.sentence, standing.explanation
    if desk_days.is_late(loan):
        text = _("The box should have been back on %(end)s.")
        explanation = _("Another class may be waiting for it. Please bring it back, or call us.")
    elif loan.delivery == Delivery.ROUND and standing.by_round:
        text = standing.by_round
    if loan.attention == Attention.MOVE_ASKED:
        explanation = _("You asked for other days. We let you know; until then these are yours.")
    if _lacks_its_box(loan):
        text = _("You reserved a box from %(start)s.")
        explanation = _(
            "The box that was meant for you cannot go out now. We look for a way, and you hear "
            "from us."
        )
    return Sentence(str(text) % said, str(explanation), standing.is_off)


def _lacks_its_box(loan: Loan) -> bool:
    """Whether its box cannot go out as things stand. Of a day that is far off only where staff were
    warned: until then a box that is away or lacks something is put right."""
    if not loan.standing.is_coming:
        return False
    near = timezone.localdate() + settings.REMIND_BEFORE_COLLECTING_DAYS * ONE_DAY
    is_stuck = loan.attention not in {"", Attention.MOVE_ASKED}
    if loan.starts_on > near and not is_stuck:
        return False
    return not boxes.that_can_go_out(Loan.objects.filter(pk=loan.pk)).exists()


def _back_by(loan: Loan) -> datetime.date:
    """The day of return, the real one of a box that is back; of one that is out the next open
    day, where that one was closed, or where nobody could bring it since."""
    if loan.state != LoanState.OUT or desk_days.is_late(loan):
        return loan.back_on
    is_past = loan.ends_on < timezone.localdate()
    return desk_days.late_from(loan) if is_past else desk_days.open_day_for(loan, loan.ends_on)


def left_in_words(loan: Loan) -> str:
    """For staff: a loan whose box cannot go out, and which has no other yet."""
    if loan.state == LoanState.PACKED:
        words = _("%(loan)s has this box packed. Give it another one.")
    else:
        words = _("No other box is free for %(loan)s. Call the school.")
    return words % {"loan": loan}


def in_a_line(loan: Loan) -> str:
    """Which kit, from when until when and for whom."""
    return _("%(kit)s from %(first)s to %(last)s, %(class_name)s") % {
        "kit": loan.kit.shown.title,
        "first": date_format(loan.starts_on, "MONTH_DAY_FORMAT"),
        "last": date_format(loan.ends_on, "MONTH_DAY_FORMAT"),
        "class_name": loan.party_name,
    }
