"""Schools and people at the desk: the list to take along, merging, who may change whom."""

import datetime
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from bookings import lifecycle
from bookings.models import Booking, State
from core.mail import outbox
from core.mail.markers import complete
from core.models import Mail
from schools.lifecycle import CannotMerge, SameClassTwice, merge_schools
from schools.models import ClassGroup, PupilCount, School, User
from submissions import links
from submissions.models import Submission
from submissions.sharing.lifecycle import correct_email
from tec_site.staff import roles
from tests.factories import (
    NOW,
    make_booking,
    make_class_group,
    make_school,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

LIST = "/beheer/schools/school/"


pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


def role(client, name):
    roles.load()
    person = make_staff(is_superuser=False)
    person.groups.add(Group.objects.get(name=name))
    client.force_login(person)
    return person


def shown(response):
    return [row.pk for row in response.context["cl"].result_list]


# --- Schools ----------------------------------------------------------------------------------


def test_list_shows_open_schools_and_search_forgives(desk):
    school = make_school(name="OBS De Hagenpoort", city="Deventer")
    closed = make_school(name="De Hagen", closed_on=datetime.date(2026, 8, 1))
    assert shown(desk.get(LIST, {"q": "deventer HÁGENPOORT"})) == [school.pk]
    assert shown(desk.get(LIST, {"q": "hagen", "closed": "closed"})) == [closed.pk]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_export_keeps_formulas_text(desk, start):
    name = f'{start}HYPERLINK("http://kwaad.example")'
    make_school(street=name)
    data = {"resource": "", "street": "on", "city": "on"}
    sheet = desk.post(f"{LIST}export/", data | {"format": "0"})
    cells = [cell for row in load_workbook(BytesIO(sheet.content)).active for cell in row]
    assert f"'{name}" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}
    lines = desk.post(f"{LIST}export/", data | {"format": "1"}).content.decode()
    assert f"'{start}HYPERLINK" in lines


def test_export_goes_on_where_a_name_holds_what_a_spreadsheet_cannot(desk):
    make_school(street="De \x01 Ster")
    sheet = desk.post(f"{LIST}export/", {"resource": "", "street": "on", "format": "0"})
    cells = [cell.value for row in load_workbook(BytesIO(sheet.content)).active for cell in row]
    assert "De \ufffd Ster" in cells


def test_export_is_for_who_keeps_the_list(client, db):
    role(client, roles.VOLUNTEER)
    assert client.post(f"{LIST}export/", {"format": "1"}).status_code == 403


SCHOOL = {
    "name": "OBS De Hagenpoort",
    "city": "Deventer",
    "sector": "po",
    "is_verified": "on",
    "pupil_counts-TOTAL_FORMS": 0,
    "pupil_counts-INITIAL_FORMS": 0,
}


def test_code_that_staff_type_is_the_one_that_imports_look_for(desk):
    desk.post(f"{LIST}add/", SCHOOL | {"site_code": "14yp00"})
    desk.post(f"{LIST}add/", SCHOOL | {"site_code": ""})
    assert set(School.objects.values_list("site_code", flat=True)) == {"14YP00", None}
    again = desk.post(f"{LIST}add/", SCHOOL | {"site_code": "14yP00"})
    assert list(again.context["adminform"].form.errors) == ["site_code"]


def test_school_closes_no_sooner_than_its_day(desk):
    """It would be found no more from now on, and the next import would open it again."""
    answer = desk.post(f"{LIST}add/", SCHOOL | {"closed_on": "2026-09-16"})
    assert answer.context["adminform"].form.errors == {
        "closed_on": [
            "Leerkrachten moeten de school kunnen vinden tot ze sluit: vul dit pas op die dag in."
        ]
    }
    assert desk.post(f"{LIST}add/", SCHOOL | {"closed_on": "2026-09-15"}).status_code == 302


# --- Merging ----------------------------------------------------------------------------------


def make_pair():
    typed = make_school(name="Hagenpoort", site_code=None, is_verified=False)
    return typed, make_school(name="OBS De Hagenpoort")


def test_merge_takes_bookings_classes_and_people_along(db):
    typed, listed = make_pair()
    teacher = make_teacher(school=typed)
    submission = make_submission(user=teacher)
    own = make_class_group(school=typed, name="6a")
    twin = make_class_group(school=typed, name="Groep 7-B")
    there = make_class_group(school=listed, name="groep 7b")
    next_year = make_class_group(school=typed, name="8b", school_year=2027, continues=twin)
    booking = make_booking(submission=submission, class_group=twin)
    merge_schools(source=typed, target=listed)
    for row in (teacher, submission, own, booking, next_year, typed):
        row.refresh_from_db()
    assert (teacher.school, submission.school, own.school) == (listed, listed, listed)
    assert (booking.class_group, next_year.continues, typed.merged_into) == (there, there, listed)
    assert not ClassGroup.objects.filter(pk=twin.pk).exists()
    assert list(School.objects.open()) == [listed]


@pytest.mark.parametrize("order", [1, -1])
def test_merged_class_goes_on_continuing_last_year_s(db, order):
    """Its Proeverij of last year opens the Experiences, whichever of the two is merged first."""
    typed, listed = make_pair()
    years = [2025, 2026][::order]
    six, seven = [make_class_group(school=typed, name="b", school_year=year) for year in years]
    six, seven = [six, seven][::order]
    ClassGroup.objects.filter(pk=seven.pk).update(continues=six)
    there = [make_class_group(school=listed, name="b", school_year=year) for year in (2025, 2026)]
    merge_schools(source=typed, target=listed)
    there[1].refresh_from_db()
    assert there[1].continues == there[0]


def test_class_of_the_listed_school_goes_on_continuing_what_it_did(db):
    """What its own teachers said of it stands; nothing said of the typed one takes it away."""
    typed, listed = make_pair()
    before = make_class_group(school=listed, name="7b", school_year=2025)
    kept = make_class_group(school=listed, name="8b", school_year=2026, continues=before)
    make_class_group(school=typed, name="8 B", school_year=2026)

    merge_schools(source=typed, target=listed)

    kept.refresh_from_db()
    assert (kept.continues, listed.class_groups.count()) == (before, 2)


def test_merge_refuses_listed_schools_merged_ones_and_itself(db):
    typed, listed = make_pair()
    closed = make_school(closed_on=datetime.date(2026, 8, 1))
    wrong = [(listed, typed), (typed, typed), (listed, listed), (listed, closed), (typed, closed)]
    for source, target in [*wrong, (closed, closed), (closed, typed)]:
        with pytest.raises(CannotMerge):
            merge_schools(source=source, target=target)
    merge_schools(source=typed, target=listed)
    with pytest.raises(CannotMerge):
        merge_schools(source=typed, target=make_school())


def test_merge_with_the_same_class_in_one_visit_changes_nothing(db):
    typed, listed = make_pair()
    visit = make_visit(max_groups=2, max_pupils=90)
    for school in (typed, listed):
        teacher = make_teacher(school=school)
        make_booking(
            visit=visit,
            submission=make_submission(user=teacher),
            class_group=make_class_group(school=school, name="7b"),
        )
    with pytest.raises(SameClassTwice):
        merge_schools(source=typed, target=listed)
    typed.refresh_from_db()
    assert (typed.merged_into, typed.class_groups.count(), typed.users.count()) == (None, 1, 1)


def test_desk_merges_after_choosing_the_listed_school(client, db):
    person = role(client, roles.DESK)
    typed, listed = make_pair()
    page = client.get(reverse("admin:schools_school_change", args=[typed.pk]))
    address = reverse("admin:schools_school_merge", args=[typed.pk])
    assert page.context["buttons"][0].address == address
    assert client.get(address).status_code == 200
    assert client.put(address).status_code == 405
    found = client.post(address, {"school_q": "hagenpoort", "school_find": "1"})
    assert listed.name in found.content.decode()
    typing = client.post(address, {"school_typed_name": "X", "school_typed_city": "Y"})
    assert typing.context["form"].errors == {"school": ["Kies een school uit de lijst."]}
    assert client.post(address, {"school": listed.pk}).url.endswith(f"/{listed.pk}/change/")
    typed.refresh_from_db()
    assert typed.merged_into == listed
    assert LogEntry.objects.get(user=person).object_id == str(listed.pk)
    assert client.get(address).status_code == 200
    again = client.post(address, {"school": listed.pk})
    assert again.context["form"].non_field_errors() == [
        "Je kunt alleen een school samenvoegen die een leerkracht zelf heeft ingevuld of die dicht "
        "is, en alleen met een school uit de lijst die open is."
    ]


def test_closed_school_is_merged_with_the_one_as_which_it_goes_on(client, db):
    """The register gave it another code: what came to it is of the new one, in figures too."""
    role(client, roles.DESK)
    old = make_school(name="De Ster", site_code="14YP00", closed_on=datetime.date(2026, 9, 1))
    new = make_school(name="De Ster", site_code="31AB00")
    for school, year, pupils in [(old, 2024, 90), (old, 2025, 95), (new, 2025, 7), (new, 2026, 99)]:
        PupilCount.objects.create(school=school, year=year, pupils=pupils)
    booking = make_booking(submission=make_submission(school=old))
    page = client.get(reverse("admin:schools_school_change", args=[old.pk]))
    address = reverse("admin:schools_school_merge", args=[old.pk])
    assert page.context["buttons"][0].address == address
    asked = client.get(address).text
    assert "onder een andere code verdergaat" in asked
    assert f'name="school" value="{new.pk}"' in asked  # found by its name

    assert client.post(address, {"school": new.pk}).url.endswith(f"/{new.pk}/change/")

    for row in (old, booking, booking.submission, booking.class_group):
        row.refresh_from_db()
    assert (booking.submission.school, booking.class_group.school) == (new, new)
    assert (old.merged_into, old.can_be_merged) == (new, False)
    counted = PupilCount.objects.order_by("year").values_list("school", "year", "pupils")
    assert list(counted) == [(new.pk, 2024, 90), (new.pk, 2025, 7), (new.pk, 2026, 99)]


def test_listed_school_that_is_open_has_no_page_to_merge_it(desk):
    school = make_school()
    page = desk.get(reverse("admin:schools_school_change", args=[school.pk]))
    address = reverse("admin:schools_school_merge", args=[school.pk])
    assert address not in [button.address for button in page.context["buttons"]]
    assert desk.get(address).status_code == 404


def test_volunteers_merge_nothing(client, db):
    role(client, roles.VOLUNTEER)
    typed, listed = make_pair()
    address = reverse("admin:schools_school_merge", args=[typed.pk])
    assert client.post(address, {"school": listed.pk}).status_code == 403
    typed.refresh_from_db()
    assert typed.merged_into is None


def test_classes_without_a_letter_of_ours_are_two(db):
    school = make_school()
    ages = {"school_year": 2026, "year_from": 7, "year_to": 7}
    names = ["♥", "★", "鹰", "♥"]
    classes = [ClassGroup.objects.of(school=school, name=name, **ages) for name in names]
    assert [group.name for group in classes] == names
    assert ClassGroup.objects.count() == 3


def test_class_is_renamed_to_no_name_that_is_taken(desk):
    school = make_school()
    make_class_group(school=school, name="7a")
    group = make_class_group(school=school, name="7b")
    data = {"school": school.pk, "school_year": 2026, "year_from": 7, "year_to": 7}
    address = reverse("admin:schools_classgroup_change", args=[group.pk])
    page = desk.post(address, data | {"name": "7-A"})
    assert page.context["adminform"].form.non_field_errors() == [
        "Deze school heeft deze klas dit jaar al."
    ]
    assert desk.post(address, data | {"name": "7 - B"}).status_code == 302
    group.refresh_from_db()
    assert (group.name, group.name_key) == ("7 - B", "7b")


# --- People -----------------------------------------------------------------------------------


def new_user(**changes):
    return {"email": "Nieuw@TEC.example", "name": "Nieuw", "is_active": "on"} | changes


def test_superuser_makes_staff_who_set_their_own_password(desk):
    desk.post("/beheer/schools/user/add/", new_user(is_staff="on"))
    user = User.objects.get(email="nieuw@tec.example")
    assert (user.is_staff, user.has_usable_password()) == (True, False)
    page = desk.get(reverse("admin:schools_user_change", args=[user.pk]))
    assert "password" not in page.context["adminform"].form.fields


def test_code_of_a_teacher_is_no_way_in_once_she_is_staff(desk, settings):
    """Without a password of hers, nothing else stood before the page that makes a factor."""
    settings.STAFF_SECOND_FACTOR = True
    teacher, hers = make_teacher(), Client()
    hers.force_login(teacher)
    settings.STAFF_SECOND_FACTOR = False
    desk.post(
        reverse("admin:schools_user_change", args=[teacher.pk]),
        {"email": teacher.email, "is_active": "on", "is_staff": "on"},
    )
    settings.STAFF_SECOND_FACTOR = True
    teacher.refresh_from_db()
    assert teacher.is_staff
    page = hers.get("/personeel/tweede-stap/app/")
    assert (page.status_code, page.url) == (
        302,
        "/personeel/inloggen/?next=/personeel/tweede-stap/app/",
    )


def test_management_changes_teachers_but_makes_nobody_staff(client, db):
    role(client, roles.MANAGEMENT)
    teacher, colleague = make_teacher(), make_staff(is_superuser=False)
    boss = make_staff()

    def address(user):
        return reverse("admin:schools_user_change", args=[user.pk])

    client.post(address(teacher), new_user(is_staff="on", is_superuser="on"))
    teacher.refresh_from_db()
    assert (teacher.email, teacher.is_staff, teacher.is_superuser) == (
        "nieuw@tec.example",
        False,
        False,
    )
    assert client.post(address(colleague), new_user(email="x@tec.example")).status_code == 403
    assert client.get(address(boss)).status_code == 302


# --- Submissions ------------------------------------------------------------------------------


def test_corrected_address_ends_the_links_in_earlier_mails(client, db):
    role(client, roles.DESK)
    submission = make_submission(email="jufanouk@shcool.example")
    address = reverse("admin:submissions_submission_change", args=[submission.pk])
    data = {"contact_name": "Juf Anouk", "phone": "0570 123456", "photos": "ask"}
    client.post(address, data | {"email": "jufanouk@shcool.example"})
    submission.refresh_from_db()
    assert submission.link_version == 1
    client.post(address, data | {"email": "JufAnouk@school.example"})
    submission.refresh_from_db()
    assert (submission.email, submission.link_version) == ("jufanouk@school.example", 2)


def test_corrected_address_takes_the_booking_away_from_the_wrong_one(db):
    """Whoever reads the mail of the mistyped address could sign in by code and see it all."""
    booking = make_booking(submission=make_submission(user=make_teacher(email="x@y.nl")))
    submission, wrong = booking.submission, booking.submission.user
    correct_email(submission=submission, email="Anouk@school.example")
    right = User.objects.get(email="anouk@school.example")
    assert (submission.user, right.school, right.has_usable_password()) == (
        right,
        submission.school,
        False,
    )
    assert list(Booking.objects.visible_to(right)) == [booking]
    assert not User.objects.filter(pk=wrong.pk).exists()


@pytest.mark.parametrize(
    "used", [{"last_login": NOW}, {"is_staff": True}, {}], ids=["signed in", "staff", "other"]
)
def test_corrected_address_leaves_an_account_that_is_somebody_s(db, used):
    old = make_teacher(**used)
    submission = make_submission(user=old)
    if not used:
        make_submission(user=old)
    correct_email(submission=submission, email="anouk@school.example")
    assert list(User.objects.exclude(pk=old.pk)) == [submission.user]
    assert User.objects.filter(pk=old.pk).exists()
    correct_email(submission=submission, email="Anouk@school.example")
    assert User.objects.filter(pk=submission.user_id).exists()


def test_corrected_address_of_an_unconfirmed_submission_makes_no_account(db):
    submission = make_submission(user=None, email="x@y.nl")
    correct_email(submission=submission, email="anouk@school.example")
    assert (submission.user, User.objects.count()) == (None, 0)


def test_mail_sent_again_to_a_corrected_address_opens_nothing(db):
    booking = make_booking(submission=make_submission(user=make_teacher(email="x@y.nl")))
    outbox.Teller().tell(seconds=5)
    make_booking(submission=booking.submission)
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=make_staff())
    outbox.Teller().tell(seconds=5)
    [mail] = Mail.objects.filter(to="x@y.nl")
    link = links.link_to(booking.submission, "bookings:booking")
    before = complete(mail.email_message())
    assert (link in before.body, len(before.attachments)) == (True, 2)

    correct_email(submission=booking.submission, email="anouk@school.example")

    after = complete(mail.email_message())
    token = links.token_of(booking.submission)
    assert token not in after.body + after.alternatives[0].content
    assert len(after.attachments) == 1  # the calendar file that was sent before, no new letter


@pytest.mark.parametrize("typed", ["Çelik", "çelik", "ÇELIK", "şerife çelik"])
def test_submission_is_found_by_a_name_that_begins_with_an_accent(db, typed):
    """SQLite knows the case of plain letters only."""
    found = make_submission(contact_name="Juf Şerife Çelik")
    make_submission(contact_name="Juf Anouk Smit")
    assert list(Submission.objects.matching(typed)) == [found]


# --- Roles ------------------------------------------------------------------------------------


def test_roles_are_made_once_and_keep_what_staff_added(db):
    roles.load()
    volunteer = Group.objects.get(name=roles.VOLUNTEER)
    assert sorted(volunteer.permissions.values_list("codename", flat=True)) == [
        "change_loan",
        "change_shortage",
        "view_booking",
        "view_finding",
        "view_kitcopy",
        "view_loan",
        "view_shift",
        "view_visit",
    ]
    more = Group.objects.get(name=roles.DESK).permissions.get(codename="view_school")
    volunteer.permissions.add(more)
    volunteer.permissions.remove(volunteer.permissions.get(codename="view_visit"))
    roles.load()
    assert (Group.objects.count(), volunteer.permissions.count()) == (4, 9)


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        (roles.VOLUNTEER, (200, 403, 403, 403, 403)),
        (roles.DESK, (200, 200, 200, 403, 403)),
        (roles.MANAGEMENT, (200, 200, 200, 200, 200)),
    ],
)
def test_each_role_sees_its_own_lists(client, db, name, pages):
    role(client, name)
    labels = ["bookings/booking", "schools/school", "core/mail", "schools/user"]
    answers = [client.get(f"/beheer/{label}/").status_code for label in labels]
    answers.append(client.get("/beheer/programmes/programme/add/").status_code)
    assert tuple(answers) == pages


def test_only_the_desk_decides(client, db):
    booking = make_booking(state=State.REQUESTED)
    address = reverse("admin:bookings_booking_move", args=[booking.pk, "confirm"])
    role(client, roles.VOLUNTEER)
    assert client.post(address, {"note": ""}).status_code == 403
    role(client, roles.DESK)
    assert client.post(address, {"note": ""}).status_code == 302


def test_staff_correct_an_address_to_one_that_mail_can_go_to(desk):
    submission = make_submission()
    page = f"/beheer/submissions/submission/{submission.pk}/change/"
    form = desk.get(page).context["adminform"].form
    response = desk.post(page, {**form.initial, "email": '"a,b"@x.nl'})
    assert list(response.context["adminform"].form.errors) == ["email"]
