"""Every list, every form and every row's page of the back office, as staff meet them."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import SchedulePattern
from core.mail.queue import Message, enqueue
from kits.models import ChargeLine, Finding, KitDocument, LoanState, RefusedDemand, Repair, Shortage
from programmes.models import Closure, CoreObjective
from schools.models import PupilCount, SchoolBoard
from tests.factories import VISIT_DAY, make_booking, make_component, make_loan, make_staff
from tests.tec_site.test_every_address import ADMIN_MODELS, lines

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def desk(client, db, settings):
    """Signed in as staff who may do everything."""
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(make_staff())
    return client


def make_world():
    booking = make_booking()
    programme = booking.visit.programme
    make_component(programme=programme, zone=programme.zones.get())
    make_component(programme=programme, zone=programme.zones.get())
    PupilCount.objects.create(school=booking.submission.school, year=2025, pupils=190)
    SchoolBoard.objects.get_or_create(number="12345", name="Stichting Leerplein")
    CoreObjective.objects.get_or_create(scheme="slo-2026", code="1", label="Kerndoel 1")
    pattern = SchedulePattern.objects.create(
        venue=programme.venue,
        weekday=1,
        starts_at="09:00",
        ends_at="12:00",
        season_from=VISIT_DAY,
        season_to=VISIT_DAY,
    )
    pattern.programmes.add(programme)
    Closure.objects.create(
        venue=programme.venue, starts_on=VISIT_DAY, ends_on=VISIT_DAY, reason="Studiedag"
    )
    make_kit_world()
    enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot ziens."))


def make_kit_world():
    loan = make_loan(state=LoanState.OUT)
    robot = loan.kit.contents.first()
    Shortage.objects.create(copy=loan.copy, item=robot, missing=1, loan=loan)
    Finding.objects.create(loan=loan, item=robot, text="De band is stuk.")
    ChargeLine.objects.create(loan=loan, item=robot, quantity=1, amount=40)
    Repair.objects.create(
        copy=loan.copy, starts_on=VISIT_DAY, free_again_on=loan.free_again_on, reason="Wiel"
    )
    RefusedDemand.objects.create(kit=loan.kit, starts_on=VISIT_DAY, ends_on=loan.ends_on)
    KitDocument.objects.create(kit=loan.kit, kind="guide", title="Lesbrief", text="# Vooraf")


MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries_of_lists(desk, *, asked="", models=MODELS):
    """Model → how many queries its list takes."""
    found = {}
    for model in models:
        address = address_of(model, "changelist") + asked
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200, address
        found[model._meta.label] = len(queries)
    return found


def test_lists_take_as_many_queries_for_three_rows_as_for_one(desk):
    make_world()
    one = queries_of_lists(desk)
    make_world()
    make_world()
    assert queries_of_lists(desk) == one
    assert {label: number for label, number in one.items() if number > 12} == {}


def test_search_finds_and_takes_no_more_than_twelve_queries(desk):
    make_world()
    searched = [model for model in MODELS if admin.site._registry[model].search_fields]
    found = queries_of_lists(desk, asked="?q=e", models=searched)
    assert {label: number for label, number in found.items() if number > 12} == {}


def test_page_of_every_row_opens(desk):
    """Of models of which the walk of `test_staff_forms.py`, which opens all others, has no row."""
    make_world()
    walked = {label for label, cells in lines(ADMIN_MODELS).items() if cells[2].endswith("|200")}
    opened = 0
    for model in MODELS:
        row = None if model._meta.label_lower in walked else model.objects.first()
        if row is not None:
            page = desk.get(address_of(model, "change", row.pk))
            assert (page.status_code, page.context["original"]) == (200, row), model
            opened += 1
    assert opened >= 7


def test_words_of_libraries_are_dutch_too(desk):
    make_world()
    text = desk.get(reverse("admin:bookings_booking_changelist")).content.decode()
    assert ("Filters toepassen" in text, "Apply Filters" in text) == (True, False)
    text = desk.get(reverse("admin:core_mail_changelist")).content.decode()
    assert ("Subject" in text, "Onderwerp" in text) == (False, True)
