"""Booking by telephone: what is known of the school is offered, and fills the form."""

import datetime
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings.models import Booking, VisitSlot, VisitWait
from programmes.models import Programme
from schools.audience import Audience
from submissions.models import WaitState
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_group,
    make_loan,
    make_organisation,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)
from tests.submissions.sharing import tell

NEW = "/beheer/bookings/booking/add/"
pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def school(db):
    return make_school(name="OBS De Hagenpoort")


@pytest.fixture
def address(db):
    programme = make_programme(max_groups=3, max_pupils=99)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=99)
    return f"{NEW}?programme={programme.pk}&slot={slot.pk}"


def typed(**fields):
    return {
        "klas-TOTAL_FORMS": "1",
        "klas-INITIAL_FORMS": "0",
        "school_q": "hagenpoort",
        "submission_key": "a-random-key-of-the-form",
    } | fields


def came(school, *, day=10, contact="Anouk Vis", pupils=24, **fields):
    """A class that was here in September, asked for by this contact."""
    submission = make_submission(
        school=school,
        contact_name=contact,
        email=f"{contact.split()[0].lower()}@school.example",
        phone="0570 123456",
    )
    submission.verified_at = amsterdam(2026, 9, day, 12)
    submission.save()
    visit = make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9)))
    return make_booking(submission=submission, visit=visit, pupils=pupils, **fields)


def classes_of(form):
    return [
        {name: one[name].value() for name in ("name", "year_groups", "pupils", "supervisors")}
        for one in form.classes.forms
    ]


def test_taking_a_school_offers_its_last_contacts_and_classes(desk, school, address):
    seven = make_class_group(school=school, name="7b")
    make_class_group(school=school, name="8a", year_from=8, year_to=8)
    make_class_group(school=school, name="Verleden jaar", school_year=2025)
    came(school, class_group=seven, party_name="7b", pupils=23)
    came(school, day=12, contact="Jan Bos", class_group=seven, party_name="7b", pupils=26)
    came(make_school(), contact="Wie Anders")
    make_submission(school=school, contact_name="Niet Bevestigd", verified_at=None)

    answer = desk.post(address, typed(school_take="school"))

    known, form = answer.context["known"], answer.context["form"]
    assert [one.submission.contact_name for one in known.contacts] == ["Jan Bos", "Anouk Vis"]
    assert [(one.group.name, one.pupils) for one in known.classes] == [("7b", 26), ("8a", 0)]
    assert form.errors == []
    assert form.contact["school"].value().choice == str(school.pk)
    page = answer.content.decode()
    _before, _form, form_shown = page.partition('<form method="post" class="desk-form"')
    assert form_shown.partition("</form>")[0].count("autofocus") == 1
    assert "formnovalidate autofocus>Jan Bos, jan@school.example, 0570 123456</button>" in page
    assert "7b, groep 7, 26 leerlingen" in page
    assert not Booking.objects.filter(visit__slot__starts_at__gt=amsterdam(2026, 10, 1)).exists()


def test_contact_and_class_fill_the_form_and_leave_the_rest(desk, school, address):
    seven = make_class_group(school=school, name="7b", year_from=7, year_to=8)
    booking = came(school, class_group=seven, party_name="7b", pupils=23, supervisors=4)
    chosen = {"school": school.pk, "facilities": "Een rolstoel", "overrule": ["lead_time"]}

    answer = desk.post(address, typed(**chosen, school_take=f"contact-{booking.submission_id}"))
    form = answer.context["form"]
    assert [form.contact[name].value() for name in ("contact_name", "email", "phone")] == [
        "Anouk Vis",
        "anouk@school.example",
        "0570 123456",
    ]
    assert form.contact["facilities"].value() == "Een rolstoel"
    assert answer.context["overrule"]["overrule"].value() == ["lead_time"]
    assert answer.context["focus"] == "classes"

    filled = typed(**chosen, **{"klas-0-name": "8a"}, school_take=f"class-{seven.pk}")
    answer = desk.post(address, filled)
    assert classes_of(answer.context["form"])[1:] == [
        {"name": "7b", "year_groups": ["7", "8"], "pupils": "23", "supervisors": "4"}
    ]
    assert 'name="klas-1-pupils" value="23" inputmode="numeric" autofocus' in " ".join(
        answer.content.decode().split()
    )


def test_mails_are_in_the_language_that_is_chosen_or_was_that_of_the_contact(desk, school, address):
    reads_english = came(school).submission
    reads_english.language = "en"
    reads_english.save()
    form = desk.get(address).context["form"]
    assert form.contact["language"].value() == "nl"

    take = typed(school=school.pk, language="nl", school_take=f"contact-{reads_english.pk}")
    form = desk.post(address, take).context["form"]
    assert form.contact["language"].value() == "en"

    contact = {one.name: one.value() for one in form.contact if one.name != "school"}
    one = {"name": "7b", "year_groups": "7", "pupils": "24", "supervisors": "3"}
    party = {f"klas-0-{name}": value for name, value in one.items()}
    asked = contact | {"school": school.pk, "photos": "no", "send": "1"} | party
    asked |= {"klas-TOTAL_FORMS": "1", "klas-INITIAL_FORMS": "0"}
    assert desk.post(address, {**asked, "facilities": "", "purchase_order": ""}).status_code == 302
    assert Booking.objects.latest("pk").submission.language == "en"


def test_a_school_without_classes_this_year_offers_those_of_the_last(desk, school, address):
    make_class_group(school=school, name="7b", school_year=2025)
    make_class_group(school=school, name="6b", school_year=2024)
    make_class_group(school=school, name="Volgend jaar", school_year=2027)
    known = desk.post(address, typed(school_take="school")).context["known"]
    assert [one.group.name for one in known.classes] == ["7b"]
    assert known.contacts == []


def test_enter_without_scripts_takes_the_first_school_and_books_nothing(desk, school, address):
    other = make_school(name="OBS De Ster")
    ready = typed(school_q="ster", school_listed="hagenpoort", school=school.pk, send="1")
    form = desk.post(address, ready).context["form"]
    assert form.contact["school"].value().choice == str(other.pk)
    assert form.errors == []
    assert not Booking.objects.exists()


@pytest.mark.parametrize("button", ["school_find", "add"])
def test_other_buttons_take_no_school(desk, school, address, button):
    form = desk.post(address, typed(**{button: "1"})).context["form"]
    assert form.contact["school"].value().choice == ""


def test_school_that_is_only_nearly_it_is_not_taken(desk, school, address):
    answer = desk.post(address, typed(school_q="hagepoort", school_take="school"))
    assert answer.context["form"].contact["school"].value().choice == ""
    assert answer.context["known"] is None
    assert "OBS De Hagenpoort" in answer.content.decode()


def test_contact_of_another_hub_is_not_offered(client, school, address):
    submission = make_submission(school=school, hub=make_other_hub())
    desk = make_staff(is_superuser=False)
    desk.user_permissions.add(*Permission.objects.filter(codename__in=["add_booking"]))
    client.force_login(desk)
    assert client.post(address, typed(school_take="school")).context["known"].contacts == []
    stolen = client.post(address, typed(school_take=f"contact-{submission.pk}"))
    assert stolen.context["form"].contact["email"].value() in {"", None}


def test_numbers_of_a_class_are_those_of_its_last_visit_or_loan(desk, school, address):
    seven = make_class_group(school=school, name="7b")
    came(school, class_group=seven, party_name="7b", pupils=23, supervisors=4)
    make_loan(submission=make_submission(school=school), class_group=seven, pupils=21)
    (known,) = desk.post(address, typed(school_take="school")).context["known"].classes
    assert (known.pupils, known.supervisors) == (21, 4)


# --- Organisations, which come with groups --------------------------------------------------------


@pytest.fixture
def for_groups(db):
    programme = make_programme(audience=Audience.GROUPS, max_groups=3, max_pupils=99)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=99)
    return f"{NEW}?programme={programme.pk}&slot={slot.pk}"


@pytest.fixture
def metal(db):
    """Was here twice, with two groups; the second time Jan asked."""
    metal = make_organisation(name="Van Dijk Metaal B.V.", city="Deventer")
    for day, contact, group, people in (
        (3, "Esra Demir", "Team Montage", 12),
        (10, "Jan Bos", "Team Lassen", 8),
        (12, "Jan Bos", "Team Montage", 14),
    ):
        submission = make_submission(
            organisation=metal,
            school=None,
            contact_name=contact,
            email=f"{contact.split()[0].lower()}@metaal.example",
            verified_at=amsterdam(2026, 9, day, 12),
            photos="",
        )
        make_group(submission=submission, party_name=group, pupils=people)
    return metal


def of(name, city="", **fields):
    return {
        "klas-TOTAL_FORMS": "1",
        "klas-INITIAL_FORMS": "0",
        "organisation": name,
        "city": city,
        "submission_key": "a-random-key-of-the-form",
    } | fields


def test_organisation_that_is_looked_up_brings_its_contacts_and_groups(desk, for_groups, metal):
    make_organisation(name="Dijkstra Hout", city="Epe")
    answer = desk.post(for_groups, of("metaal dijk", organisation_take="organisation"))

    known, form = answer.context["known"], answer.context["form"]
    assert [form.contact[name].value() for name in ("organisation", "city")] == [
        "Van Dijk Metaal B.V.",
        "Deventer",
    ]
    assert [one.submission.contact_name for one in known.contacts] == ["Jan Bos", "Esra Demir"]
    assert [one.label for one in known.classes] == [
        "Team Montage, bedrijf, 14 deelnemers",
        "Team Lassen, bedrijf, 8 deelnemers",
    ]
    assert form.errors == []
    assert (answer.context["focus"], Booking.objects.count()) == ("contacts", 3)
    assert "formnovalidate autofocus>Jan Bos, jan@metaal.example" in answer.text


def test_contact_and_group_of_an_organisation_fill_the_form(desk, for_groups, metal):
    name, city = metal.name, metal.city
    jan = metal.submissions.filter(contact_name="Jan Bos").latest("verified_at")
    answer = desk.post(for_groups, of(name, city, organisation_take=f"contact-{jan.pk}"))
    form = answer.context["form"]
    assert form.contact["email"].value() == "jan@metaal.example"
    assert answer.context["focus"] == "classes"

    group = jan.bookings.get()
    taken = of(name, city, organisation_take=f"group-booking-{group.pk}")
    form = desk.post(for_groups, taken | {"klas-0-name": "Nieuwe"}).context["form"]
    facts = ("name", "group_kind", "pupils")
    assert [[one[fact].value() for fact in facts] for one in form.classes.forms] == [
        ["Nieuwe", None, None],
        ["Team Montage", "company", "14"],
    ]


def test_several_organisations_are_offered_and_an_unknown_one_is_new(desk, for_groups, metal):
    other = make_organisation(name="Metaal Epe", city="Epe")
    answer = desk.post(for_groups, of("metaal", organisation_take="organisation"))
    assert answer.context["focus"] == "organisations"
    for one in (metal, other):
        assert f'value="organisation-{one.pk}" formnovalidate' in answer.text
    taken = of("metaal", organisation_take=f"organisation-{other.pk}")
    answer = desk.post(for_groups, taken)
    assert answer.context["form"].contact["city"].value() == "Epe"
    assert "Van deze organisatie heeft nog niemand geboekt." in answer.text

    answer = desk.post(for_groups, of("Nieuw Hout", organisation_take="organisation"))
    assert answer.context["focus"] == "city"
    assert answer.context["form"].contact["organisation"].value() == "Nieuw Hout"


def test_people_and_groups_of_an_organisation_at_another_hub_are_not_offered(
    client, for_groups, metal
):
    elsewhere = make_other_hub()
    metal.submissions.update(hub=elsewhere)
    desk = make_staff(is_superuser=False)
    desk.user_permissions.add(*Permission.objects.filter(codename__in=["add_booking"]))
    client.force_login(desk)
    known = client.post(
        for_groups, of(metal.name, metal.city, organisation_take="organisation")
    ).context["known"]
    assert (known.contacts, known.classes) == ([], [])


# --- On the waiting list -------------------------------------------------------------------------


def ready(school, **fields):
    """All that one types for a class of this school."""
    return typed(**{
        "school": school.pk,
        "school_q": "",
        "contact_name": "Anouk Vis",
        "email": "anouk@school.example",
        "phone": "0570 123456",
        "klas-0-name": "7b",
        "klas-0-year_groups": [7],
        "klas-0-pupils": 24,
        "klas-0-supervisors": 3,
        "photos": "ask",
    } | fields)  # fmt: skip


@pytest.fixture
def full(db):
    """The page of booking for a date on which all places are taken."""
    programme = make_programme(title="Film", max_groups=1, max_pupils=34)
    slot = make_slot(programmes=[programme], max_groups=1, max_pupils=34)
    make_booking(visit=make_visit(slot=slot, programme=programme))
    return f"{NEW}?programme={programme.pk}&slot={slot.pk}"


WAIT = "/beheer/bookings/visitwait/add/"
WAIT_BUTTON = "Zet op de wachtlijst voor deze datum"


def test_full_date_leads_to_the_waiting_list_with_everything_typed(desk, school, full, address):
    assert WAIT_BUTTON not in desk.get(address).text
    assert WAIT_BUTTON in desk.get(full).text
    refused = desk.post(full, ready(school, send="1"))
    assert (WAIT_BUTTON in refused.text, 'value="Anouk Vis"' in refused.text) == (True, True)

    done = desk.post(full, ready(school, wait="1"))

    row = VisitWait.objects.get()
    assert done["Location"] == reverse("admin:bookings_visitwait_change", args=[row.pk])
    assert (row.state, row.class_group.name, row.asked_at) == (WaitState.WAITING, "7b", NOW)
    assert row.events.latest("pk").by_role == "staff"
    (mail,) = tell()
    assert (mail.to, mail.template) == ("anouk@school.example", "wait_joined")
    desk.post(full, ready(school, wait="1"))
    assert VisitWait.objects.count() == 1


def test_another_date_keeps_what_was_typed_for_the_full_one(desk, school, full, address):
    refused = desk.post(full, ready(school, send="1", facilities="Een rolstoel"))
    assert f"{WAIT}?programme=" in refused.text
    assert "opnieuw=1" in refused.text.partition(WAIT)[2].partition('"')[0]

    form = desk.get(f"{address}&opnieuw=1").context["form"]

    names = "contact_name", "email", "facilities"
    assert [form.contact[name].value() for name in names] == [
        "Anouk Vis",
        "anouk@school.example",
        "Een rolstoel",
    ]
    assert classes_of(form) == [
        {"name": "7b", "year_groups": ["7"], "pupils": "24", "supervisors": "3"}
    ]
    assert desk.get(address).context["form"].contact["email"].value() in (None, "")


def test_date_that_passed_meanwhile_keeps_what_was_typed(desk, school, full, address):
    long_ago = {"starts_at": amsterdam(2026, 1, 6, 9), "ends_at": amsterdam(2026, 1, 6, 11)}
    VisitSlot.objects.filter(pk=full.rpartition("=")[2]).update(**long_ago)

    gone = desk.post(full, ready(school, send="1"))

    assert "form" not in gone.context
    form = desk.get(f"{address}&opnieuw=1").context["form"]
    assert form.contact["email"].value() == "anouk@school.example"


def test_several_days_are_waited_for_on_the_telephone(desk, school, full):
    programme = Programme.objects.get(title="Film")
    first = desk.get(WAIT, {"programme": programme.pk})
    assert (first.context["first"].errors, first.context["first"].days.errors) == ({}, {})
    days = {"weekdays": ["1", "3"], "first_day": "2026-11-02", "last_day": "2026-11-27"}
    page = f"{WAIT}?{urlencode({'programme': programme.pk, **days}, doseq=True)}"
    assert 'name="overrule"' not in desk.get(page).text

    done = desk.post(page, ready(school, wait="1"))

    row = VisitWait.objects.get()
    assert done["Location"] == reverse("admin:bookings_visitwait_change", args=[row.pk])
    assert (row.slot, row.weekdays, row.last_day) == (None, "13", datetime.date(2026, 11, 27))


def test_days_in_the_wrong_order_are_said_at_their_field(desk, full):
    programme = Programme.objects.get(title="Film")
    days = {"first_day": "2026-11-27", "last_day": "2026-11-02"}

    page = desk.get(WAIT, {"programme": programme.pk, **days})

    assert "De laatste dag ligt voor de eerste." in page.text
    assert 'name="contact_name"' not in page.text


def test_what_the_waiting_list_refuses_is_said_and_nothing_is_lost(desk, school, full):
    answer = desk.post(full, ready(school, wait="1", **{"klas-0-pupils": 35}))

    assert not VisitWait.objects.exists()
    assert 'value="35"' in answer.text
    assert "34" in answer.text


def test_place_that_is_free_is_offered_at_once(desk, school, address):
    query = address.partition("?")[2]

    desk.post(f"{WAIT}?{query}", ready(school, wait="1"))

    assert VisitWait.objects.get().state == WaitState.OFFERED
    assert [mail.template for mail in tell()] == ["wait_offered"]


def test_only_who_may_add_to_the_list_puts_somebody_on_it(client, school, full):
    desk = make_staff(is_superuser=False)
    may = Permission.objects.filter(codename__in=["add_booking", "view_booking"])
    desk.user_permissions.add(*may)
    client.force_login(desk)

    assert WAIT_BUTTON not in client.get(full).text
    assert client.get(WAIT).status_code == 403
    client.post(full, ready(school, wait="1"))
    assert not VisitWait.objects.exists()
