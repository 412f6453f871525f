"""A new box needs no code to be thought of."""

import pytest
from django.urls import reverse

from kits.models import KitCopy
from submissions.models import WaitState
from tests.factories import make_kit, make_loan_wait
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def kit(db):
    kit = make_kit(copies=0, title="Stroomkringen")
    for code in ("STR-01", "STR-09"):
        KitCopy.objects.create(kit=kit, code=code)
    return kit


def added(desk, kit, *codes, **seen):
    page = page_of(kit)
    data = shown(desk.get(page))
    count = int(data["copies-TOTAL_FORMS"])
    for number, code in enumerate(codes, start=count):
        data[f"copies-{number}-code"] = code
        data[f"copies-{number}-id"] = ""
        data[f"copies-{number}-kit"] = kit.pk
    return desk.post(page, data | {"copies-TOTAL_FORMS": count + len(codes)} | seen)


def codes_of(kit):
    return list(kit.copies.order_by("code").values_list("code", flat=True))


def test_next_code_is_proposed_and_given_to_rows_that_are_left_empty(desk, kit):
    assert 'placeholder="STR-10"' in desk.get(page_of(kit)).content.decode()
    assert added(desk, kit, "", "", "STR-12", "").status_code == 302
    assert codes_of(kit) == ["STR-01", "STR-09", "STR-10", "STR-11", "STR-12", "STR-13"]


def test_code_that_another_kit_has_is_passed_over(desk, kit):
    KitCopy.objects.create(kit=make_kit(copies=0), code="STR-10")
    added(desk, kit, "")
    assert codes_of(kit)[-1] == "STR-11"


def test_kit_without_boxes_begins_with_its_first_letters(desk, db):
    kit = make_kit(copies=0, title="Élektro & zo")
    added(desk, kit, "")
    assert codes_of(kit) == ["ELE-01"]


def test_code_that_is_typed_twice_is_refused(desk, kit):
    assert added(desk, kit, "STR-20", "STR-20").status_code == 200
    assert len(codes_of(kit)) == 2


def test_box_on_a_page_of_its_own_gets_the_next_code(desk, kit):
    done = desk.post(reverse("admin:kits_kitcopy_add"), {"kit": kit.pk, "code": ""} | EMPTY)
    assert done.status_code == 302
    assert codes_of(kit)[-1] == "STR-10"


def test_box_that_is_there_keeps_needing_its_code(desk, kit):
    copy = kit.copies.first()
    page = page_of(copy)
    refused = desk.post(page, shown(desk.get(page)) | {"code": ""})
    assert list(refused.context["adminform"].form.errors) == ["code"]


def test_box_more_shows_first_who_is_offered_it(desk, kit):
    kit.copies.update(is_withdrawn=True)
    row = make_loan_wait(kit=kit)
    alone = {"kit": kit.pk, "code": ""} | EMPTY
    ways = [
        lambda **seen: added(desk, kit, "", **seen),
        lambda **seen: desk.post(reverse("admin:kits_kitcopy_add"), alone | seen),
    ]
    for add in ways:
        page = add()
        refusal = page.context["request"].refusal
        assert [mail.subject[:25] for mail, _text in refusal.mails] == ["Een leskist voor jullie: "]
        assert (page.status_code, len(codes_of(kit))) == (200, 2)
    ways[0](mails_seen=refusal.print)
    row.refresh_from_db()
    assert (row.state, len(codes_of(kit))) == (WaitState.OFFERED, 3)


def test_kit_that_goes_off_the_site_shows_first_who_waits_in_vain(desk, kit):
    make_loan_wait(kit=kit)
    data = shown(desk.get(page_of(kit)))
    data.pop("is_published")
    page = desk.post(page_of(kit), data)
    [(mail, _text)] = page.context["request"].refusal.mails
    assert mail.subject == "De wachtlijst voor Stroomkringen is voor jullie voorbij"
    assert desk.post(page_of(kit), data | {"mails_seen": page.context["request"].refusal.print}).url
    kit.refresh_from_db()
    assert not kit.is_published


EMPTY = {
    f"{prefix}-{count}_FORMS": 0
    for prefix in ("shortages", "loans", "repairs", "events")
    for count in ("TOTAL", "INITIAL")
}
