"""Two people edit one row: the second is told, and neither loses what she typed."""

import datetime

import pytest
from django.contrib import admin
from django.db import models
from django.db.models.fields.files import FieldFile
from django.test import RequestFactory
from django.urls import reverse

from core.backoffice.versions import SEEN
from programmes.models import Closure, Programme
from tests.addresses import Site
from tests.factories import (
    amsterdam,
    make_component,
    make_kit,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_zone,
)

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


def page_of(row, page="change"):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name, args=[row.pk])


def shown(response):
    """All that a browser would send back of the form as it is shown."""
    data = {}
    context = response.context
    forms = [context["adminform"].form]
    for one in context["inline_admin_formsets"]:
        forms += [one.formset.management_form, *one.formset.forms]
    for form in forms:
        for field in form:
            data |= sent(field)
    return data


def sent(field):
    value = field.value()
    widget = field.field.widget
    if hasattr(widget, "widget"):
        widget = widget.widget
    context = widget.get_context(field.html_name, value, {})["widget"]
    if "subwidgets" in context:
        return {one["name"]: one["value"] or "" for one in context["subwidgets"]}
    if getattr(widget, "allow_multiple_selected", False):
        return {field.html_name: [str(getattr(one, "pk", one)) for one in value or []]}
    if context.get("type") == "checkbox":
        return {field.html_name: "on"} if value else {}
    value = context["value"]
    if isinstance(value, list):
        value = value[0] if value else ""
    return {field.html_name: "" if value is None else value}


def errors_of(response):
    return [str(one) for one in response.context["adminform"].form.non_field_errors()]


def test_first_ones_price_and_second_ones_title_are_both_kept(client, desk, staff):
    programme = make_programme(title="Drones", price="75.00")
    page = page_of(programme)
    second = shown(desk.get(page)) | {"title": "Drones en vr"}
    colleague = make_staff(name="Bea Kort")
    client.force_login(colleague)
    assert client.post(page, shown(client.get(page)) | {"price": "80"}).status_code == 302

    client.force_login(staff)
    told = client.post(page, second)

    assert errors_of(told) == [
        "Bea Kort heeft dit gewijzigd terwijl je bezig was. Wat jij typte is er nog; wat je met "
        "rust liet is bijgewerkt. Kijk het na en bewaar opnieuw.",
        "Prijs per klas (euro): nu 80,00.",
    ]
    again = shown(told)
    assert (again["title"], again["price"]) == ("Drones en vr", "80.00")
    assert client.post(page, again).status_code == 302
    programme.refresh_from_db()
    assert (programme.title, str(programme.price)) == ("Drones en vr", "80.00")


def test_both_changed_the_same_field_and_the_second_decides_knowingly(desk):
    programme = make_programme(title="Drones")
    page = page_of(programme)
    second = shown(desk.get(page)) | {"title": "Vliegen"}
    Programme.objects.filter(pk=programme.pk).update(title="Drones en vr")
    told = desk.post(page, second)
    assert errors_of(told)[1:] == [
        "Titel: nu Drones en vr; wat jij typte staat nog in het formulier."
    ]
    assert shown(told)["title"] == "Vliegen"
    programme.refresh_from_db()
    assert programme.title == "Drones en vr"
    assert desk.post(page, shown(told)).status_code == 302
    programme.refresh_from_db()
    assert programme.title == "Vliegen"


def test_both_typed_the_same_is_no_conflict(desk):
    programme = make_programme(title="Drones")
    page = page_of(programme)
    second = shown(desk.get(page)) | {"title": "Drones en vr"}
    Programme.objects.filter(pk=programme.pk).update(title="Drones en vr")
    assert desk.post(page, second).status_code == 302


def test_rooms_of_a_programme_are_compared_too(desk):
    venue = make_venue()
    one, two, three = [make_zone(venue=venue, name=name) for name in ("Aa", "Bb", "Cc")]
    programme = make_programme(venue=venue, zones=[one])
    page = page_of(programme)
    second = shown(desk.get(page)) | {"summary": "Kort"}
    programme.zones.set([two, three])
    told = desk.post(page, second)
    assert errors_of(told)[1:] == [f"Zones: nu {two}, {three}."]
    assert desk.post(page, shown(told)).status_code == 302
    assert set(programme.zones.all()) == {two, three}


def test_part_of_a_programme_is_compared_in_its_own_line(desk):
    component = make_component(name="Solderen", minutes=20)
    page = page_of(component.programme)
    second = shown(desk.get(page)) | {"components-0-name": "Solderen en zagen"}
    component.minutes = 25
    component.save()
    told = desk.post(page, second)
    formset = told.context["inline_admin_formsets"][0].formset
    assert [str(one) for one in formset.forms[0].non_field_errors()][1:] == ["Minuten: nu 25."]
    assert desk.post(page, shown(told)).status_code == 302
    component.refresh_from_db()
    assert (component.name, component.minutes) == ("Solderen en zagen", 25)


def test_two_close_the_same_days_in_two_ways(desk):
    day = datetime.date(2027, 7, 5)
    closure = Closure.objects.create(venue=make_venue(), reason="Bouw", starts_on=day, ends_on=day)
    page = page_of(closure)
    second = shown(desk.get(page)) | {"reason": "Verbouwing"}
    Closure.objects.update(ends_on=datetime.date(2027, 7, 9))
    told = desk.post(page, second)
    assert errors_of(told)[1:] == ["Laatste dag: nu 9 juli 2027."]
    assert desk.post(page, shown(told)).status_code == 302
    closure.refresh_from_db()
    assert (closure.reason, closure.ends_on) == ("Verbouwing", datetime.date(2027, 7, 9))


def test_moment_of_a_slot_that_nobody_changed_is_no_conflict(desk):
    slot = make_slot(starts_at=amsterdam(2026, 11, 3, 9), programmes=[make_programme()])
    page = page_of(slot)
    assert desk.post(page, shown(desk.get(page)) | {"note": "Rustig"}).status_code == 302
    slot.refresh_from_db()
    assert slot.note == "Rustig"


@pytest.mark.parametrize("nonsense", ["", "x", "[]", "{}", '{"title": 3}', '{"niets": "x"}'])
def test_form_without_what_was_shown_is_judged_as_it_is(desk, nonsense):
    programme = make_programme()
    page = page_of(programme)
    typed = shown(desk.get(page)) | {SEEN: nonsense, "summary": "Kort"}
    assert desk.post(page, typed).status_code in {200, 302}


def test_nothing_of_this_stands_in_the_history(desk):
    kit = make_kit()
    page = page_of(kit)
    desk.post(page, shown(desk.get(page)) | {"title": "Robots"})
    assert SEEN not in desk.get(page_of(kit, "history")).content.decode()


def test_every_change_form_carries_its_version(staff, db):
    """Of all models of the back office that anybody may change."""
    request = RequestFactory().get("/")
    request.user = staff
    lacks = []
    for model, one in admin.site._registry.items():
        row = model(pk=1, **({"kind": "workshop"} if model is Programme else {}))
        if not one.has_change_permission(request, row):
            continue
        if SEEN not in one.get_form(request, row, change=True).base_fields:
            lacks.append(model.__name__)
        for inline in one.get_inline_instances(request, row):
            if inline.has_change_permission(request, row):
                fields = inline.get_formset(request, row).form.base_fields
                if SEEN not in fields:
                    lacks.append(type(inline).__name__)
    assert lacks == []


# --- Every form of the back office ------------------------------------------------------------


def without_files(data):
    """A browser sends no file that nobody chose."""
    return {name: value for name, value in data.items() if not isinstance(value, FieldFile)}


def typed_fields(form):
    """Names of the boxes of one line or more in which staff type words or whole numbers."""
    found = []
    for name, field in form.fields.items():
        column = {one.name: one for one in form.instance._meta.fields}.get(name)
        is_words = isinstance(column, models.CharField | models.TextField) and not column.choices
        if name != SEEN and is_words and not field.disabled:
            found.append(name)
    return found


def another(value: object, digits: str) -> str:
    """Much the same text, and surely not what there is."""
    was = str(value or "")
    return next(f"{was[:7]}{digit}" for digit in digits if f"{was[:7]}{digit}" != was)


def test_second_of_two_sees_what_changed_and_loses_nothing_on_any_form(db, letters_once):
    """A walk over one row of every model that staff can change."""
    site = Site()
    client = site.people["staff"]
    walked, wrong = set(), []
    for model in admin.site._registry:
        row = model._base_manager.order_by("pk").first()
        response = client.get(page_of(row)) if row else None
        if response is None or response.status_code != 200 or "adminform" not in response.context:
            continue
        form = response.context["adminform"].form
        names = typed_fields(form)
        if SEEN not in form.fields or not names:
            continue
        theirs, mine = names[0], names[-1]
        now = {theirs: another(getattr(row, theirs), "98")}
        typed = {mine: another(getattr(row, mine), "76")}
        second = without_files(shown(response)) | typed
        model._base_manager.filter(pk=row.pk).update(**now)
        told = client.post(page_of(row), second)
        walked.add(model._meta.label_lower)
        if told.status_code != 200 or "terwijl je bezig was" not in str(errors_of(told)):
            wrong.append(f"{model._meta.label}: was not told")
        elif shown(told)[mine] != typed[mine]:
            wrong.append(f"{model._meta.label}: lost what was typed in {mine}")
        elif mine != theirs and shown(told)[theirs] != now[theirs]:
            wrong.append(f"{model._meta.label}: does not show what {theirs} is now")
    assert wrong == []
    assert len(walked) > 20, walked
