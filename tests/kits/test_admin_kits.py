"""Kits, boxes, documents, and what is lost, in the back office."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from kits import boxes
from kits.models import (
    ChargeLine,
    ContentItem,
    Delivery,
    Finding,
    KitCopy,
    KitDocument,
    LessonKit,
    Loan,
    LoanState,
    Repair,
    Shortage,
)
from kits.refusals import NoCopyFree
from tests.factories import NOW, make_kit, make_loan, make_teacher, make_venue
from tests.kits.back_office import OWN_PDF, change_of, november, select, texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor", "no_holidays")]


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


def save_kit(desk, kit, **changed):
    """What the browser sends back of its form, without the lines below it."""
    page = desk.get(change_of(kit))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields if name != "picture"}
    data = {name: value for name, value in data.items() if not (value is None or value is False)}
    for inline in page.context["inline_admin_formsets"]:
        data |= {f"{inline.formset.prefix}-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    return desk.post(change_of(kit), data | changed, follow=True)


def test_turnaround_of_now_counts_for_what_is_promised_where_it_fits(desk):
    """CASES C2: a limit that was copied, edited at its source."""
    kit = make_kit(copies=2, turnaround=2)
    first, second = kit.copies.order_by("code")
    alone = make_loan(copy=first, starts_on=november(2), ends_on=november(13))
    short = make_loan(copy=second, starts_on=november(2), ends_on=november(13))
    make_loan(copy=second, starts_on=november(18), ends_on=november(27))
    answer = save_kit(desk, kit, turnaround=4)

    said = [one for one in texts(answer) if "omlooptijd" in one]
    words = "houdt zijn omlooptijd na 13 november: de volgende uitleen begint eerder."
    assert said == [f"{second} {words}"]
    for loan in (alone, short):
        loan.refresh_from_db()
    assert (alone.free_again_on, short.free_again_on) == (november(20), november(18))
    save_kit(desk, kit, turnaround=0)
    alone.refresh_from_db()
    assert alone.free_again_on == november(16)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"max_pupils": "20"}, "Deze leskist is voor hoogstens 20 leerlingen tegelijk."),
        (
            {"year_from": "3", "year_to": "4"},
            "Deze leskist is voor groep 3/4, niet voor groep 7.",
        ),
        ({"can_be_delivered": ""}, "De kist wordt gebracht en gehaald, zoals is gezegd."),
    ],
)
def test_loan_that_a_kit_serves_no_more_is_named_and_stays(desk, limit, said):
    kit = make_kit(can_be_delivered=True, max_pupils=28)
    loan = make_loan(copy=kit.copies.get(), delivery=Delivery.ROUND, party_name="7b", pupils=24)
    assert texts(save_kit(desk, kit, **limit))[0] == f"{loan}, 7b: {said}"
    loan.refresh_from_db()
    assert (loan.state, loan.delivery) == (LoanState.RESERVED, Delivery.ROUND)


def test_box_that_is_out_is_no_matter_of_another_limit(desk):
    kit = make_kit(max_pupils=28)
    make_loan(copy=kit.copies.get(), state=LoanState.OUT, pupils=24)
    assert [one for one in texts(save_kit(desk, kit, max_pupils="20")) if "20 leer" in one] == []


def test_kit_stays_at_the_venue_that_schools_were_told(desk):
    kit = make_kit(copies=2, title="Robots")
    first, second = kit.copies.order_by("code")
    make_loan(copy=first)
    make_loan(copy=second, state=LoanState.OUT)
    make_loan(copy=second, state=LoanState.DONE)
    here, other = kit.venue, make_venue(hub=kit.venue.hub)

    form = save_kit(desk, kit, venue=other.pk, title="Robots!").context["adminform"].form

    words = (
        "2 uitleningen van deze leskist zijn toegezegd of lopen, en de scholen kennen alleen de "
        "locatie van nu. Wacht tot de kisten terug zijn, of annuleer de uitleningen; of dupliceer "
        "de leskist voor de andere locatie."
    )
    assert form.errors == {"venue": [words]}
    assert (form["venue"].value(), form["title"].value()) == (str(other.pk), "Robots!")
    kit.refresh_from_db()
    assert (kit.venue, kit.title) == (here, "Robots")

    save_kit(desk, kit, title="Robots!")
    Loan.objects.filter(copy=first).update(state=LoanState.CANCELLED)
    Loan.objects.filter(state=LoanState.OUT).update(state=LoanState.RETURNED)
    save_kit(desk, kit, venue=other.pk)
    kit.refresh_from_db()
    assert (kit.venue, kit.title) == (other, "Robots!")


def save_box(desk, copy, **changed):
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("shortages", "loans", "repairs", "events")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    data = {"kit": copy.kit_id, "code": copy.code, **inlines}
    return desk.post(change_of(copy), data | changed, follow=True)


@pytest.mark.parametrize("state", [LoanState.RESERVED, LoanState.RETURNED])
def test_box_stays_one_of_the_kit_as_which_it_was_promised(desk, state):
    copy, kit, other = make_loan(state=state).copy, LessonKit.objects.get(), make_kit()

    form = save_box(desk, copy, kit=other.pk, shelf="B2").context["adminform"].form

    words = (
        "1 uitleen van de huidige leskist rekent op deze kist. Geef die uitleen een andere kist, "
        "of wacht tot deze terug en gecontroleerd is."
    )
    assert (form.errors, form["shelf"].value()) == ({"kit": [words]}, "B2")
    copy.refresh_from_db()
    assert (copy.kit, copy.shelf) == (kit, "")

    Loan.objects.update(state=LoanState.DONE)
    save_box(desk, copy, kit=other.pk)
    copy.refresh_from_db()
    assert copy.kit == other


def test_box_that_went_to_another_kit_at_that_moment_is_not_lent_as_it_was(monkeypatch):
    kit, other, lock = make_kit(), make_kit(), boxes.lock

    def after_the_move(pk):
        KitCopy.objects.filter(pk=pk).update(kit=other)
        return lock(pk)

    monkeypatch.setattr(boxes, "lock", after_the_move)
    with pytest.raises(NoCopyFree):
        boxes.lock_free(kit, november(2), november(9))


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
    answer = save_box(desk, first, is_withdrawn="on")
    moved.refresh_from_db()
    left.refresh_from_db()
    assert (moved.copy, left.copy) == (second, first)
    assert left.attention_in_words == f"Kist {first.code} kan niet mee en er is geen andere vrij."
    with translation.override("en"):  # whoever reads it, and not who caused it (CASES C25)
        words = f"Box {first.code} cannot go out and no other is free."
        assert left.attention_in_words == words
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
    address = reverse("desk:photo", args=[finding.pk])
    assert f'<a href="{address}">' in page
    assert f'<img src="{address}" alt="Foto bij de melding: Kapot." loading="lazy">' in page
    assert finding.photo.name not in page
    rows = desk.get(reverse("admin:kits_finding_changelist")).content.decode()
    assert f'<a href="{address}">' in rows
    assert f'<img src="{address}"' not in rows
