"""The tokens of a person: of her own page, and of the calendar that she follows.

They are two, since a calendar's address is shared with programs and other people: it opens nothing
else. Raising `Person.link_version` ends both.
"""

from django.conf import settings
from django.urls import reverse

from core import tokens
from roster.models import Person

PAGE, FEED = "roster", "roster feed"


def token_of(person: Person) -> str:
    """Never to be stored: derive it when it is needed."""
    return tokens.make(PAGE, person.pk, person.link_version)


def page_of(person: Person) -> str:
    """The path of her own page, token included."""
    return reverse("roster:own", args=[person.pk, token_of(person)])


def link_to(person: Person) -> str:
    return settings.SITE_URL + page_of(person)


def feed_address(person: Person) -> str:
    token = tokens.make(FEED, person.pk, person.link_version)
    return settings.SITE_URL + reverse("roster:feed", args=[person.pk, token])


def was_renewed(pk: int, token: str) -> Person | None:
    """Whose link it was until the newest one was made."""
    person = Person.objects.working().filter(pk=pk).first()
    before = person is not None and tokens.matches(token, PAGE, pk, person.link_version - 1)
    return person if before else None


def whose(pk: int, token: str, purpose: str = PAGE) -> Person | None:
    """The owner of a link, also who has left; None if it is strange or old."""
    person = Person.objects.with_days().filter(pk=pk).first()
    matches = person is not None and tokens.matches(token, purpose, pk, person.link_version)
    return person if matches else None
