"""Every address of the site, from its own list, filled in with rows that exist."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from bookings.models import State
from core import tokens
from core.kinds import kinds
from core.mail.queue import Attachment, Message, enqueue
from core.models import Task
from kits.models import KitDocument, LoanState
from submissions import browsers
from submissions.links import token_of
from submissions.models import WaitState
from tests.factories import (
    NOW,
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
    the_hub,
)

PASSWORD = "lang genoeg voor een balie"
ADMIN = "beheer/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)")


def walks() -> list[Any]:
    """The modules `walk` of kinds that bring their own lines and rows to the walk."""
    names = [f"tests.{kind.model._meta.app_label}.walk" for kind in kinds()]
    return [import_module(name) for name in names if find_spec(name)]


def every_route() -> Iterator[str]:
    """As written in the url configuration, prefixes joined: 'programmas/<slug:slug>/'."""
    yield from _routes(get_resolver().url_patterns, "")


def _routes(patterns: Any, before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def address(route: str, arguments: Mapping[str, Any]) -> str:
    """The path of `route` with its parameters filled in by name."""
    bare = route.replace("^", "").replace("$", "").replace(r"\d+", "1").replace("\\.", ".")
    return "/" + _PARAMETER.sub(lambda match: str(arguments[match[1] or match[2]]), bare)


def answer(response: HttpResponseBase) -> str:
    """'200', or '→/inloggen/' for a redirect; a host is told when it is another one."""
    if not 300 <= response.status_code < 400:
        return str(response.status_code)
    to = urlsplit(response["Location"])
    host = f"//{to.netloc}" if to.netloc not in {"", "testserver"} else ""
    return f"→{host}{to.path}"


class Site:
    """A booked visit, a hold that waits for its code, a mail, and every kind of person."""

    def __init__(self) -> None:
        self.programme = make_programme(max_groups=4, max_pupils=99)
        self.programme.picture.save("", ContentFile(b"JPEG"), save=False)
        self.programme.picture_alt = "Een werkbank"
        self.programme.preparation = "Praat over techniek."
        self.programme.save()
        self.handout = self.programme.files.create(
            title="Werkblad", file=ContentFile(b"%PDF-1.7", "werkblad.pdf")
        )
        self.slot = make_slot(programmes=[self.programme], max_groups=4, max_pupils=99)
        visit = make_visit(slot=self.slot, programme=self.programme)
        self.owner = make_teacher(school=make_school())
        self.submission = make_submission(user=self.owner)
        # Few pupils: each has a slip on the sheet for the class.
        self.booking = make_booking(submission=self.submission, visit=visit, pupils=6)
        self.mail = enqueue(
            Message(
                to=self.owner.email,
                subject="Hallo",
                text="Hallo",
                html="<html><head></head><body>Hallo</body></html>",
                attachments=[Attachment("bezoek.ics", b"BEGIN:VCALENDAR", "text/calendar")],
            )
        )
        # One that another version of the site started.
        Task.objects.create(work="gone", about="1", token=uuid4(), hub=the_hub().pk)
        # Not published: its short address leads nobody but staff anywhere.
        kit = make_kit(is_published=False)
        kit.copies.update(code="ROB-01")
        self.loan = make_loan(copy=make_kit(slug=self.programme.slug).copies.get())
        self.document = KitDocument.objects.create(
            kit=self.loan.kit, kind="guide", title="Lesbrief", text="# Vooraf"
        )
        self._lend()
        self.walks = [walk.Rows(self.owner) for walk in walks()]
        self.people: dict[str, Client] = {
            "anonymous": Client(),
            "owner": self._owner(),
            "stranger": _teacher(make_teacher(school=make_school())),
            "desk": _staff(make_staff(is_superuser=False)),
            "staff": _staff(make_staff()),
            "factorless": _staff(make_staff(), factor=False),
            "elsewhere": _staff(self._elsewhere()),
        }

    def _elsewhere(self) -> Any:
        """Staff of another hub, who may do all that there is to do."""
        person = make_staff(is_superuser=False, hubs=[make_other_hub()])
        person.user_permissions.set(Permission.objects.all())
        return person

    def _lend(self) -> None:
        """A box of a published kit is with the owner's class, and something of it is broken;
        another is still to go out."""
        self.kit = make_kit(slug="robots", copies=3)
        self.kit.documents.create(kind="guide", title="Lesbrief", text="# Start")
        self.loan_submission = make_submission(user=self.owner)
        copy, other, _last = self.kit.copies.order_by("pk")
        self.coming_submission = make_submission(user=self.owner)
        make_loan(copy=other, submission=self.coming_submission)
        loan = make_loan(copy=copy, submission=self.loan_submission, state=LoanState.OUT)
        self.finding = loan.findings.create(text="Kapot", photo=ContentFile(b"JPEG", "foto.jpg"))

    def _owner(self) -> Client:
        """Teacher A: in her browser a hold waits for its code."""
        client = Client()
        browser = browser_of(client)
        client.force_login(self.owner)
        fields = {"user": None, "school": self.owner.school, "browser": browser}
        self.held = make_submission(**fields, email="juf@school.example")
        later = timezone.now() + datetime.timedelta(minutes=30)
        full = {"programme": self.programme, "slot": self.slot}
        self.wait = make_wait(submission=make_submission(user=self.owner), **full)
        self.kit_wait = make_loan_wait(submission=make_submission(user=self.owner), kit=self.kit)
        self.held_kit_wait = make_submission(**fields, email="juf@school.example")
        make_loan_wait(
            submission=self.held_kit_wait, state=WaitState.HELD, held_until=later, kit=self.kit
        )
        self.held_wait = make_submission(**fields, email="juf@school.example")
        make_wait(submission=self.held_wait, state=WaitState.HELD, held_until=later, **full)
        make_booking(submission=self.held, state=State.HELD, held_until=later, party_name="8a")
        self.held_box = make_submission(**fields, email="juf@school.example")
        copy = self.kit.copies.last()
        make_loan(copy=copy, submission=self.held_box, state=LoanState.HELD, held_until=later)
        return client

    @property
    def rows(self) -> dict[str, Any]:
        """Whose pages of the admin have more than Django's own."""
        return {
            "beheer/bookings/booking/": self.booking,
            "beheer/bookings/visitwait/": self.wait,
            "beheer/kits/loan/": self.loan,
            "beheer/kits/loanwait/": self.kit_wait,
            "beheer/kits/kitdocument/": self.document,
        }

    @property
    def with_mails(self) -> dict[str, Any]:
        """Whose mails can be read as they would go out."""
        venue = self.programme.venue
        return {"programme": self.programme, "hub": venue.hub, "lessonkit": self.kit}

    def arguments(self, route: str) -> dict[str, Any]:
        waiting = route.endswith(("/code/", "/adres/"))
        submission = self.held if waiting else self.submission
        if route.startswith("uitleen/"):
            lent = self.coming_submission if "/verzetten/" in route else self.loan_submission
            submission = self.held_box if waiting else lent
        if "/wachtlijst/" in route:
            submission = self.held_wait if waiting else self.wait.submission
            if route.startswith("uitleen/"):
                submission = self.held_kit_wait if waiting else self.kit_wait.submission
        found = {
            "slug": self.kit.slug if route.startswith("leskisten/") else self.programme.slug,
            "page_name": "lesbrief",
            "finding_id": self.finding.pk,
            "code": "ROB-01",
            "slot_id": self.slot.pk,
            "public_id": submission.public_id,
            "token": token_of(submission),
            "booking_id": self.booking.pk,
            "wait_id": self.wait.pk,
            "class_id": self.booking.class_group_id,
            "visit_id": self.booking.visit_id,
            "pattern_id": 1,
            "row_id": next(
                (row.pk for name, row in self.with_mails.items() if f"/{name}/" in route), 1
            ),
            "closure_id": 1,
            "programme_id": self.programme.pk,
            "school_id": self.owner.school_id,
            "upload": UUID(int=0),
            "move": "cancel",
            "paper": "agenda",
            "pk": (self.finding if "/foto/" in route else self.mail).pk,
            "number": 0,
            "uidb36": "1",
            "key": "geraden",
            "object_id": next(
                (row.pk for start, row in self.rows.items() if route.startswith(start)),
                self.submission.pk,
            ),
            "content_type_id": 1,
            "content_id": "0" * 32,
            "app_label": "bookings",
            "url": "nergens/",
        }
        if route.startswith("beeld/"):
            _pictures, folder, name = self.programme.picture.name.split("/")
            found |= {"folder": folder, "token": name.removesuffix(".jpg")}
        if route.startswith("bestand/"):
            token, _dot, ending = self.handout.file.name.rpartition("/")[2].rpartition(".")
            found |= {"token": token, "ending": ending}
        if "handleiding/" in route:
            found["name"] = "rooster"
        if route.startswith("agenda/"):
            key = str(self.owner.pk)
            token = tokens.make("feed mijn", key, self.owner.link_version)
            found |= {"kind": "mijn", "key": key, "token": token}
        for walk in self.walks:
            found |= walk.arguments(route)
        return found

    def address(self, route: str) -> str:
        return address(route, self.arguments(route))


def browser_of(client: Client) -> str:
    """The name of the client's browser, once it was shown a form."""
    client.get(reverse("submissions:sign_in"))
    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return browsers.browser_of(request)


def _teacher(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _staff(user: Any, *, factor: bool = True) -> Client:
    """Signed in as staff do, an hour ago: a password, and the code of an app if she has one."""
    client = Client()
    if factor:
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    if factor:
        counter = int(NOW.timestamp()) // 30
        code = format_hotp_value(hotp_value(secret, counter))
        client.post(reverse("mfa_authenticate"), {"code": code})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    return client


METHODS: dict[str, Callable[[Client], Callable[..., Any]]] = {
    "GET": lambda client: client.get,
    "HEAD": lambda client: client.head,
    "POST": lambda client: client.post,
}
