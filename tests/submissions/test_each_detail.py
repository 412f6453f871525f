"""What is typed with a submission is known wherever it is told, changed or erased.

A column more is forgotten in none of these places: it goes into `Submission.DETAILS`, and into
the values below.
"""

import pytest
from django.contrib import admin

from bookings.models import BookingEvent
from bookings.pages.forms import BookingContactForm, GroupContactForm
from submissions.forms import SchoolContactForm
from submissions.models import PhotoAnswer, Submission
from submissions.pages.prefilled import as_asked
from submissions.privacy.erasure import erase_person
from submissions.privacy.own_data import known_of
from submissions.wording import details_changed
from tests.factories import make_submission, make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TOLD = {
    "contact_name": "Roosmarijn Zonneveld",
    "phone": "06 98765432",
    "purchase_order": "INK-2026-7",
    "facilities": "Een rolstoel",
    "photos": PhotoAnswer.NO,
}
# Who asks, and the key of the form: these are no details, and stay as they are.
OF_WHOM = {"school", "organisation", "email", "submission_key"}
# An answer that leads to nobody, and that staff may still need for the pictures they took.
STAYS = {"photos"}


@pytest.fixture
def told():
    teacher = make_teacher()
    return make_submission(user=teacher, email=teacher.email, **TOLD)


@pytest.mark.parametrize("form", [BookingContactForm, GroupContactForm, SchoolContactForm])
def test_forms_ask_for_details_and_whose_they_are(form):
    columns = {column.name for column in Submission._meta.concrete_fields}
    asked = set(form.base_fields) & columns - OF_WHOM
    assert asked <= set(Submission.DETAILS) == set(TOLD)


def test_form_of_a_visit_asks_for_every_detail():
    assert set(Submission.DETAILS) <= set(BookingContactForm.base_fields)


def test_what_is_asked_anew_is_filled_in_with_each(told):
    again = as_asked(told)
    assert {name: again[name] for name in Submission.DETAILS} == TOLD


def test_person_reads_each_of_her_own(told):
    words = [{**TOLD, "photos": PhotoAnswer.NO.label}[name] for name in Submission.DETAILS]
    [asked] = known_of(told.user)["Wat je hebt aangevraagd"]
    assert {str(word) for word in words} <= set(asked.values())


@pytest.mark.parametrize("name", Submission.DETAILS)
def test_history_names_each_that_was_changed(name):
    nothing = details_changed(BookingEvent(data={"fields": []}))
    assert details_changed(BookingEvent(data={"fields": [name]})) != nothing


@pytest.mark.parametrize("name", Submission.DETAILS)
def test_staff_see_and_change_each(name):
    page = admin.site.get_model_admin(Submission)
    shown = [one for _title, part in page.fieldsets for one in part["fields"]]
    assert name in shown
    assert name not in page.get_readonly_fields(None)


def test_erasing_leaves_none_that_leads_to_her(told):
    erase_person(email=told.email)

    told.refresh_from_db()
    left = {name for name in Submission.DETAILS if getattr(told, name)}
    assert left == STAYS
