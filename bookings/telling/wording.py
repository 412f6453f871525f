"""The events of a booking in plain words, for the page and for staff."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import tasters
from bookings.models import Attention, Booking, BookingEvent, State, VisitSlot
from bookings.planning.offer import Offer, Status
from core.lifecycle import Role
from programmes.models import Programme
from programmes.models.programme import duration_in_words
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

# What the school sees of it: no notes that staff make for themselves.
_SENTENCES = {
    "hold": lambda: _("A place was held."),
    "verify": lambda: _("Confirmed with the code from the mail."),
    "request": lambda: _("Requested; we decide about it."),
    "confirm": lambda: _("Confirmed by %(hub)s."),
    "decline": lambda: _("Declined by %(hub)s."),
    "lapse": lambda: _("The held place lapsed: no code was typed in time."),
    "offer": lambda: _("A place was offered."),
    "prolong": more_time,
    "take": lambda: _("The offer was taken."),
    "take_up": lambda: _("The offer was taken; we decide about it."),
    "cancel": lambda: _("Cancelled."),
    "reinstate": lambda: _("Cancellation undone."),
    "hand_over": lambda: _("Handed over to a colleague."),
    "ask_to_cancel": lambda: _("You asked to cancel after the free period."),
    "remind": lambda: _("A reminder was sent."),
    "ask_again": lambda: _("We asked whether you are still coming."),
    "prepare": lambda: _("The preparation was done."),
    "unprepare": lambda: _("The preparation is not done yet."),
    "follow_up": lambda: _("The class went on with it afterwards."),
    "unfollow": lambda: _("The class did not go on with it yet."),
    "attend": lambda: _("The class was here."),
    "miss": lambda: _("The class did not come."),
}
_OF_GROUPS = {
    "follow_up": lambda: _("The group went on with it afterwards."),
    "unfollow": lambda: _("The group did not go on with it yet."),
    "attend": lambda: _("The group was here."),
    "miss": lambda: _("The group did not come."),
}


def history_of(bookings: Sequence[Booking]) -> list[HistoryLine]:
    """What happened to these bookings, newest first, in one query."""
    prefetch_related_objects(bookings, "events")
    events = [event for booking in bookings for event in booking.events.all()]
    events.sort(key=lambda event: event.pk, reverse=True)
    lines = [(event.booking, event, sentence(event)) for event in events]
    return [
        HistoryLine(
            at=event.at,
            party_name=booking.party_name if len(bookings) > 1 else "",
            text=text,
            note=event.note if event.notice else "",
            word=word_at_end(event, State),
        )
        for booking, event, text in lines
        if text
    ]


def sentence(event: BookingEvent) -> str:
    """One event in words; empty for what only concerns staff."""
    told = _TOLD_OF.get(event.move)
    if told and (text := told(event)):
        return text
    is_group = event.booking.audience.is_groups
    if event.move == "verify" and event.by_role == Role.STAFF:
        if is_group:
            return _("Booked by %(hub)s on your behalf.") % _us(event)
        return _("Booked by %(hub)s on behalf of the school.") % _us(event)
    words = _SENTENCES.get(event.move)
    if is_group:
        words = _OF_GROUPS.get(event.move, words)
    return words() % _us(event) if words else ""


def for_staff(event: BookingEvent) -> str:
    if event.move == "let_be":
        return _("It goes ahead, though few come: no other class is asked to join.")
    return sentence(event)


def _retimed(event: BookingEvent) -> str:
    length = {name: duration_in_words(minutes) for name, minutes in event.data.items()}
    return _("It takes %(to)s instead of %(from)s.") % length


def _readdressed(event: BookingEvent) -> str:
    return _("The address is now %(to)s.") % event.data


def _rehoused(event: BookingEvent) -> str:
    rooms = {name: ", ".join(names) for name, names in event.data.items()}
    return _("It is in %(to)s instead of %(from)s.") % rooms if rooms else ""


def _us(event: BookingEvent) -> dict[str, str]:
    return {"hub": event.booking.submission.hub.short_name}


def _another_date(event: BookingEvent) -> str:
    if not event.data:
        return _("The date stays as it is.")
    words = {
        "reschedule": _("Moved from %(before)s to %(after)s."),
        "ask_to_move": _("Asked for: %(after)s in place of %(before)s."),
        "keep_date": _("It cannot be moved to %(after)s, so it stays on %(before)s."),
    }[event.move]
    return words % {"before": _moment(event.data["from"]), "after": _moment(event.data["to"])}


def _proposed(event: BookingEvent) -> str:
    """A proposal to join another class, or to be joined by one."""
    if not event.data:
        return ""
    when = {"before": _moment(event.data["from"]), "after": _moment(event.data["to"])}
    if "slot" in event.data:
        return _("We propose %(after)s in place of %(before)s, with another class.") % when
    return _("We asked another class to come along on %(after)s.") % when


def _numbers(event: BookingEvent) -> str:
    is_groups = event.booking.audience.is_groups
    before, after = (
        event.booking.audience.heads(pupils)
        if is_groups
        else _with_adults(event.booking.audience.heads(pupils), supervisors)
        for pupils, supervisors in (event.data["from"], event.data["to"])
    )
    return _("Numbers changed: %(before)s became %(after)s.") % {"before": before, "after": after}


def _came(event: BookingEvent) -> str:
    """Empty where as many came as were booked."""
    heads = event.booking.audience.heads
    if not event.data:
        return ""
    if event.move == "recount":
        words = _("%(after)s came; first we noted %(before)s.")
        return words % {"before": heads(event.data["from"]), "after": heads(event.data["to"])}
    if event.data["came"] == event.data["booked"]:
        return ""
    words = _("%(came)s came; %(booked)s were booked.")
    return words % {name: heads(number) for name, number in event.data.items()}


def _still_coming(event: BookingEvent) -> str:
    """What was said, of which date and number: both may be others now."""
    heads = event.booking.audience.heads(event.data["pupils"])
    return _("You said that you are coming on %(when)s, with %(heads)s.") % {
        "when": _moment(event.data["for"]),
        "heads": heads,
    }


# Moves whose sentence is made of what they changed.
_TOLD_OF: dict[str, Callable[[BookingEvent], str]] = {
    "reschedule": _another_date,
    "ask_to_move": _another_date,
    "keep_date": _another_date,
    "propose": _proposed,
    "retime": _retimed,
    "readdress": _readdressed,
    "rehouse": _rehoused,
    "change_numbers": _numbers,
    "reconfirm": _still_coming,
    "describe": details_changed,
    "attend": _came,
    "recount": _came,
    "correct_level": level_corrected,
    "lapse": why_lapsed,
}


def said_in_words(booking: Booking, *, was_asked: bool = False) -> str:
    """For staff: 'yes', or to which other date or number it was; or, where it `was_asked` days ago
    in vain, that she is silent."""
    if booking.said_yes:
        return _("said yes")
    if was_asked and booking.state == State.CONFIRMED and not booking.has_begun:
        silence = _("no answer")
        before = _said_before(booking)
        return f"{silence} ({before})" if before else silence
    return _said_before(booking)


def _said_before(booking: Booking) -> str:
    if booking.said_yes_for is None or booking.said_yes_with is None:
        return ""
    day = date_format(timezone.localtime(booking.said_yes_for), "MONTH_DAY_FORMAT")
    if booking.said_yes_for == booking.starts_at:
        heads = booking.audience.heads(booking.said_yes_with)
        return _("said yes with %(heads)s") % {"heads": heads}
    return _("said yes for %(day)s") % {"day": day}


def _with_adults(heads: str, supervisors: int) -> str:
    along = ngettext("%(number)d supervisor", "%(number)d supervisors", supervisors)
    return _("%(heads)s and %(along)s") % {
        "heads": heads,
        "along": along % {"number": supervisors},
    }


def _moment(written: str) -> str:
    when = timezone.localtime(datetime.datetime.fromisoformat(written))
    return date_format(when, "LONG_DATETIME_FORMAT")


# --- The state as a sentence -------------------------------------------------------------------


_RANK = list(State)


def _weight(booking: Booking) -> tuple[bool, int, datetime.datetime, int]:
    """Sort key: the smallest is the booking that the page's headline is about. What still comes is
    before what does not, the state that says most before others, and the soonest first."""
    expected = booking.standing.is_coming or booking.state == State.HELD
    is_coming = expected and booking.ends_at > timezone.now()
    return not is_coming, _RANK.index(State(booking.state)), booking.starts_at, booking.pk


def main_of(bookings: Sequence[Booking]) -> Booking:
    """The class of which the page of these bookings speaks: the first that comes."""
    return min(bookings, key=_weight)


def sentence_for(bookings: Sequence[Booking]) -> Sentence:
    """What the page says on top; `bookings` are all those of one submission."""
    main = main_of(bookings)
    start = timezone.localtime(main.starts_at)
    when = {"day": date_format(start, "LONG_DAY_FORMAT"), "time": f"{start:%H:%M}"}
    text, explanation = str(main.standing.sentence), str(main.standing.explanation)
    if main.state == State.CONFIRMED and main.ends_at <= timezone.now():
        text = _("You were coming on %(day)s at %(time)s.")
    if main.attention == Attention.LATE_CANCELLATION:
        explanation = _("You asked to cancel. We contact you; until then the place stays yours.")
    elif main.attention == Attention.MOVE_ASKED:
        explanation = _("You asked for another date. We answer you; until then this one is yours.")
    return Sentence(text % when, explanation, main.standing.is_off)


# --- What is agreed ----------------------------------------------------------------------------


def terms_of(
    programme: Programme,
    day: datetime.date,
    number: int = 1,
    *,
    moved_on: datetime.date | None = None,
) -> list[Term]:
    """What a visit on `day` costs `number` classes or groups, and until when they can change or
    cancel it themselves. `moved_on`: when staff chose this day, and with it what was too late."""
    changes, cancels = programme.last_day_to_change(day), programme.last_day_to_cancel(day)
    by_yourself = _("by yourself, up to and including %(day)s")
    for_free = _("free of charge, up to and including %(day)s")
    return [
        Term(_("Price"), price_of(programme, number), programme.shown.price_note),
        Term(_("Change numbers"), _until(changes, by_yourself, moved_on)),
        Term(_("Cancel"), _until(cancels, for_free, moved_on)),
    ]


def _until(last: datetime.date, words: str, moved_on: datetime.date | None) -> str:
    if last < timezone.localdate():
        if moved_on and last < moved_on:
            return _("just ask us: it is we who moved the visit")
        return _("not any more: from today on you ask us")
    return words % {"day": date_format(last, "LONG_DAY_FORMAT")}


def price_of(programme: Programme, number: int = 1) -> str:
    """'gratis', '€ 75,00 per klas' or '€ 75,00 per klas, samen € 150,00'."""
    if not programme.price:
        return _("free of charge")
    each, total = (number_format(programme.price * times, 2) for times in (1, number))
    if programme.whom.is_groups:
        words = ngettext(
            "€ %(each)s per group", "€ %(each)s per group, € %(total)s together", number
        )
    else:
        words = ngettext(
            "€ %(each)s per class", "€ %(each)s per class, € %(total)s together", number
        )
    return words % {"each": each, "total": total}


def resting_in_words(experiences: Iterable[Booking]) -> list[str]:
    """Experiences that rest on a Proeverij, a line each, the same one once."""
    lines = (
        f"{one.visit.programme.shown.title}, {one.party_name}, {_when(one)}" for one in experiences
    )
    return list(dict.fromkeys(lines))


def _when(booking: Booking) -> str:
    return _moment(booking.starts_at.isoformat())


# --- What is not yet possible ------------------------------------------------------------------


def requirements_of(programmes: Iterable[Programme], user: Any) -> dict[int, str]:
    """Programme (primary key) → what this reader must do first, in a few words; those that she can
    book already, as far as we know, are left out. At most one query."""
    closed = [programme.pk for programme in programmes if programme.requires_taster]
    first = tasters.first_of(user) if closed else None
    if first is not None and first <= timezone.now():
        return {}
    words = _("first a Proeverij")
    if first is not None:
        day = date_format(timezone.localtime(first), "MONTH_DAY_FORMAT")
        words = _("after your Proeverij on %(day)s") % {"day": day}
    return dict.fromkeys(closed, words)


# --- For staff -------------------------------------------------------------------------------


def slot_in_words(slot: VisitSlot, programme: Programme, offer: Offer | None) -> str:
    """When a programme is in it, and what is left: 'di 3 nov 2026 09:00–11:00 (vol)'. Staff read
    it out on the telephone: the slot may last longer, the confirmation says this."""
    when = slot.in_words(slot.starts_at + programme.length)
    left = _room_left(programme, offer) if slot.is_public else _("not published yet")
    return f"{when} ({left})"


def _room_left(programme: Programme, offer: Offer | None) -> str:
    if offer is None or offer.status == Status.FULL:
        return _("full")
    if offer.status == Status.CLOSED:
        return _("closed for schools")
    return programme.whom.room_for(offer.groups_left)
