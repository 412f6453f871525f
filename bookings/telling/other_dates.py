"""Other free dates, for those who do not get what they asked for: in mails, an address each."""

import datetime
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings import tasters
from bookings.planning.availability import free_instead, week_of
from bookings.planning.offer import Offer
from programmes.models import Programme
from submissions.models import Asked
from submissions.wording import DateLink

SHOWN = 5


def moment_in_words(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return date_format(local, "LONG_DAY_TIME_FORMAT")


def other_dates(programme: Programme, rows: Sequence[Asked]) -> list[Offer]:
    """What is free for so many as these, in the week that they asked for or else first; of an
    Experience after the school's Proeverij."""
    week = week_of(programme, rows[0].school_day)
    since = tasters.awaited(programme, rows[0].submission.school_id)
    return free_instead(programme, week, [row.pupils for row in rows], since)[:SHOWN]


def links_to(programme: Programme, offers: Iterable[Offer]) -> list[DateLink]:
    """In the language of the moment."""
    return [
        DateLink(
            moment_in_words(offer.starts_at),
            settings.SITE_URL + reverse("bookings:book", args=[programme.slug, offer.slot_id]),
        )
        for offer in offers
    ]


def where_to_choose(programme: Programme) -> str:
    """The path of another date, or of another programme where this one is no longer offered."""
    if programme.is_published:
        return f"{programme.get_absolute_url()}#data"
    return reverse("programmes:catalogue")
