"""Staff see and change what is their hubs', and another hub's rows do not exist for them.

Every way to a row is tried (PITFALLS T01, T03): lists, filters, choices, pages by address, forms
that are sent.
"""

import datetime
import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.urls import reverse

from bookings.models import Booking, SchedulePattern, VisitSlot
from core.backoffice.filters import RelatedDropdownFilter
from core.mail.queue import Message, enqueue
from core.models import Task
from kits.models import DeskDay, Finding, KitDocument, Loan, LoanEvent, Repair, Shortage
from programmes.models import Closure, Hub, Venue
from schools.models import User
from tec_site.pages.feeds import feed_address
from tec_site.staff import roles
from tests.addresses import walks
from tests.factories import (
    NOW,
    VISIT_DAY,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
    make_wait,
    the_hub,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("autumn", "one_factor")]


@pytest.fixture
def autumn(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class World:
    """All that a hub has, one of each."""

    def __init__(self, hub: Hub, code: str) -> None:
        self.hub = hub
        self.venue = make_venue(hub=hub, name=f"Hal {code}", slug=f"hal-{code}")
        self.programme = make_programme(
            venue=self.venue, title=f"Programma {code}", max_groups=3, max_pupils=99
        )
        self.zone = self.programme.zones.get()
        self.slot = make_slot(programmes=[self.programme], max_groups=3, max_pupils=99)
        self.visit = make_visit(slot=self.slot, programme=self.programme)
        self.booking = make_booking(visit=self.visit, party_name=f"Klas {code}")
        self.wait = make_wait(programme=self.programme, slot=self.slot)
        self.kit = make_kit(venue=self.venue, title=f"Kist {code}")
        self.copy = self.kit.copies.get()
        self.copy.code = f"KIST-{code}"
        self.copy.save()
        self.loan = make_loan(copy=self.copy, party_name=f"Leners {code}", state="out")
        self.kit_wait = make_loan_wait(kit=self.kit)
        self.item = self.kit.contents.first()
        self.pattern = SchedulePattern.objects.create(
            venue=self.venue, weekday=1, starts_at=datetime.time(9), ends_at=datetime.time(12),
            season_from=datetime.date(2026, 9, 1), season_to=datetime.date(2027, 6, 30),
        )  # fmt: skip
        self.rows: list[Any] = [
            hub, self.venue, self.programme, self.zone, self.slot, self.visit, self.booking,
            self.booking.submission, self.booking.events.get(), self.wait,
            self.wait.events.get(), self.kit, self.copy, self.loan,
            self.loan.events.get(), self.pattern, self.kit_wait, self.kit_wait.events.get(),
            Closure.objects.create(
                venue=self.venue, reason=code, starts_on=VISIT_DAY, ends_on=VISIT_DAY
            ),
            DeskDay.objects.filter(venue=self.venue).earliest("pk"),
            Finding.objects.create(loan=self.loan, text=f"Kapot {code}"),
            KitDocument.objects.create(kit=self.kit, kind="guide", title=f"Les {code}", text="x"),
            Repair.objects.create(
                copy=self.copy, starts_on=datetime.date(2027, 3, 1),
                free_again_on=datetime.date(2027, 3, 8), reason="wiel",
            ),
            Shortage.objects.create(copy=self.copy, item=self.item, missing=1),
            self.kit.refused.create(starts_on=VISIT_DAY, ends_on=VISIT_DAY, asking=code),
            self.loan.charges.create(item=self.item, quantity=1, amount=3),
            Task.objects.create(work="gone", about=code, token=uuid4(), hub=hub.pk),
            enqueue(Message("juf@school.example", f"Mail {code}", "Tot dan.", hub=hub.pk)),
        ]  # fmt: skip
        self.rows += [row for walk in walks() for row in walk.rows_at(self.venue)]


@pytest.fixture
def ours() -> World:
    return World(the_hub(), "A")


@pytest.fixture
def theirs() -> World:
    return World(make_other_hub(), "B")


def with_all_permissions(*hubs: Hub) -> User:
    person = make_staff(is_superuser=False, hubs=list(hubs))
    person.user_permissions.set(Permission.objects.all())
    return person


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def desk(ours: World, theirs: World) -> Client:
    """Somebody of hub A, who may do everything there."""
    return signed_in(with_all_permissions(ours.hub))


def page_of(row: Any, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def list_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")


def test_lists_show_rows_of_ones_own_hub(desk: Client, ours: World, theirs: World) -> None:
    models = {type(row) for row in ours.rows}
    assert models == {
        model for model in admin.site._registry if hasattr(model._default_manager, "of_hubs")
    }
    request = RequestFactory().get("/")
    request.user = with_all_permissions(ours.hub)
    for mine, other in zip(ours.rows, theirs.rows, strict=True):
        model_admin: Any = admin.site._registry[type(mine)]
        found = set(model_admin.get_queryset(request))
        assert (mine in found, other in found) == (True, False), mine._meta.label
        assert desk.get(list_of(mine)).status_code == 200


def test_superusers_see_all_and_staff_without_a_hub_see_nothing(ours: World, theirs: World) -> None:
    boss, nobody = make_staff(), with_all_permissions()
    both = with_all_permissions(ours.hub, theirs.hub)
    for mine, other in zip(ours.rows, theirs.rows, strict=True):
        rows: Any = type(mine)._default_manager
        assert {mine, other} <= set(rows.of_hubs(boss))
        assert {mine, other} <= set(rows.of_hubs(both))
        assert not rows.of_hubs(nobody).exists()
    # A role whose hub was taken away is no role everywhere.
    both.hubs.clear()
    assert not Booking.objects.of_hubs(both).exists()


def test_pages_by_address_are_answered_like_rows_that_do_not_exist(
    desk: Client, theirs: World
) -> None:
    for row in theirs.rows:
        for page in ("change", "history", "delete"):
            gone = page_of(row, page).replace(f"/{row.pk}/", "/999999/")
            here, there = desk.get(page_of(row, page)), desk.get(gone)
            assert here.status_code == there.status_code in {302, 403}, (row._meta.label, page)
            assert here.headers.get("Location") == there.headers.get("Location")


def test_filters_offer_ones_own(desk: Client, ours: World, theirs: World) -> None:
    for row in (ours.slot, ours.booking, ours.visit, ours.loan, ours.copy, ours.zone, ours.pattern):
        html = desk.get(list_of(row)).content.decode()
        for other in (theirs.venue, theirs.programme, theirs.kit):
            assert str(other) not in html, row._meta.label


def test_every_filter_on_another_row_is_ours() -> None:
    """unfold's own offers all rows there are."""
    wrong = [
        f"{type(model_admin).__name__}: {one}"
        for model, model_admin in admin.site._registry.items()
        for one in model_admin.get_list_filter(RequestFactory().get("/"))
        if isinstance(one, tuple)
        and issubclass(one[1], RelatedFieldListFilter)
        and not issubclass(one[1], RelatedDropdownFilter)
        and one[0] not in {"submission__school", "submission__organisation", "school"}  # shared
    ]
    assert wrong == []


def test_filter_on_another_hubs_key_finds_nothing(desk: Client, theirs: World) -> None:
    address = reverse("admin:bookings_booking_changelist")
    make_venue(hub=the_hub())  # so that there is something to choose
    name = "visit__slot__venue__id__exact"
    for key in (theirs.venue.pk, 999999):
        found = desk.get(address, {"when": "all", name: key}).context["cl"].queryset
        assert list(found) == []


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("bookings.visitslot", "programmes"),
        ("bookings.schedulepattern", "programmes"),
        ("programmes.programme", "zones"),
        ("kits.repair", "copy"),
        ("kits.kitcopy", "kit"),
    ],
)
def test_autocomplete_finds_ones_own(desk: Client, model: str, field: str) -> None:
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field}
    found = desk.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert len(found) == 1


def slot_form(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "venue": world.venue.pk,
        "starts_at_0": "2026-11-10",
        "starts_at_1": "09:00",
        "ends_at_0": "2026-11-10",
        "ends_at_1": "12:00",
        "programmes": [world.programme.pk],
        "max_groups": 1,
        "max_pupils": 30,
    } | fields


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors) if response.status_code == 200 else {}


def test_forms_take_no_key_of_another_hub(desk: Client, ours: World, theirs: World) -> None:
    address = reverse("admin:bookings_visitslot_add")
    for fields in ({"venue": theirs.venue.pk}, {"programmes": [theirs.programme.pk]}):
        unknown = {name: [999999] if name == "programmes" else 999999 for name in fields}
        got = errors_of(desk.post(address, slot_form(ours, **fields)))
        want = errors_of(desk.post(address, slot_form(ours, **unknown)))
        assert got.keys() == want.keys() == fields.keys()
    assert VisitSlot.objects.count() == 2
    assert desk.post(address, slot_form(ours)).status_code == 302
    assert VisitSlot.objects.count() == 3


def test_forms_change_no_row_of_another_hub(desk: Client, ours: World, theirs: World) -> None:
    desk.post(page_of(theirs.slot), slot_form(ours, note="gekaapt"))
    action = {"action": "close", "_selected_action": [theirs.slot.pk]}
    desk.post(reverse("admin:bookings_visitslot_changelist") + "?when=all", action)
    theirs.slot.refresh_from_db()
    assert (theirs.slot.note, theirs.slot.is_closed) == ("", False)
    cancel = reverse("admin:bookings_booking_move", args=[theirs.booking.pk, "cancel"])
    assert desk.post(cancel, {"note": ""}).status_code == 404
    extend = reverse("admin:kits_loan_move", args=[theirs.loan.pk, "extend"])
    assert desk.post(extend, {"ends_on": "2026-12-01"}).status_code == 404
    move = reverse("admin:bookings_visit_verplaats", args=[theirs.visit.pk])
    assert desk.post(move, {"slot": ours.slot.pk}).status_code == 404
    assert Booking.objects.get(pk=theirs.booking.pk).state == "confirmed"


def test_superuser_cannot_mix_hubs(ours: World, theirs: World) -> None:
    """Nor whoever belongs to both."""
    both = signed_in(with_all_permissions(ours.hub, theirs.hub))
    for client in (signed_in(make_staff()), both):
        address = reverse("admin:bookings_visitslot_add")
        mixed = slot_form(ours, programmes=[ours.programme.pk, theirs.programme.pk])
        message = f"Niet van de hub van deze locatie: {theirs.programme}."
        assert errors_of(client.post(address, mixed)) == {"programmes": [message]}
        zone = {"venue": theirs.venue.pk, "name": "Hal", "slug": "hal", "position": 0}
        assert errors_of(client.post(page_of(ours.zone), zone)) == {
            "venue": ["Een locatie van een andere hub. Wat er is, blijft bij zijn eigen hub."]
        }
        client.post(page_of(ours.venue), {"hub": theirs.hub.pk, "name": "Hal A", "slug": "hal-a"})
        assert Venue.objects.get(pk=ours.venue.pk).hub == ours.hub


def test_day_list_planner_and_overview_are_of_ones_own_hub(
    desk: Client, ours: World, theirs: World, time_machine: Any
) -> None:
    time_machine.move_to(amsterdam(2026, 11, 3, 8), tick=False)
    desk = signed_in(with_all_permissions(ours.hub))
    for address in (
        reverse("admin:bookings_booking_day"),
        reverse("admin:bookings_visit_week"),
        reverse("admin:index"),
    ):
        html = desk.get(address).content.decode()
        assert "Programma A" in html, address
        assert "Programma B" not in html, address
        assert "Klas B" not in html
    asked = {"term": ""}
    choose = reverse("admin:bookings_visitslot_choose", args=[theirs.programme.pk])
    assert desk.get(choose, asked).status_code == 404


def test_booking_and_lending_on_behalf_offer_ones_own(
    desk: Client, ours: World, theirs: World
) -> None:
    visit = desk.get(reverse("admin:bookings_booking_add"), {"programme": theirs.programme.pk})
    loan = desk.get(reverse("admin:kits_loan_add"), {"kit": theirs.kit.pk})
    for response in (visit, loan):
        html = response.content.decode()
        assert "Programma B" not in html
        assert "Kist B" not in html
        assert not response.context["first"].is_valid()


def test_kit_desk_is_of_ones_own_hub(desk: Client, ours: World, theirs: World) -> None:
    for name in ("home", "lists", "round", "shopping", "labels", "use"):
        html = desk.get(reverse(f"desk:{name}")).content.decode()
        assert not re.search("KIST-B|Kist B|Leners B", html), name
    lists = desk.get(reverse("desk:lists"), {"periode": "week"}).content.decode()
    assert "Leners B" not in lists
    assert "KIST-A" in desk.get(reverse("desk:labels")).content.decode()
    found = desk.get(reverse("desk:home"), {"code": "KIST-B"})
    assert "Geen kist heeft de code" in found.content.decode()
    box = desk.get(reverse("desk:box", args=["KIST-B"]))
    assert box.headers["Location"] == "/beheer/balie/?code=KIST-B"
    assert desk.get(reverse("desk:repair", args=["KIST-B"])).status_code == 404
    stock = desk.post(reverse("desk:stock"), {"codes": "KIST-A\nKIST-B"}).context["result"]
    assert stock.unknown == ["KIST-B"]
    assert [copy.code for copy in stock.missing] == []
    sheet = desk.get(
        reverse("desk:labels"), {"vel": "3x8", "vanaf": 1, "exemplaar": theirs.copy.pk}
    )
    assert sheet.context["form"].errors.keys() == {"exemplaar"}


def test_kit_desk_changes_nothing_of_another_hub(desk: Client, ours: World, theirs: World) -> None:
    short = Shortage.objects.get(copy=theirs.copy)
    posted = desk.post(reverse("desk:shopping"), {"shortage": short.pk})
    assert posted.status_code == 404
    desk.post(reverse("desk:box", args=["KIST-B"]), {"do": "take_back", "loan": theirs.loan.pk})
    desk.post(reverse("desk:box", args=["KIST-A"]), {"do": "take_back", "loan": theirs.loan.pk})
    assert Loan.objects.get(pk=theirs.loan.pk).state == "out"
    done = LoanEvent.objects.get(loan=theirs.loan)
    html = desk.get(reverse("desk:home"), {"klaar": done.pk}).content.decode()
    assert "Leners B" not in html


def test_feeds_of_staff_are_of_ones_own_hub(ours: World, theirs: World) -> None:
    person = with_all_permissions(ours.hub)
    client = signed_in(person)
    titles = [feed.title for feed in client.get(reverse("my_calendar")).context["feeds"]]
    assert ours.venue.name in titles
    assert not {theirs.venue.name, f"{theirs.venue}: {theirs.zone}"} & set(titles)

    def read(kind: str, subject: Any = None) -> Any:
        return Client().get(
            feed_address(kind, person, subject).replace("http://127.0.0.1:8000", "")
        )

    everything = read("balie").content.decode()
    assert "Programma A" in everything
    assert "Programma B" not in everything
    assert read("locatie", theirs.venue).status_code == 404
    assert read("zone", theirs.zone).status_code == 404
    person.hubs.clear()
    assert "BEGIN:VEVENT" not in read("balie").content.decode()
    assert read("locatie", ours.venue).status_code == 404


def test_mails_are_of_ones_own_hub_or_of_the_site(ours: World, theirs: World) -> None:
    mails = [
        enqueue(Message(to="a@b.nl", subject=name, text="x", hub=hub))
        for name, hub in (("a", ours.hub.pk), ("b", theirs.hub.pk), ("site", None))
    ]
    address = reverse("admin:core_mail_changelist")
    shown = signed_in(with_all_permissions(ours.hub)).get(address).context["cl"].queryset
    assert {mail.subject for mail in shown} == {"Mail A", "a", "site"}
    assert not signed_in(with_all_permissions()).get(address).context["cl"].queryset.exists()
    everything = signed_in(make_staff()).get(address).context["cl"].queryset
    assert set(mails) <= set(everything)


def test_staff_without_a_hub_read_that(ours: World) -> None:
    nobody = signed_in(with_all_permissions())
    words = "Je hoort nog bij geen hub"
    for address in (reverse("admin:index"), reverse("desk:home")):
        html = nobody.get(address).content.decode()
        assert words in html
        assert not re.search("Programma A|Leners A", html)
        assert words not in signed_in(make_staff()).get(address).content.decode()


def test_coordinators_change_their_hub_and_make_none(ours: World, theirs: World) -> None:
    roles.load()
    person = make_staff(is_superuser=False, hubs=[ours.hub])
    person.groups.set(Group.objects.filter(name=roles.MANAGEMENT))
    client = signed_in(person)
    assert client.get(reverse("admin:programmes_hub_add")).status_code == 403
    assert client.get(page_of(ours.hub)).status_code == 200
    assert client.get(page_of(theirs.hub)).status_code == 302
