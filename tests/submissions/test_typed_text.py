"""What is copied from a mail or a telephone is what it looks like: on every way in."""

import io

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from bookings import tasters
from bookings.models import Booking
from core.mail.models import Mail
from core.text.fields import (
    AmountField,
    LineColumn,
    LineField,
    MailAddressColumn,
    MailAddressField,
    ParagraphsField,
    TelephoneField,
    TimeField,
    WholeNumberField,
)
from core.text.searching import Folded, FoldedColumn, KeepsFolded
from programmes.models import ProgrammeKind
from schools.models import ClassGroup, User
from submissions import codes
from submissions.models import CodeChallenge, Submission
from submissions.sharing.lifecycle import correct_email
from tests.booking_form import address, code_in_mail, errors_of, held, typed
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)
from tests.programme_form import save
from tests.tec_site.test_structure import ORDER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

SPELLINGS = [
    "juf.zw@school.example\u200b",
    "\ufeffjuf.zw@school.example",
    "Juf.ZW@School.Example",
    "\u202ajuf.zw@school.example\u202c",
    "juf.zw＠school．example",
    "juf.zw@school.example\ufe0f,",
]
OURS = set(ORDER)


@pytest.fixture
def programme():
    return make_programme(max_groups=9, max_pupils=300)


@pytest.fixture
def slot(programme):
    return make_slot(programmes=[programme], max_groups=9, max_pupils=300)


# --- Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_address_is_one_in_the_form_and_for_signing_in(client, programme, slot, spelled):
    submission = held(client, programme, slot, email=spelled)
    assert submission.email == "juf.zw@school.example"
    code_page = reverse("bookings:code", args=[submission.public_id])
    assert client.post(code_page, {"code": code_in_mail()}).status_code == 302
    user = User.objects.get(email="juf.zw@school.example")

    other = Client()
    other.post("/inloggen/", {"email": spelled})
    assert Mail.objects.latest("pk").to == "juf.zw@school.example"
    other.post("/inloggen/code/", {"code": codes.code_of(CodeChallenge.objects.latest("pk"))})
    assert other.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_staff_sign_in_and_reset_with_any_spelling(client, one_factor, spelled):
    make_staff(email="juf.zw@school.example", password="lang genoeg voor een balie")
    answer = client.post(
        reverse("account_login"), {"login": spelled, "password": "lang genoeg voor een balie"}
    )
    assert answer.status_code == 302
    Client().post(reverse("account_reset_password"), {"email": spelled})
    assert [mail.to for mail in Mail.objects.all()] == ["juf.zw@school.example"]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_address_is_one_in_the_back_office_and_for_commands(desk, spelled):
    teacher = make_teacher(email=spelled)
    assert teacher.email == "juf.zw@school.example"
    again = {"email": spelled, "name": "Iemand", "phone": "", "school": "", "is_active": "on"}
    page = desk.post(reverse("admin:schools_user_add"), again)
    assert "email" in page.context["adminform"].form.errors  # she is there already

    submission = make_submission(email="ander@school.example", user=None)
    correct_email(submission=submission, email=spelled)
    submission.refresh_from_db()
    assert submission.email == "juf.zw@school.example"
    make_submission(email="juf.zw@school.example", user=teacher)
    call_command("erase", spelled, stdout=io.StringIO())
    assert not User.objects.filter(email="juf.zw@school.example").exists()
    assert not Submission.objects.filter(email="juf.zw@school.example").exists()


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_superuser_is_made_under_the_address_as_it_is_known(spelled):
    call_command("createsuperuser", interactive=False, email=spelled, stdout=io.StringIO())
    assert User.objects.get().email == "juf.zw@school.example"
    assert User.objects.get(email=spelled) == User.objects.get_by_natural_key(spelled)


def test_address_that_is_mistyped_is_corrected_in_any_spelling(client, programme, slot):
    submission = held(client, programme, slot)
    client.post(
        reverse("bookings:correct_address", args=[submission.public_id]), {"email": SPELLINGS[0]}
    )
    submission.refresh_from_db()
    assert submission.email == "juf.zw@school.example"
    assert Submission.objects.matching("juf.zw@school.example").get() == submission


# --- Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("copied", "saved"),
    [
        ("\u202d0612345678\u202c", "0612345678"),
        ("\u200e+31 6 12345678", "+31 6 12345678"),
        ("06\ufe0e12345678", "0612345678"),
        ("tel:0612345678", "0612345678"),
    ],
)
def test_copied_number_is_taken_and_found(client, programme, slot, copied, saved):
    submission = held(client, programme, slot, phone=copied)
    assert submission.phone == saved
    for asked in ("0612345678", "06-12345678", "+31612345678", "0031612345678"):
        assert Submission.objects.matching(asked).get() == submission
    assert not Submission.objects.matching("0612345679").exists()


@pytest.mark.parametrize("number", ["--------", "(       )", "112", "bel mij"])
def test_number_without_digits_is_refused_at_the_field(client, programme, slot, number):
    answer = client.post(address(programme, slot), typed(phone=number))
    assert errors_of(answer) == {"phone": "Vul een telefoonnummer in, bijvoorbeeld 06 12345678."}


# --- Classes -------------------------------------------------------------------------------------


def test_seven_and_seven_plus_are_two_classes(client, programme, slot):
    classes = (("7", [7], 20, 3), ("7+", [7], 20, 3))
    submission = held(client, programme, slot, classes=classes)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})
    assert sorted(ClassGroup.objects.values_list("name", flat=True)) == ["7", "7+"]
    assert sorted(Booking.objects.values_list("class_group__name", flat=True)) == ["7", "7+"]


def test_class_filled_in_twice_in_another_spelling_is_said(client, programme, slot):
    classes = (("Groep 6-B", [6], 20, 3), ("groep\u00a06‑b", [6], 20, 3))
    answer = client.post(address(programme, slot), typed(classes=classes))
    assert errors_of(answer) == {"klas-1-name": "Je hebt al een klas met deze naam ingevuld."}


def test_proeverij_of_seven_does_not_count_for_seven_plus():
    school = make_school()
    taster = make_programme(kind=ProgrammeKind.TASTER)
    make_booking(
        visit=make_visit(programme=taster),
        class_group=make_class_group(school=school, name="7"),
        party_name="7",
        submission=make_submission(school=school),
    )
    later = make_slot(starts_at=amsterdam(2026, 12, 8, 9), ends_at=amsterdam(2026, 12, 8, 12))
    assert tasters.class_had_one(later, school, "７")
    assert not tasters.class_had_one(later, school, "7+")


# --- That no way in is forgotten -----------------------------------------------------------------


def columns(kind):
    return [
        column
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for column in model._meta.concrete_fields
        if isinstance(column, kind)
    ]


def test_every_column_of_addresses_has_the_normal_form():
    assert [str(one) for one in columns(models.EmailField) if type(one) is models.EmailField] == []
    assert len(columns(MailAddressColumn)) >= 3


def test_every_field_of_text_in_the_back_office_cleans_what_is_typed(rf, staff):
    request = rf.get("/")
    request.user = staff
    raw = []
    for model, page in admin.site._registry.items():
        if model._meta.app_label in OURS:
            fields = {
                column.name: page.formfield_for_dbfield(column, request)
                for column in model._meta.concrete_fields
                if column.editable
            }
            raw += [f"{model.__name__}.{name}" for name in uncleaned(fields)]
    assert set(raw) - {"Task.token"} == set()  # a random key


def our_forms():
    """Our forms, but those that an admin makes of a model."""
    waiting = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        of_admin = issubclass(form, forms.BaseModelForm) and "admin" in form.__module__
        if form.__module__.split(".")[0] in OURS and not of_admin:
            yield form


def test_every_field_of_text_in_our_forms_cleans_what_is_typed():
    raw = [
        f"{form.__name__}.{name}" for form in our_forms() for name in uncleaned(form.base_fields)
    ]
    # A password, a random key, the digits of a code and the seal of what was shown are compared,
    # not kept.
    compared = {"code", "password", "submission_key", "shown", "seen", "seen_version"}
    assert {one for one in raw if one.partition(".")[2] not in compared} == set()


def uncleaned(fields):
    clean = (LineField, ParagraphsField, MailAddressField, TelephoneField)
    exact = (forms.SlugField, forms.URLField, forms.RegexField)
    return [
        name
        for name, field in fields.items()
        if isinstance(field, forms.CharField)
        and not isinstance(field, (*clean, *exact, forms.JSONField))
    ]


@pytest.mark.parametrize("copied", ["24\u200b", "\u202d24\u202c", "２４", "\ufeff24\u00a0"])
def test_copied_number_of_pupils_is_taken(client, programme, slot, copied):
    submission = held(client, programme, slot, classes=(("7b", [7], copied, "\u200e3"),))
    booking = submission.bookings.get()
    assert (booking.pupils, booking.supervisors) == (24, 3)


@pytest.mark.parametrize("typed", ["75,50", "75.50", "€ 75,50", "75,50\u200e", "\u00a075,5"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_amount_is_typed_as_our_pages_show_it(desk, language, typed):
    desk.cookies["django_language"] = language
    programme = make_programme()
    assert save(desk, programme, price=typed).status_code == 302
    programme.refresh_from_db()
    assert str(programme.price) == "75.50"


@pytest.mark.parametrize(
    ("typed", "amount"), [("1.234,50", "1234.50"), ("1234,5", "1234.5"), ("-5,00", "-5.00")]
)
def test_thousands_of_an_amount_may_be_apart(typed, amount):
    assert str(AmountField(decimal_places=2).clean(typed)) == amount


@pytest.mark.parametrize("typed", ["1,234", "1.234", "1,234.50", "12.34,50", "75,50,10"])
def test_amount_that_may_mean_two_things_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        AmountField(decimal_places=2).clean(typed)


def test_every_number_and_time_is_read_the_same_way(rf, staff):
    request = rf.get("/")
    request.user = staff
    fields = {
        f"{model.__name__}.{column.name}": page.formfield_for_dbfield(column, request)
        for model, page in admin.site._registry.items()
        if model._meta.app_label in OURS
        for column in model._meta.concrete_fields
        if column.editable
    }
    for form in our_forms():
        fields |= {f"{form.__name__}.{name}": one for name, one in form.base_fields.items()}
    kinds = (forms.IntegerField, forms.TimeField)
    ours = (AmountField, TimeField, WholeNumberField)
    found = {name: one for name, one in fields.items() if isinstance(one, kinds)}
    assert len(found) > 40
    assert {name for name, one in found.items() if not isinstance(one, ours)} == set()


def test_folded_columns_change_with_what_they_are_made_of():
    submission = make_submission(contact_name="Anouk Smit")
    submission.contact_name = "İlker Öztürk"
    submission.save(update_fields=["contact_name"])
    assert Submission.objects.matching("ilker ozturk").get() == submission
    with pytest.raises(TypeError, match="search_text"):
        Submission.objects.filter(pk=submission.pk).update(contact_name="Ander")


def test_every_table_with_folded_columns_saves_them_along():
    for column in columns(FoldedColumn):
        assert issubclass(column.model, Folded), column
        assert isinstance(column.model._default_manager.all(), KeepsFolded), column
    assert {type(one) for one in columns(LineColumn)} == {LineColumn}
