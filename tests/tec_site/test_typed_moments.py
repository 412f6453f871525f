"""Dates in the back office: the day first in both languages, and what is shown is taken."""

import datetime

import pytest
from django import forms
from django.contrib import admin
from django.db import models
from django.urls import reverse

from bookings.models import VisitSlot
from core.text.fields import DayField, MomentField
from programmes.models import Closure
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_venue,
    make_visit,
)
from tests.tec_site.test_structure import ORDER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
LANGUAGES = ["nl", "en"]
EIGHTH = datetime.date(2027, 1, 8)


@pytest.fixture(params=LANGUAGES)
def office(request, desk):
    desk.cookies["django_language"] = request.param
    return desk


@pytest.mark.parametrize(
    "typed",
    ["08/01/2027", "08-01-2027", "8.1.2027", "2027-01-08", "8 jan 2027", "Fri 8 January 2027"],
)
def test_day_comes_first(office, typed):
    data = {"venue": make_venue().pk, "starts_on": typed, "ends_on": typed, "reason": "Verbouwing"}
    answer = office.post(reverse("admin:programmes_closure_add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    closure = Closure.objects.get()
    assert (closure.starts_on, closure.ends_on) == (EIGHTH, EIGHTH)


def test_american_date_is_refused(office):
    data = {"venue": make_venue().pk, "reason": "Verbouwing"}
    data |= {"starts_on": "01/13/2027", "ends_on": "01/13/2027"}
    page = office.post(reverse("admin:programmes_closure_add"), data)
    assert set(page.context["adminform"].form.errors) == {"starts_on", "ends_on"}


def test_what_the_form_shows_can_be_sent(office):
    closure = Closure.objects.create(
        venue=make_venue(), starts_on=EIGHTH, ends_on=EIGHTH, reason="Verbouwing"
    )
    address = reverse("admin:programmes_closure_change", args=[closure.pk])
    form = office.get(address).context["adminform"].form
    shown = {name: form[name].value() or "" for name in form.fields}
    html = str(form["starts_on"])
    assert 'value="08-01-2027"' in html
    sent = shown | {"starts_on": "08-01-2027", "ends_on": "08-01-2027"}
    assert office.post(address, sent).status_code == 302
    closure.refresh_from_db()
    assert closure.starts_on == EIGHTH


@pytest.mark.parametrize("time", ["09:30", "9.30", "09:30:00", "\u200e09:30\u202c"])
def test_moment_of_a_slot_is_typed_the_same_way(office, time):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    data = {"venue": slot.venue_id, "max_groups": 2, "max_pupils": 60, "note": ""}
    data |= {"programmes": [programme.pk]}
    data |= {"starts_at_0": "08/01/2027", "starts_at_1": time}
    data |= {"ends_at_0": "8 jan 2027", "ends_at_1": "12:00"}
    answer = office.post(reverse("admin:bookings_visitslot_change", args=[slot.pk]), data)
    assert answer.status_code == 302, answer.context["errors"]
    moved = VisitSlot.objects.get()
    assert moved.starts_at == amsterdam(2027, 1, 8, 9, 30)
    assert moved.ends_at == amsterdam(2027, 1, 8, 12)


@pytest.mark.parametrize("typed", ["03/11/2026", "3 november 2026"])
def test_filters_of_a_period_read_days_the_same_way(office, typed):
    booking = make_booking()
    make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 10, 9))))
    name = "visit__slot__starts_at"
    asked = {f"{name}_from_0": typed, f"{name}_to_0": typed, "when": "all"}
    rows = office.get(reverse("admin:bookings_booking_changelist"), asked).context["cl"].result_list
    assert list(rows) == [booking]


def test_every_field_of_a_date_in_the_back_office_is_ours(rf, staff):
    request = rf.get("/")
    request.user = staff
    found = {
        type(page.formfield_for_dbfield(column, request))
        for model, page in admin.site._registry.items()
        if model.__module__.split(".")[0] in ORDER
        for column in model._meta.concrete_fields
        if column.editable and isinstance(column, models.DateField)
    }
    assert found == {DayField, MomentField}


def test_every_date_of_our_own_forms_is_read_the_same_way():
    found, waiting = [], [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        of_admin = issubclass(form, forms.BaseModelForm) and "admin" in form.__module__
        if form.__module__.split(".")[0] in ORDER and not of_admin:
            found += [
                (form.__name__, name, field)
                for name, field in form.base_fields.items()
                if isinstance(field, forms.DateField | forms.DateTimeField)
            ]
    assert len(found) > 8
    assert [one for one in found if not isinstance(one[2], DayField)] == []
