"""A kit borrowed end to end through the pages; what is refused, and how."""

import datetime
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.models import Mail
from kits import clock, lifecycle
from kits.models import Finding, LessonKit, Loan, LoanState, LoanWait, RefusedDemand
from kits.rules import LoanItem, LoanRequest
from schools.models import User
from submissions.codes import code_of
from submissions.links import token_of
from submissions.models import CodeChallenge, Submission
from submissions.rules import Party, RulesBroken
from tests.booking_form import key_in
from tests.factories import (
    NOW,
    make_booking,
    make_kit,
    make_loan,
    make_school,
    make_staff,
    make_teacher,
    make_visit,
)
from tests.loan_form import FRIDAY, MONDAY, address, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]


@pytest.fixture
def kit():
    return make_kit(copies=2)


def held(client, kit, **fields) -> Submission:
    response = client.post(address(kit), typed(**fields))
    submission = Submission.objects.latest("pk")
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == reverse("loans:code", args=[submission.public_id])
    return submission


def errors_of(response) -> dict[str, str]:
    form = response.context["form"]
    return {field.html_name if field else "": message for field, message in form.errors}


def page_of(submission: Submission, page: str = "loan") -> str:
    kwargs = {"public_id": submission.public_id, "token": token_of(submission)}
    return reverse(f"loans:{page}", kwargs=kwargs)


# --- The main road -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "fields"),
    [
        ((MONDAY, FRIDAY), {"klas-name": "8"}),
        ((MONDAY, FRIDAY), {"phone": "06 87654321"}),
        ((MONDAY, FRIDAY + datetime.timedelta(days=3)), {}),
    ],
    ids=["class", "contact", "days"],
)
@pytest.mark.parametrize("waits", [False, True])
def test_same_key_with_other_answers_is_a_conflict(client, kit, waits, days, fields):
    button = {"wait": "1"} if waits else {}
    rows = LoanWait.objects if waits else Loan.objects
    asked = client.post(address(kit), typed(**button))
    assert (asked.status_code, rows.count()) == (302, 1)
    assert client.post(address(kit), typed(**button))["Location"] == asked["Location"]

    response = client.post(address(kit, *days), typed(**button | fields))

    assert (response.status_code, rows.count()) == (409, 1)


def test_a_stranger_reserves_with_a_code_and_is_signed_in(client, kit):
    key = key_in(client.get(address(kit)).content.decode())
    submission = held(client, kit, submission_key=key)
    loan = submission.loans.get()
    assert (loan.state, loan.starts_on, loan.ends_on) == (LoanState.HELD, MONDAY, FRIDAY)
    assert User.objects.count() == 0
    code = code_of(CodeChallenge.objects.latest("pk"))

    response = client.post(reverse("loans:code", args=[submission.public_id]), {"code": code})

    loan.refresh_from_db()
    user = User.objects.get()
    assert response["Location"] == reverse("loans:loan", args=[submission.public_id])
    assert loan.state == LoanState.RESERVED
    assert client.session["_auth_user_id"] == str(user.pk)
    page = client.get(response["Location"]).content.decode()
    assert "<h1>Jullie kunnen de leskist ophalen op maandag 2 november.</h1>" in page
    assert submission.reference in page


def test_who_is_signed_in_skips_the_code(client, kit):
    client.force_login(make_teacher(email="umit@school.example", school=make_school()))

    response = client.post(address(kit), typed())

    submission = Submission.objects.get()
    assert response["Location"] == reverse("loans:loan", args=[submission.public_id])
    assert submission.loans.get().state == LoanState.RESERVED
    assert not Mail.objects.exists()


def test_the_same_form_sent_fifty_times_is_one_loan_and_one_mail(client, kit):
    answers = {client.post(address(kit), typed())["Location"] for _time in range(50)}

    submission = Submission.objects.get()
    assert answers == {reverse("loans:code", args=[submission.public_id])}
    assert (Loan.objects.count(), Mail.objects.count()) == (1, 1)


def test_same_key_with_other_data_is_a_conflict_and_writes_nothing(client, kit):
    held(client, kit)

    response = client.post(address(kit), typed(contact_name="Iemand anders"))

    assert response.status_code == 409
    assert "eerder verstuurd" in str(response.context["refused"])
    assert Loan.objects.count() == 1


def test_round_is_kept_through_the_steps(client, kit):
    kit.venue.desk_days.create(
        weekday=0, is_round=True, opens_at=datetime.time(9), closes_at=datetime.time(12)
    )
    monday_after = MONDAY + datetime.timedelta(days=14)

    response = client.post(address(kit, end=monday_after, hoe="round"), typed())

    assert response.status_code == 302
    assert Loan.objects.get().delivery == "round"


# --- Refused -------------------------------------------------------------------------------------


def test_no_copy_free_is_told_with_what_else_is_free_and_counted_as_demand(client):
    kit = make_kit(copies=1)
    make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)

    response = client.post(address(kit), typed())

    assert response.status_code == 409
    assert [tuple(other) for other in response.context["others"]] == [
        (datetime.date(2026, 10, 23), datetime.date(2026, 10, 27)),
        (datetime.date(2026, 10, 26), datetime.date(2026, 10, 28)),
        (datetime.date(2026, 11, 11), datetime.date(2026, 11, 13)),
        (datetime.date(2026, 11, 12), datetime.date(2026, 11, 16)),
    ]
    assert 'value="Ümit Çelik-van ’t Hof"' in response.content.decode()
    demand = RefusedDemand.objects.get()
    assert (demand.kit, demand.starts_on, demand.ends_on) == (kit, MONDAY, FRIDAY)
    assert Submission.objects.filter(email="umit@school.example").count() == 0


def test_other_days_take_along_what_was_typed(client):
    kit = make_kit(copies=1)
    make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)
    refused = client.post(address(kit), typed())
    other = refused.context["others"][0]

    response = client.post(address(kit, other.starts_on, other.ends_on), typed())

    assert response.status_code == 302
    assert Loan.objects.filter(starts_on=other.starts_on, state=LoanState.HELD).count() == 1


def test_wrong_class_is_told_at_its_fields(client, kit):
    fields = {"klas-year_groups": [2, 3], "klas-pupils": 31, "phone": "nee"}

    response = client.post(address(kit), typed(**fields))

    assert response.status_code == 422
    assert errors_of(response) == {
        "klas-year_groups": "Deze leskist is voor groep 5 t/m 8, niet voor groep 2/3.",
        "klas-pupils": "Deze leskist is voor hoogstens 28 leerlingen tegelijk.",
        "phone": "Vul een telefoonnummer in, bijvoorbeeld 06 12345678.",
    }
    assert not Submission.objects.exists()


def test_a_day_without_a_desk_is_refused_before_anything_is_typed(client, kit):
    saturday = datetime.date(2026, 11, 7)

    response = client.get(address(kit, start=saturday, end=datetime.date(2026, 11, 10)))

    assert "geen leskist halen of brengen" in str(response.context["refused"])
    assert response.context["others"]
    assert 'name="contact_name"' not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["", "?van=2026-11-02", "?van=x&tot=y", "?van=2026-11-06&tot=2026-11-02"]
)
def test_address_without_days_leads_to_the_calendar(client, kit, query):
    response = client.get(reverse("kits:reserve", args=[kit.slug]) + query)

    assert response["Location"] == f"{kit.get_absolute_url()}#lenen"


def test_a_hold_that_lapsed_and_is_gone_is_told_on_the_code_page(client):
    kit = make_kit(copies=1)
    submission = held(client, kit)
    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        clock.lapse_expired()
        make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)
        page = reverse("loans:code", args=[submission.public_id])
        client.post(page, {"again": "1"})
        code = code_of(CodeChallenge.objects.latest("pk"))
        response = client.post(page, {"code": code})
        client.post(page, {"code": code})  # and once more

    assert response.context["gone"] is True
    assert len(response.context["others"]) == 4
    assert submission.loans.get().state == LoanState.LAPSED
    demand = RefusedDemand.objects.get()
    assert (demand.kit, demand.starts_on, demand.ends_on) == (kit, MONDAY, FRIDAY)
    wait = response.context["wait_url"]
    assert f'href="{wait.replace("&", "&amp;")}"' in response.text
    assert client.get(wait).context["waits"]


def test_code_page_promises_no_box_of_a_kit_that_was_taken_off_the_site(client, kit):
    page = reverse("loans:code", args=[held(client, kit).public_id])
    LessonKit.objects.update(is_published=False)

    in_time = client.get(page).content.decode()
    assert "wordt zolang voor jullie vastgehouden" in in_time
    assert ">Wijzigen<" not in in_time  # its form is there no more

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        client.post(page, {"again": "1"})
        code = code_of(CodeChallenge.objects.latest("pk"))
        late = client.get(page), client.post(page, {"code": code})
    for text in [response.content.decode() for response in late]:
        assert "Deze leskist lenen we niet meer uit. Kies een andere." in text
        assert "is er nog een vrij" not in text
        assert "naar een andere klas" not in text
        assert f'href="{reverse("kits:catalogue")}">Alle leskisten' in text
        assert kit.get_absolute_url() not in text
    assert not RefusedDemand.objects.exists()

    away = client.post(page, {"let_go": "1"})
    assert away["Location"] == reverse("kits:catalogue")


def test_code_page_of_days_that_passed_promises_no_box(client, kit):
    page = reverse("loans:code", args=[held(client, kit).public_id])

    with time_machine.travel(NOW + datetime.timedelta(weeks=12), tick=False):
        text = client.get(page).content.decode()

    assert "De data zijn intussen voorbij. Kies andere dagen." in text
    assert "is er nog een vrij" not in text


def test_demand_is_counted_once_per_asking_and_again_for_other_days(client):
    kit = make_kit(copies=1)
    make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=datetime.date(2026, 11, 27))
    later = datetime.date(2026, 11, 16)

    for _time in range(3):
        assert client.post(address(kit), typed()).status_code == 409
    client.post(address(kit, later, datetime.date(2026, 11, 20)), typed())
    client.post(address(kit), typed(submission_key="another-key-of-a-form"))

    asked = RefusedDemand.objects.order_by("pk").values_list("starts_on", flat=True)
    assert list(asked) == [MONDAY, later, MONDAY]


def test_kit_that_changed_while_the_form_was_open_says_so_at_the_field(client, kit):
    """The form and the verb ask the same rules; the verb asks last."""
    with pytest.raises(RulesBroken) as refused:
        submission = Submission(submission_key="key", data_hash="hash", email="a@b.example")
        party = Party("Groep 3", 3, 3, 31)
        lifecycle.hold(
            LoanRequest(submission, LoanItem(kit, MONDAY, FRIDAY, "desk"), party), by=None
        )

    assert [(one.rule, one.field) for one in refused.value.broken] == [
        ("year_group", "year_groups"),
        ("numbers", "pupils"),
    ]
    assert not Submission.objects.exists()


# --- The loan's page -----------------------------------------------------------------------------


def test_stranger_gets_404_on_every_page(client):
    loan = make_loan()
    client.force_login(make_teacher())
    pages = ["loan", "extend", "cancel", "report", "calendar", "letter"]

    answers = [
        client.get(reverse(f"loans:{page}", args=[loan.submission.public_id])).status_code
        for page in pages
    ]

    assert answers == [404] * 6


def test_pages_of_a_visit_are_not_pages_of_a_loan_and_the_other_way_round(client):
    loan, booking = make_loan(), make_booking()
    of_visit = reverse("loans:loan", args=[booking.submission.public_id])
    of_loan = reverse("bookings:booking", args=[loan.submission.public_id])

    client.force_login(booking.submission.user)
    assert client.get(of_visit).status_code == 404
    client.force_login(loan.submission.user)
    assert client.get(of_loan).status_code == 404


def test_extend_offers_the_days_on_which_the_next_loan_stays_safe(client):
    kit = make_kit(copies=1)
    loan = make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)
    make_loan(
        copy=loan.copy,
        starts_on=datetime.date(2026, 11, 16),
        ends_on=datetime.date(2026, 11, 20),
    )

    response = client.get(page_of(loan.submission, "extend"))

    assert [one.date.day for one in response.context["extension"].returns] == [9, 10, 11]
    answer = client.post(page_of(loan.submission, "extend"), {"tot": "2026-11-11"})
    assert answer["Location"] == page_of(loan.submission)
    loan.refresh_from_db()
    assert loan.ends_on == datetime.date(2026, 11, 11)
    client.post(page_of(loan.submission, "extend"), {"tot": "2026-11-12"})
    loan.refresh_from_db()
    assert loan.ends_on == datetime.date(2026, 11, 11)


def test_extend_of_an_overdue_loan_offers_days_after_today_only(client):
    loan = make_loan(
        state=LoanState.OUT,
        starts_on=datetime.date(2026, 9, 1),
        ends_on=datetime.date(2026, 9, 4),
    )
    page = client.get(page_of(loan.submission, "extend"))
    days = [one.date.day for one in page.context["extension"].returns]
    assert days == [16, 17, 18, 21, 22]  # today is the 15th


def test_extend_without_a_day_changes_nothing(client):
    loan = make_loan(starts_on=MONDAY, ends_on=FRIDAY)

    page = client.post(page_of(loan.submission, "extend"), {}).content.decode()

    assert "Kies een van de dagen." in page
    loan.refresh_from_db()
    assert loan.ends_on == FRIDAY


def test_cancel_by_link_acts_on_post_only(client):
    loan = make_loan()
    page = page_of(loan.submission, "cancel")

    client.get(page)
    client.head(page)
    loan.refresh_from_db()
    assert loan.state == LoanState.RESERVED
    client.post(page, {"note": "De juf is ziek."})

    loan.refresh_from_db()
    assert loan.state == LoanState.CANCELLED
    assert loan.events.last().note == "De juf is ziek."
    assert loan.events.last().by == loan.submission.user


def test_page_of_a_loan_that_we_cancelled_says_why(client):
    loan = make_loan()
    lifecycle.cancel(loan=loan, by=make_staff(), note="De kist is weg.")
    page = client.get(page_of(loan.submission)).content.decode()
    top = page[: page.index('class="with-aside"')]
    assert "Een bericht van ons:" in top
    assert "De kist is weg." in top


def test_packed_loan_cannot_be_cancelled_by_the_school(client):
    loan = make_loan(state=LoanState.PACKED)

    response = client.post(page_of(loan.submission, "cancel"), {"note": ""}, follow=True)

    loan.refresh_from_db()
    assert loan.state == LoanState.PACKED
    assert "De kist is al ingepakt. Bel ons even." in response.content.decode()


# --- Something missing or broken -----------------------------------------------------------------


def photo(kind: str = "PNG") -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, kind)
    return SimpleUploadedFile("../../stiekem.html", written.getvalue(), "text/html")


def test_report_with_photo_is_kept_privately_and_served_as_an_attachment(client):
    loan = make_loan(state=LoanState.OUT)
    robot = loan.kit.contents.get(name="Robot")
    data = {"item": robot.pk, "text": "Een wiel is eraf.", "photo": photo()}

    response = client.post(page_of(loan.submission, "report"), data)

    assert response["Location"] == page_of(loan.submission)
    finding = Finding.objects.get()
    assert (finding.item, finding.text, finding.by_staff) == (robot, "Een wiel is eraf.", False)
    assert re.fullmatch(r"kits/photos/[\w-]{32}", finding.photo.name)
    kwargs = {"public_id": loan.submission.public_id, "finding_id": finding.pk}
    client.force_login(loan.submission.user)
    served = client.get(reverse("loans:photo", kwargs=kwargs))
    assert served["Content-Type"] == "image/jpeg"
    assert served["Content-Disposition"] == f'attachment; filename="melding-{finding.pk}.jpg"'
    assert served["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(served.content)).size == (40, 30)
    client.force_login(make_teacher())
    assert client.get(reverse("loans:photo", kwargs=kwargs)).status_code == 404


def test_photo_of_another_loan_is_not_found(client):
    mine, other = make_loan(state=LoanState.OUT), make_loan(state=LoanState.OUT)
    lifecycle.report(loan=other, by=None, text="Kapot", item=None, photo=None)
    kwargs = {"public_id": mine.submission.public_id, "finding_id": other.findings.get().pk}
    client.force_login(mine.submission.user)

    assert client.get(reverse("loans:photo", kwargs=kwargs)).status_code == 404


def test_what_is_no_photo_is_refused_at_its_field(client):
    loan = make_loan(state=LoanState.OUT)
    script = SimpleUploadedFile("foto.jpg", b"<script>alert(1)</script>", "image/jpeg")

    response = client.post(page_of(loan.submission, "report"), {"text": "Kapot", "photo": script})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["photo"]
    assert not Finding.objects.exists()


def test_part_of_another_kit_cannot_be_reported(client):
    loan = make_loan(state=LoanState.OUT)
    other = make_kit().contents.first()

    response = client.post(page_of(loan.submission, "report"), {"item": other.pk, "text": "Kapot"})

    assert list(response.context["form"].errors) == ["item"]


def test_report_before_the_box_is_out_is_refused(client):
    loan = make_loan()

    response = client.post(page_of(loan.submission, "report"), {"text": "Kapot"})

    assert response.status_code == 409
    assert not Finding.objects.exists()


# --- With a visit --------------------------------------------------------------------------------


def visit_with_kit(**kit_fields):
    """A visit of groep 7, and a kit of its programme's world at the same venue."""
    from programmes.models import World

    world = World.objects.order_by("number").first()
    booking = make_booking(visit=make_visit(), pupils=20)
    booking.visit.programme.worlds.add(world)
    kit = make_kit(venue=booking.visit.programme.venue, **kit_fields)
    kit.worlds.add(world)
    return booking, kit


def test_page_of_a_visit_offers_the_kits_that_fit(client):
    booking, kit = visit_with_kit(title="Robots mee naar de klas")
    client.force_login(booking.submission.user)
    public_id = booking.submission.public_id

    page = client.get(reverse("bookings:booking", args=[public_id])).content.decode()

    assert "Neem een leskist mee terug naar de klas" in page
    query = f"bezoek={public_id}&amp;boeking={booking.pk}&amp;van=2026-11-03"
    assert f"{kit.get_absolute_url()}?{query}#lenen" in page
    kit.year_from = kit.year_to = 5
    kit.save()
    page = client.get(reverse("bookings:booking", args=[public_id])).content.decode()
    assert "Neem een leskist mee terug naar de klas" not in page


def test_kit_with_a_visit_is_prefilled_and_tied_to_it(client):
    booking, kit = visit_with_kit()
    client.force_login(booking.submission.user)
    there = address(kit, booking.visit.slot.day, bezoek=booking.submission.public_id)

    page = client.get(there).content.decode()
    assert f'value="{booking.party_name}"' in page
    assert f'value="{booking.submission.phone}"' in page
    client.post(there, typed(email=booking.submission.user.email))

    loan = Loan.objects.get()
    assert (loan.booking, loan.state) == (booking, LoanState.RESERVED)


def test_who_came_by_a_mails_link_takes_her_visit_along(client):
    """On a telephone where she never signed in: every address keeps the key of the link."""
    booking, kit = visit_with_kit()
    key = token_of(booking.submission)
    visit = reverse(
        "bookings:booking", kwargs={"public_id": booking.submission.public_id, "token": key}
    )
    along = {"bezoek": booking.submission.public_id, "sleutel": key}

    assert f"sleutel={key}" in client.get(visit).content.decode()
    make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)
    assert f"sleutel={key}" not in client.get(visit).content.decode()  # none is left to offer
    assert f"sleutel={key}" in client.get(kit.get_absolute_url(), along).content.decode()
    page = client.get(address(kit, booking.visit.slot.day, **along))
    assert page.context["chosen"].booking == booking
    others = re.findall(r'href="([^"]*van=[^"]*)"', page.content.decode())
    assert len(others) == len(page.context["others"]) == 4
    assert all(f"sleutel={key}" in one for one in others)
    wrong = {**along, "sleutel": "x" * 32}
    assert client.get(address(kit, **wrong)).context["chosen"].booking is None


def test_visit_of_somebody_else_is_left_out(client):
    booking, kit = visit_with_kit()
    client.force_login(make_teacher())

    response = client.get(address(kit, bezoek=booking.submission.public_id))

    assert response.context["chosen"].booking is None
    assert booking.submission.phone not in response.content.decode()


def test_my_tec_shows_loans(client):
    loan = make_loan()
    client.force_login(loan.submission.user)

    page = client.get(reverse("my_tec")).content.decode()

    assert loan.kit.title in page
    assert reverse("loans:loan", args=[loan.submission.public_id]) in page
