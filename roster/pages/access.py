"""Who may: whoever has the link of a person who has not left. Everybody else gets 404."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from roster import links
from roster.models import Person


def load_person(pk: int, token: str, purpose: str = links.PAGE) -> Person:
    person = links.whose(pk, token, purpose)
    if person is None:
        raise Http404
    return person


def back_to(person: Person, page: str = "own") -> HttpResponse:
    return redirect(f"roster:{page}", pk=person.pk, token=links.token_of(person))
