"""Kits, boxes, documents and loans as staff keep them in the back office."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kits.admin.loan import STAFF_MOVES
from kits.models import (
    ChargeLine,
    ContentItem,
    Finding,
    KitCopy,
    KitDocument,
    LessonKit,
    Loan,
    LoanState,
    RefusedDemand,
    Repair,
    Shortage,
)
from schools.models import SchoolHoliday
from tests.factories import (
    NOW,
    make_kit,
    make_loan,
    make_school,
    make_staff,
    make_submission,
    make_teacher,
)

LOANS = "/beheer/kits/loan/"
LEND = "/beheer/kits/loan/add/"
OWN_PDF = b"%PDF-1.7\nfile of our own\n%%EOF\n"


pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def staff(db):
    SchoolHoliday.objects.all().delete()
    return make_staff(name="Bea Balie")


@pytest.fixture
def onlooker(client, db):
    """May look at loans and documents, and nothing else."""
    person = make_staff(is_superuser=False)
    wanted = Permission.objects.filter(codename__in=["view_loan", "view_kitdocument"])
    person.user_permissions.add(*wanted)
    client.force_login(person)
    return client


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def change_of(row):
    return reverse(f"admin:kits_{row._meta.model_name}_change", args=[row.pk])


def move_of(loan, move):
    return reverse("admin:kits_loan_move", args=[loan.pk, move])


def texts(response):
    return [str(message) for message in response.context["messages"]]


def shown(response):
    return [row.pk for row in response.context["cl"].result_list]


def select(client, model, action, *rows):
    address = reverse(f"admin:kits_{model}_changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address, data, follow=True)


# --- The list of loans -------------------------------------------------------------------------


def test_list_shows_what_is_promised_or_away(desk):
    reserved = make_loan()
    out = make_loan(state=LoanState.OUT, starts_on=november(1))
    done = make_loan(state=LoanState.DONE)
    assert shown(desk.get(LOANS)) == [out.pk, reserved.pk]
    assert shown(desk.get(LOANS, {"when": "all"})) == [out.pk, reserved.pk, done.pk]


def test_when_filter_tells_what_is_overdue_and_what_comes_and_goes_this_week(desk):
    """Today is Tuesday 15 September; the week ends on Sunday the 20th."""
    september = [datetime.date(2026, 9, day) for day in range(1, 31)]
    overdue = make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[13])
    due = make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[19])
    make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[20])
    going = make_loan(starts_on=september[19])
    make_loan(starts_on=september[20])
    assert shown(desk.get(LOANS, {"when": "overdue"})) == [overdue.pk]
    assert shown(desk.get(LOANS, {"when": "back"})) == [overdue.pk, due.pk]
    assert shown(desk.get(LOANS, {"when": "out"})) == [going.pk]
    assert "te laat" in desk.get(LOANS, {"when": "overdue"}).content.decode()


@pytest.mark.parametrize("words", ["AB12CD34", "rob7-01", "hagenpoort", "7b hagenpoort", "anouk"])
def test_search_finds_by_reference_code_school_class_and_contact(desk, words):
    school = make_school(name="OBS De Hagenpoort")
    teacher = make_teacher(email="anouk@hagenpoort.example", name="Juf Anouk", school=school)
    submission = make_submission(user=teacher, reference="AB12CD34")
    copy = make_kit().copies.get()
    copy.code = "ROB7-01"
    copy.save()
    wanted = make_loan(
        copy=copy, submission=submission, class_name="Groep 7b", state=LoanState.DONE
    )
    make_loan(submission=make_submission(contact_name="Meester Jan"), class_name="Groep 8")
    assert shown(desk.get(LOANS, {"q": words})) == [wanted.pk]


def test_attention_filter_shows_what_waits_for_staff(desk):
    waiting = make_loan(attention="Kist ROB1-01 kan niet weg.")
    make_loan()
    assert shown(desk.get(LOANS, {"attention": "yes"})) == [waiting.pk]


# --- One loan ----------------------------------------------------------------------------------


def names(client, loan):
    return [button.name for button in client.get(change_of(loan)).context["buttons"]]


def test_page_offers_the_legal_moves_that_make_sense(desk):
    always = ["note"]
    expected = {
        LoanState.HELD: ["swap", *always, "cancel"],
        LoanState.RESERVED: ["pack", "extend", "change_dates", "swap", *always, "cancel"],
        LoanState.PACKED: ["extend", "swap", "unpack", *always, "cancel"],
        LoanState.OUT: ["extend", *always, "write_off"],
        LoanState.RETURNED: [*always, "write_off"],
        LoanState.DONE: always,
        LoanState.CANCELLED: always,
        LoanState.LAPSED: always,
        LoanState.WRITTEN_OFF: always,
    }
    assert {state: names(desk, make_loan(state=state)) for state in LoanState} == expected
    assert "settle" in names(desk, make_loan(attention="Bel de school."))


def test_box_that_is_promised_or_away_leads_to_the_kit_desk(desk):
    out, done = make_loan(state=LoanState.OUT), make_loan(state=LoanState.DONE)
    assert reverse("desk:box", args=[out.copy.code]) in desk.get(change_of(out)).content.decode()
    page = desk.get(change_of(done)).content.decode()
    assert reverse("desk:box", args=[done.copy.code]) not in page


def test_move_is_made_with_its_note_and_stands_in_the_history(desk, staff):
    loan = make_loan()
    answer = desk.post(move_of(loan, "pack"), {"note": "Ligt klaar op plank 3."}, follow=True)
    loan.refresh_from_db()
    assert (loan.state, texts(answer)) == (LoanState.PACKED, ["Ingepakt."])
    line = answer.context["history"][0]
    assert (line.text, line.who, line.note) == (
        "De kist is ingepakt.",
        "Bea Balie",
        "Ligt klaar op plank 3.",
    )


def test_dates_are_changed_and_the_box_stays_blocked_until_it_is_ready_again(desk):
    loan = make_loan()
    form = desk.get(move_of(loan, "change_dates")).context["form"]
    assert [form[name].initial for name in ("starts_on", "ends_on")] == [november(2), november(23)]
    data = {"starts_on": "2026-11-04", "ends_on": "2026-11-18"}
    assert texts(desk.post(move_of(loan, "change_dates"), data, follow=True)) == [
        "De data zijn gewijzigd."
    ]
    loan.refresh_from_db()
    period = (loan.starts_on, loan.ends_on, loan.free_again_on)
    assert period == (november(4), november(18), november(23))


@pytest.mark.parametrize(
    ("ends_on", "error"),
    [
        ("2026-11-01", "Terugbrengen komt voor het ophalen."),
        ("9999-12-31", "Deze datum ligt te ver weg."),
        ("", "Dit veld is verplicht."),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(desk, ends_on, error):
    loan = make_loan()
    page = desk.post(move_of(loan, "extend"), {"ends_on": ends_on})
    assert page.context["form"].errors == {"ends_on": [error]}
    assert loan.events.count() == 1


def test_extending_into_the_next_loan_is_refused_with_words(desk):
    loan = make_loan()
    make_loan(copy=loan.copy, starts_on=november(30), ends_on=datetime.date(2026, 12, 7))
    page = desk.post(move_of(loan, "extend"), {"ends_on": "2026-11-27"})
    assert page.context["form"].non_field_errors() == ["Deze kist is dan aan een ander beloofd."]
    loan.refresh_from_db()
    assert loan.ends_on == november(23)


def test_box_is_swapped_for_another_of_the_kit(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    loan = make_loan(copy=first)
    desk.post(move_of(loan, "swap"), {})
    loan.refresh_from_db()
    assert loan.copy == second


def test_writing_off_asks_for_a_note_and_withdraws_the_box(desk):
    loan = make_loan(state=LoanState.OUT)
    assert desk.post(move_of(loan, "write_off"), {}).context["form"].errors == {
        "note": ["Dit veld is verplicht."]
    }
    desk.post(move_of(loan, "write_off"), {"note": "Uit de auto gestolen."})
    loan.refresh_from_db()
    assert (loan.state, loan.copy.is_withdrawn) == (LoanState.WRITTEN_OFF, True)
    charge = ChargeLine.objects.get()
    assert (charge.quantity, charge.amount) == (6, 240)


@pytest.mark.parametrize("move", sorted(STAFF_MOVES))
def test_who_only_looks_makes_no_move(onlooker, move):
    loan = make_loan()
    assert onlooker.get(change_of(loan)).context["buttons"] == []
    assert onlooker.post(move_of(loan, move), {"note": "x"}).status_code == 403
    assert loan.events.count() == 1


def test_move_that_only_the_site_or_the_kit_desk_makes_has_no_page(desk):
    loan = make_loan()
    for move in ("hold", "lapse", "hand_out", "check", "remind_overdue", "wat"):
        assert desk.get(move_of(loan, move)).status_code == 404


def test_loan_shows_what_was_found_and_what_it_costs(desk):
    loan = make_loan(state=LoanState.DONE)
    robot = loan.kit.contents.get(name="Robot")
    Finding.objects.create(loan=loan, item=robot, text="De band is <b>stuk</b>.")
    ChargeLine.objects.create(loan=loan, item=robot, quantity=1, amount=40)
    page = desk.get(change_of(loan)).content.decode()
    assert "De band is &lt;b&gt;stuk&lt;/b&gt;." in page
    assert "Robot × 1</a>: € 40,00 (voorgesteld)" in page


# --- Lending on a school's behalf ----------------------------------------------------------------


def asked_for(kit):
    return {"kit": kit.pk, "starts_on": "2026-11-02", "ends_on": "2026-11-23", "delivery": "desk"}


def typed(form, school, /, **fields):
    return {
        "submission_key": form.contact["submission_key"].value(),
        "school": school.pk,
        "contact_name": "Anouk",
        "email": "anouk@school.example",
        "phone": "0570 123456",
        "klas-name": "Groep 7",
        "klas-year_groups": ["7"],
        "klas-pupils": "24",
        "send": "1",
    } | fields


def lend(client, kit, school, /, **fields):
    address = f"{LEND}?" + "&".join(f"{name}={value}" for name, value in asked_for(kit).items())
    form = client.get(address).context["form"]
    return client.post(address, typed(form, school, **fields), follow=True)


def test_staff_lend_on_a_schools_behalf(desk, staff):
    kit, school = make_kit(), make_school()
    answer = lend(desk, kit, school)
    loan = Loan.objects.get()
    assert answer.redirect_chain == [(change_of(loan), 302)]
    assert texts(answer) == ["Gereserveerd. anouk@school.example krijgt de bevestiging per mail."]
    assert (loan.state, loan.kit, loan.pupils) == (LoanState.RESERVED, kit, 24)
    assert (loan.submission.school, loan.class_group.name) == (school, "Groep 7")
    assert list(loan.events.order_by("pk").values_list("move", "by", "notice")) == [
        ("hold", staff.pk, ""),
        ("verify", staff.pk, "reserved"),
    ]


def test_page_says_how_many_boxes_are_free_and_refuses_when_there_is_none(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    make_loan(copy=first)
    page = desk.get(LEND, asked_for(kit))
    assert "1 van de 2 kisten vrij in deze hele periode." in page.content.decode()
    make_loan(copy=second)
    answer = lend(desk, kit, make_school())
    assert answer.context["form"].contact.non_field_errors() == [
        "Voor deze hele periode is geen kist vrij. Kies andere dagen."
    ]
    assert Loan.objects.count() == 2


def test_period_without_a_box_is_demand_on_the_telephone_too(desk):
    kit = make_kit()
    make_loan(copy=kit.copies.get())
    lend(desk, kit, make_school())
    demand = RefusedDemand.objects.get()
    assert (demand.kit, demand.starts_on.day, demand.ends_on.day) == (kit, 2, 23)


def test_staff_overrule_the_class_with_a_note(desk, staff):
    kit, school = make_kit(), make_school()
    small = {"klas-year_groups": ["3", "4"], "klas-pupils": "31"}

    refused = lend(desk, kit, school, **small)
    form, overrule = refused.context["form"], refused.context["overrule"]
    assert form.class_form.errors == {
        "year_groups": ["Deze leskist is voor groep 5 t/m 8, niet voor groep 3/4."],
        "pupils": ["Deze leskist is voor hooguit 30 leerlingen tegelijk."],
    }
    assert overrule.errors == {"overrule": ["Dit past niet bij: groep, aantal leerlingen."]}
    both = {"overrule": ["year_group", "numbers"]}
    assert lend(desk, kit, school, **small, **both).context["overrule"].errors.keys() == {"note"}

    lend(desk, kit, school, **small, **both, note="Plusklas")

    loan = Loan.objects.get()
    event = loan.events.get(move="hold")
    assert (loan.year_from, loan.pupils, event.note) == (3, 31, "Plusklas")
    assert event.data["overruled"] == ["numbers", "year_group"]
    page = desk.get(change_of(loan)).content.decode()
    assert "Door TEC gereserveerd namens de school." in page
    assert "Plusklas" in page


def test_searching_a_school_by_telephone_keeps_the_class_and_checks_nothing(desk):
    school = make_school(name="OBS De Kring")
    half = {"school": "", "school_q": "kring", "school_find": "1", "klas-pupils": ""}
    answer = lend(desk, make_kit(), school, **half)
    form = answer.context["form"]
    assert (form.class_form["name"].value(), form.errors) == ("Groep 7", [])
    assert "OBS De Kring" in answer.content.decode()
    assert not Loan.objects.exists()


def test_form_speaks_of_the_school_to_staff_who_fill_it_in(desk):
    page = desk.get(LEND, asked_for(make_kit())).content.decode()
    assert "Naam van de contactpersoon" in page
    assert [
        words for words in ("Jullie school", "Je naam", "We sturen een code") if words in page
    ] == []


def test_nothing_is_asked_about_the_school_before_kit_and_days(desk):
    page = desk.get(LEND, {"kit": make_kit().pk, "starts_on": "2026-11-02", "ends_on": "gisteren"})
    assert "klas-name" not in page.content.decode()
    assert page.context["what"].errors == {"ends_on": ["Voer een geldige datum in."]}


# --- Kits and boxes ----------------------------------------------------------------------------


def test_kit_is_duplicated_with_its_contents_and_without_boxes_or_loans(desk):
    kit = make_kit(slug="robots", title="Robots", copies=2)
    make_loan(copy=kit.copies.first())
    answer = select(desk, "lessonkit", "duplicate_selected", kit)
    new = LessonKit.objects.exclude(pk=kit.pk).get()
    assert (new.title, new.slug, new.is_published) == ("Robots (kopie)", "robots-2", False)
    assert answer.redirect_chain == [(change_of(new), 302)]
    lines = ("name", "quantity", "is_consumable", "is_essential", "unit_cost")
    assert list(new.contents.values_list(*lines)) == list(kit.contents.values_list(*lines))
    assert (new.copies.count(), kit.copies.count(), kit.contents.count()) == (0, 2, 2)


def test_kit_that_was_lent_is_not_deleted(desk):
    loan = make_loan()
    desk.post(reverse("admin:kits_lessonkit_delete", args=[loan.kit.pk]), {"post": "yes"})
    assert LessonKit.objects.filter(pk=loan.kit.pk).exists()


def test_list_of_boxes_says_where_each_is_and_what_it_lacks(desk):
    out = make_loan(state=LoanState.OUT).copy
    make_loan(copy=out, starts_on=datetime.date(2026, 12, 7), ends_on=datetime.date(2026, 12, 14))
    item = ContentItem.objects.get(kit=out.kit, name="Robot")
    Shortage.objects.create(copy=out, item=item, missing=2)
    Shortage.objects.create(copy=out, item=item, missing=1, closed_at=NOW)
    broken = make_kit().copies.get()
    Repair.objects.create(
        copy=broken, starts_on=NOW.date(), free_again_on=november(1), reason="Wiel"
    )
    page = desk.get(reverse("admin:kits_kitcopy_changelist"))
    found = {copy.code: copy for copy in page.context["cl"].result_list}
    one, other = found[out.code], found[broken.code]
    assert (one.is_out, one.next_start, one.short) == (True, datetime.date(2026, 12, 7), 1)
    assert (other.in_repair, other.next_start, other.short) == (True, None, None)


def test_withdrawing_a_box_moves_its_loans_and_says_which_have_none(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    moved = make_loan(copy=first)
    december = {
        "starts_on": datetime.date(2026, 12, 7),
        "ends_on": datetime.date(2026, 12, 14),
    }
    make_loan(copy=second, **december)
    left = make_loan(copy=first, **december)
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("shortages", "loans", "repairs")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    data = {"kit": kit.pk, "code": first.code, "is_withdrawn": "on", **inlines}
    answer = desk.post(change_of(first), data, follow=True)
    moved.refresh_from_db()
    left.refresh_from_db()
    assert (moved.copy, left.copy) == (second, first)
    assert left.attention == f"Kist {first.code} kan niet mee en er is geen andere vrij."
    assert f"Er is geen andere kist vrij voor {left}. Bel de school." in texts(answer)


def test_repair_moves_the_loans_in_its_way(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    loan = make_loan(copy=first)
    data = {
        "copy": first.pk,
        "starts_on": "2026-11-02",
        "free_again_on": "2026-11-09",
        "reason": "Wiel",
    }
    desk.post(reverse("admin:kits_repair_add"), data)
    loan.refresh_from_db()
    assert loan.copy == second
    repair = Repair.objects.get()
    assert (repair.copy, repair.starts_on, repair.reason) == (first, november(2), "Wiel")


def test_repair_says_whose_box_it_is_when_no_other_is_free(desk):
    loan = make_loan()
    data = {
        "copy": loan.copy_id,
        "starts_on": "2026-11-02",
        "free_again_on": "2026-11-09",
        "reason": "Wiel",
    }
    answer = desk.post(reverse("admin:kits_repair_add"), data, follow=True)
    assert texts(answer)[0] == (f"Er is geen andere kist vrij voor {loan}. Bel de school.")


# --- Documents ---------------------------------------------------------------------------------


def add_document(client, kit, **fields):
    data = {"kit": kit.pk, "kind": "guide", "title": "Robots", "text": "# Vooraf"} | fields
    return client.post(reverse("admin:kits_kitdocument_add"), data)


def versions():
    rows = KitDocument.objects.order_by("version")
    return [(row.version, row.text, bool(row.file)) for row in rows]


def test_saving_a_changed_text_makes_a_version_and_the_old_one_can_be_read(desk):
    kit = make_kit()
    add_document(desk, kit)
    first = KitDocument.objects.get()
    answer = desk.post(change_of(first), {"title": "Robots", "text": "# Nu", "_continue": "1"})
    second = KitDocument.objects.get(version=2)
    assert (answer.status_code, answer.url) == (302, change_of(second))
    assert versions() == [(1, "# Vooraf", False), (2, "# Nu", False)]
    desk.post(change_of(second), {"title": "Robots", "text": "# Nu"})  # nothing changed
    assert len(versions()) == 2
    assert desk.post(change_of(first), {"title": "Robots", "text": "# Oud"}).status_code == 403
    old = desk.get(reverse("admin:kits_kitdocument_pdf", args=[first.pk]))
    assert old["Content-Disposition"] == 'attachment; filename="robots-v1.pdf"'
    assert (old.content[:5], old["X-Content-Type-Options"]) == (b"%PDF-", "nosniff")


def test_file_of_our_own_is_uploaded_and_dropped_again(desk):
    kit = make_kit()
    add_document(desk, kit)
    first = KitDocument.objects.get()
    own = SimpleUploadedFile("lesbrief.pdf", OWN_PDF)
    desk.post(change_of(first), {"title": "Robots", "text": "# Vooraf", "file": own})
    second = KitDocument.objects.get(version=2)
    page = desk.get(change_of(second)).content.decode()
    assert second.file.name not in page
    data = {"title": "Robots", "text": "# Vooraf", "drop_file": "on"}
    desk.post(change_of(second), data)
    assert versions() == [
        (1, "# Vooraf", False), (2, "# Vooraf", True), (3, "# Vooraf", False),
    ]  # fmt: skip
    kept = desk.get(reverse("admin:kits_kitdocument_pdf", args=[second.pk]))
    assert kept.content == OWN_PDF


def test_file_that_is_no_pdf_is_refused(desk):
    wrong = SimpleUploadedFile("lesbrief.pdf", b"<html>", content_type="application/pdf")
    page = add_document(desk, make_kit(), file=wrong)
    assert page.context["adminform"].form.errors == {"file": ["Dit is geen pdf."]}
    assert versions() == []


def test_documents_of_the_desk_are_for_staff(client, db):
    add = make_kit()
    document = KitDocument.objects.create(kit=add, kind="guide", title="Lesbrief", text="x")
    address = reverse("admin:kits_kitdocument_pdf", args=[document.pk])
    assert client.get(address).status_code == 302
    client.force_login(make_teacher())
    assert client.get(address).status_code != 200


# --- What is lost and what it costs ------------------------------------------------------------


def test_charge_is_decided_once(desk):
    loan = make_loan(state=LoanState.DONE)
    robot = loan.kit.contents.get(name="Robot")
    charge = ChargeLine.objects.create(loan=loan, item=robot, quantity=1, amount=40)
    assert texts(select(desk, "chargeline", "waive", charge)) == ["Over 1 kostenregel is beslist."]
    assert texts(select(desk, "chargeline", "charge", charge)) == [
        "Over 0 kostenregels is beslist."
    ]
    charge.refresh_from_db()
    assert charge.state == ChargeLine.State.WAIVED
    desk.post(change_of(charge), {"quantity": 2, "amount": "80"})
    charge.refresh_from_db()
    assert charge.amount == 40


def test_shortage_is_put_right(desk):
    copy = make_kit().copies.get()
    item = ContentItem.objects.get(kit=copy.kit, name="Robot")
    shortage = Shortage.objects.create(copy=copy, item=item, missing=1)
    select(desk, "shortage", "put_right", shortage)
    shortage.refresh_from_db()
    assert shortage.closed_at == NOW


def test_photo_is_linked_at_the_kit_desk(desk):
    loan = make_loan(state=LoanState.OUT)
    photo = SimpleUploadedFile("x.svg", b"photo")
    finding = Finding.objects.create(loan=loan, text="Kapot.", photo=photo)
    page = desk.get(change_of(finding)).content.decode()
    assert reverse("desk:photo", args=[finding.pk]) in page
    assert finding.photo.name not in page


# --- Many --------------------------------------------------------------------------------------


def test_list_of_loans_takes_the_same_queries_for_many(desk, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(12) as queries:
            assert desk.get(LOANS, {"when": "all"}).status_code == 200
        return len(queries)

    make_loan()
    count()
    one = count()
    kit = make_kit(copies=30)
    for copy in KitCopy.objects.filter(kit=kit):
        make_loan(copy=copy)
    assert count() == one
