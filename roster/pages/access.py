"""Who may: whoever has the link of a person who has not left. Everybody else gets 404."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.pages.not_found import SaysWhy
from roster import links
from roster.models import Person


class OldLink(SaysWhy):
    """What was somebody's link: she has left, or has a newer one."""

    template_name = "roster/old_link.html"

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"person": self.person, "hub": self.person.hub}


def load_person(pk: int, token: str) -> Person:
    person = links.whose(pk, token)
    if person is not None and not person.has_left:
        return person
    if before := person or links.was_renewed(pk, token):
        raise OldLink(before)
    raise Http404


def load_follower(pk: int, token: str) -> Person:
    """Whose calendar it is. Also of who has left, until she is forgotten: a calendar takes off what
    was hers only where it reads that."""
    person = links.whose(pk, token, links.FEED)
    if person is None:
        raise Http404
    return person


def back_to(person: Person, page: str = "own") -> HttpResponse:
    return redirect(f"roster:{page}", pk=person.pk, token=links.token_of(person))
