"""The school field in a form, without scripts."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import QueryDict

from schools.forms import SchoolField, SchoolSearchForm, TypedSchool
from tests.factories import make_school


class VisitForm(SchoolSearchForm, forms.Form):
    school = SchoolField(label="School")
    contact = forms.CharField()


@pytest.fixture
def hagenpoort(db):
    return make_school(name="De Hagenpoort", postcode="7415 CD")


def bound(**data):
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in data.items()})
    return VisitForm(query)


def inputs(html):
    """name → values of every input that a browser would send."""
    sent = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attrs.get("type") != "radio" or " checked" in tag:
            sent[attrs["name"]] = attrs.get("value", "")
    return sent


def test_school_field_cleans_to_the_school_that_was_chosen(hagenpoort):
    form = bound(school=hagenpoort.pk, school_q="hagen", school_listed="hagen", contact="Anouk")

    assert form.is_valid()
    assert form.cleaned_data == {"school": hagenpoort, "contact": "Anouk"}


def test_school_field_cleans_to_a_typed_school(db):
    form = bound(school_typed_name=" De \r\nDroom ", school_typed_city="Epe", contact="Anouk")

    assert form.is_valid()
    assert form.cleaned_data["school"] == TypedSchool("De Droom", "Epe")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "required"),
        ({"school_q": "hagenpoort", "school_listed": "hagenpoort"}, "choose"),
        ({"school_q": "zwolle", "school_listed": "zwolle"}, "nothing_found"),
        ({"school": "0"}, "invalid_choice"),
        ({"school": "9" * 30}, "invalid_choice"),
        ({"school": "²"}, "invalid_choice"),
        ({"school": "1 or 1=1"}, "invalid_choice"),
        ({"school_typed_name": "De Droom"}, "city_missing"),
        ({"school_typed_city": "Epe"}, "name_missing"),
        ({"school": "1", "school_typed_name": "De Droom"}, "two_schools"),
        ({"school_typed_name": "x" * 201, "school_typed_city": "Epe"}, "max_length"),
        ({"school_typed_name": "De Droom", "school_typed_city": "x" * 101}, "max_length"),
    ],
)
def test_school_field_says_what_is_wrong(hagenpoort, data, code):
    form = bound(contact="Anouk", **data)

    assert not form.is_valid()
    assert [
        (name, error.code) for name, errors in form.errors.as_data().items() for error in errors
    ] == [("school", code)]


def test_query_that_was_not_searched_yet_is_searched_instead_of_sent(hagenpoort):
    form = bound(contact="Anouk", school_q="hagenpoort")

    assert not form.is_valid()
    assert form.errors == {}
    assert f'value="{hagenpoort.pk}"' in render_crispy_form(form)


@pytest.mark.parametrize("fields", [{"closed_on": "2026-08-01"}, {"merged_into": True}])
def test_school_field_refuses_a_school_that_is_no_longer_open(hagenpoort, fields):
    if "merged_into" in fields:
        fields = {"merged_into": hagenpoort}
    gone = make_school(**fields)
    assert bound(school=gone.pk, contact="Anouk").errors.as_data()["school"][0].code == (
        "invalid_choice"
    )


def test_search_button_shows_the_form_again_without_errors_and_loses_nothing(hagenpoort):
    form = bound(
        school_q="hagenpoort",
        school_find="1",
        school_typed_name="De Droom",
        school_typed_city="",
        contact="",
    )

    html = render_crispy_form(form)

    assert (form.is_valid(), form.errors, form.cleaned_data) == (False, {}, {})
    assert inputs(html) == {
        "school_q": "hagenpoort",
        "school_listed": "hagenpoort",
        "school_typed_name": "De Droom",
        "school_typed_city": "",
        "contact": "",
    }
    assert f'value="{hagenpoort.pk}"' in html
    assert "is-invalid" not in html


def test_enter_in_another_field_sends_the_form_once_a_school_is_chosen(hagenpoort):
    # A browser presses the first button of the form, which is 'search'.
    settled = {"school": hagenpoort.pk, "school_find": "1", "contact": "Anouk"}

    assert bound(**settled, school_q="hagen", school_listed="hagen").is_valid()
    assert not bound(**settled, school_q="raalte", school_listed="hagen").is_valid()
    assert not bound(school_q="hagen", school_listed="hagen", school_find="1").is_valid()


def test_school_field_shows_the_teachers_own_school_as_chosen(hagenpoort):
    html = render_crispy_form(VisitForm(initial={"school": hagenpoort}))
    assert inputs(html)["school"] == str(hagenpoort.pk)


def test_school_field_keeps_the_choice_when_another_field_is_wrong(hagenpoort):
    form = bound(school=hagenpoort.pk, contact="")

    assert list(form.errors) == ["contact"]
    assert inputs(render_crispy_form(form))["school"] == str(hagenpoort.pk)


def test_school_field_is_a_group_with_a_label_on_every_input(hagenpoort):
    html = render_crispy_form(bound(school_q="ster", school_listed="ster", contact="Anouk"))

    ids = re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', html)
    labelled = re.findall(r'<label[^>]* for="([^"]+)"', html)
    assert sorted(ids) == sorted(labelled)
    assert len(set(ids)) == len(ids)
    assert html.count("<fieldset") == html.count("<legend") == 1
    assert 'aria-invalid="true"' in html


def test_school_field_escapes_what_was_typed(hagenpoort):
    html = render_crispy_form(bound(school_q='"><script>x', school_typed_name="<b>"))
    assert "<script>x" not in html
    assert "<b>" not in html


@pytest.mark.parametrize(("data", "changed"), [({}, True), ({"school": "own"}, False)])
def test_school_field_knows_whether_it_changed(hagenpoort, data, changed):
    data = {name: str(hagenpoort.pk) for name in data}
    form = VisitForm(
        QueryDict("&".join(f"{k}={v}" for k, v in data.items()) or "x=1"),
        initial={"school": hagenpoort},
    )
    assert ("school" in form.changed_data) is changed
