"""Reading DUO's files in from the back office: shown first, then done by the worker."""

import datetime
import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.formats import date_format

from core.models import Task
from core.tasks import running
from schools.imports import work
from schools.imports.work import ReadingIn
from schools.models import PupilCount, School, SchoolBoard, Sector, UploadPart
from tec_site.staff import roles
from tests.factories import NOW, make_staff, the_hub
from tests.schools import duo_files
from tests.schools.duo_files import csv_text, site, sites

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")

UPLOAD = "/beheer/schools/school/inlezen/"
BOARDS = [{"BEVOEGD GEZAG NUMMER": "41853", "BEVOEGD GEZAG NAAM": "Openbaar Deventer"}]
COUNTS = [{"VESTIGINGSCODE": "10AB00", "LEERLINGEN 2025": "212"}]


def file_of(rows, name="vestigingen.csv"):
    return SimpleUploadedFile(name, csv_text(rows).encode("cp1252"), "text/csv")


def upload(client, *files):
    """The preview, or the form again."""
    return client.post(UPLOAD, {"files": list(files)}, follow=True)


def do(client, preview, **changed):
    sent = {"shown": preview.context["plan"].fingerprint, "allow": preview.context["allowed"]}
    return client.post(preview.request["PATH_INFO"], sent | {"do": "1"} | changed)


def read_in(client, *files, **changed):
    """Uploaded, done, and worked through."""
    response = do(client, upload(client, *files), **changed)
    running.work(seconds=120)
    return response


def history_of(client, school):
    page = client.get(reverse("admin:schools_school_history", args=[school.pk]))
    return [(entry.user.name, entry.get_change_message()) for entry in page.context["action_list"]]


def test_files_are_shown_and_then_read_in_by_the_worker(desk, staff):
    files = file_of(COUNTS, "leerlingen.csv"), file_of(sites(3)), file_of(BOARDS, "besturen.csv")
    preview = upload(desk, *files)
    assert preview.context["summary"] == "5 nieuw"
    assert "10AB01 School 10AB01, Deventer" in preview.text
    assert not School.objects.exists()
    assert not SchoolBoard.objects.exists()

    task = Task.objects.get(pk=do(desk, preview).url.rstrip("/").split("/")[-2])
    page = desk.get(reverse("admin:core_task_change", args=[task.pk]))
    assert "Bezig: 0 van 3" in page.text
    assert "vestigingen.csv: 3 scholen" in page.text
    assert not School.objects.exists()

    running.work(seconds=10)

    assert School.objects.count() == 3
    assert School.objects.get(site_code="10AB00").board.name == "Openbaar Deventer"
    assert PupilCount.objects.get().pupils == 212
    assert not UploadPart.objects.exists()
    assert "Gedaan: alle 3" in desk.get(page.request["PATH_INFO"]).text
    assert upload(desk, file_of(sites(3))).context["summary"] == "Niets verandert."


def test_where_a_later_piece_fails_the_page_says_which_and_the_same_files_bring_the_rest(
    desk, monkeypatch
):
    monkeypatch.setitem(work.TOGETHER, "schools", 2)
    started = do(desk, upload(desk, file_of(sites(5))))
    UploadPart.objects.rows().filter(number=2).delete()  # as if somebody had emptied the table

    running.work(seconds=10)

    page = desk.get(started.url)
    assert "Gedaan: 2 van 3. 1 is niet gelukt" in page.text
    (failed, _attention, [(about, why)]), (done, _fine, rest) = page.context["groups"]
    assert (failed, about.text) == ("niet gelukt", "vestigingen.csv: 2 scholen")
    assert why == "Deze regels zijn er niet meer: kies het bestand opnieuw."
    assert (done, [one.text for one, _why in rest]) == (
        "gedaan",
        ["vestigingen.csv: 2 scholen", "vestigingen.csv: 1 school"],
    )
    assert "dan zie je alleen wat er nog over is" in page.text
    assert page.context["back"].address == UPLOAD
    assert School.objects.count() == 3
    again = upload(desk, file_of(sites(5)))
    assert again.context["summary"] == "2 nieuw"
    do(desk, again)
    running.work(seconds=10)
    assert School.objects.count() == 5


def test_history_says_who_from_what_to_what_and_nothing_of_what_stayed(desk, staff):
    read_in(desk, file_of(sites(8)))
    LogEntry.objects.all().delete()
    changed = [site("10AB00", VESTIGINGSNAAM="De Ark"), *sites(6, first=1)]
    preview = upload(desk, file_of(changed))
    assert preview.context["summary"] == "1 gewijzigd, 1 gesloten"
    do(desk, preview)
    running.work(seconds=10)

    one, gone = (School.objects.get(site_code=code) for code in ("10AB00", "10AB07"))
    assert history_of(desk, one) == [
        ("Bea Balie", "Naam: School 10AB00 → De Ark. Waarom: vestigingen.csv")
    ]
    today = date_format(NOW, "j F Y")
    assert history_of(desk, gone) == [
        ("Bea Balie", f"Gesloten op: leeg → {today}. Waarom: vestigingen.csv")
    ]
    assert LogEntry.objects.count() == 2


def test_new_school_has_a_first_line_too(desk, staff):
    read_in(desk, file_of(sites(1)))
    assert history_of(desk, School.objects.get()) == [
        ("Bea Balie", "Toegevoegd. Waarom: vestigingen.csv")
    ]


# --- Brakes -------------------------------------------------------------------------------------


def test_half_a_file_closes_nothing_unless_staff_say_that_it_is_right(desk):
    read_in(desk, file_of(sites(10)))
    braked = upload(desk, file_of(sites(6)))
    assert "mist 4 van de 10 open scholen die we kennen" in braked.text
    assert "--allow" not in braked.text
    assert "plan" not in braked.context

    preview = desk.post(braked.request["PATH_INFO"], {"allow": "closing"})
    assert preview.context["summary"] == "4 gesloten"
    assert School.objects.open().count() == 10
    do(desk, preview)
    running.work(seconds=10)
    assert School.objects.open().count() == 6


def test_school_that_staff_closed_meanwhile_keeps_its_day(desk, staff):
    read_in(desk, file_of(sites(10)))
    school = School.objects.get(site_code="10AB09")
    do(desk, upload(desk, file_of(sites(9))))
    School.objects.filter(pk=school.pk).update(closed_on=datetime.date(2026, 8, 1))

    running.work(seconds=10)

    school.refresh_from_db()
    assert school.closed_on == datetime.date(2026, 8, 1)
    assert not any(words.startswith("Gesloten op") for _who, words in history_of(desk, school))


def test_both_brakes_are_asked_one_after_the_other(desk):
    read_in(desk, file_of(sites(40)))
    renamed = sites(30, VESTIGINGSNAAM="School Anders")
    address = upload(desk, file_of(renamed)).request["PATH_INFO"]
    first = desk.post(address, {"allow": "changing"})
    assert first.context["brake"].allow == "closing"
    preview = desk.post(address, {"allow": ["changing", "closing"]})
    assert preview.context["summary"] == "30 gewijzigd, 10 gesloten"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is leeg"),
        (b"PK\0\0", "is geen tekstbestand"),
        (b"a;b\r\n1;2\r\n", "is geen bestand dat we kennen"),
    ],
)
def test_broken_file_is_kept_nowhere_and_says_why(desk, content, words):
    page = upload(desk, SimpleUploadedFile("raar.csv", content or b"\n"))
    assert words in page.text
    assert "raar.csv" in page.text
    assert not UploadPart.objects.exists()


def test_no_file_is_said_at_the_field(desk):
    assert upload(desk).context["form"].errors.keys() == {"files"}


def test_too_many_and_too_large_files_are_refused(desk, monkeypatch):
    monkeypatch.setattr("schools.admin.importing.MOST_FILES", 1)
    page = upload(desk, file_of(sites(1)), file_of(BOARDS, "besturen.csv"))
    assert page.context["form"].errors["files"] == ["Hoogstens 1 bestanden."]
    monkeypatch.setattr("schools.admin.importing.MOST_BYTES", 10)
    [error] = upload(desk, file_of(sites(1))).context["form"].errors["files"]
    assert error == "vestigingen.csv is te groot: hoogstens 0 MB."


# --- Between looking and doing ------------------------------------------------------------------


def test_directory_that_changed_meanwhile_is_shown_again(desk):
    preview = upload(desk, file_of(sites(2)))
    School.objects.create(site_code="10AB01", name="School 10AB01", city="Deventer")
    again = do(desk, preview)
    assert again.context["is_otherwise"]
    assert again.context["summary"] == "1 nieuw, 1 gewijzigd"
    assert not Task.objects.exists()
    assert do(desk, again).status_code == 302


def test_second_click_and_second_colleague_see_the_import_that_runs(client, desk):
    preview = upload(desk, file_of(sites(2)))
    address = preview.request["PATH_INFO"]
    first = do(desk, preview)
    assert do(desk, preview).url == first.url
    colleague = make_staff(name="Cas Kort")
    client.force_login(colleague)
    hers = client.post(UPLOAD, {"files": [file_of(sites(3))]})
    assert client.get(hers.url).url == first.url
    assert client.get(address).url == first.url
    assert Task.objects.count() == 1


def test_upload_of_a_colleague_is_answered_like_none(client, desk):
    address = upload(desk, file_of(sites(2))).request["PATH_INFO"]
    client.force_login(make_staff(name="Cas Kort"))
    assert client.get(address).url == UPLOAD


def test_uploads_are_forgotten_after_a_day_but_not_under_a_running_import(desk, frozen):
    upload(desk, file_of(sites(2)))
    do(desk, upload(desk, file_of(sites(2))))
    frozen.move_to(NOW + datetime.timedelta(days=2))
    ReadingIn().forget_uploads()
    assert [part.rows_of for part in UploadPart.objects.all()] == ["schools"]
    running.work(seconds=10)
    assert School.objects.count() == 2


# --- Who ---------------------------------------------------------------------------------------


def someone(name, **hub):
    roles.load()
    person = make_staff(is_superuser=False, name=f"Iemand van {name}")
    person.groups.add(Group.objects.get(name=name))
    if hub.get("of_hub", True):
        the_hub().staff.add(person)
    return person


@pytest.mark.parametrize(("role", "status"), [("Beheer", 200), ("Balie", 403), ("Lezer", 403)])
def test_beheer_reads_in_and_others_do_not(client, db, role, status):
    client.force_login(someone(role))
    assert client.get(UPLOAD).status_code == status
    sent = client.post(UPLOAD, {"files": [file_of(sites(1))]})
    assert sent.status_code == {200: 302, 403: 403}[status]


def test_who_belongs_to_no_hub_any_more_reads_in_nothing(client, db):
    person = someone("Beheer")
    client.force_login(person)
    response = do(client, upload(client, file_of(sites(1))))
    the_hub().staff.remove(person)
    running.work(seconds=10)
    assert not School.objects.exists()
    assert Task.objects.get().units.get().state == "failed"
    assert client.get(response.url).status_code == 302  # not hers to see any more


# --- The real files ----------------------------------------------------------------------------


def test_real_files_of_duo_are_read_in(desk):
    files = [
        SimpleUploadedFile(name, duo_files.real_file(name).read_bytes())
        for name in (duo_files.PUPILS, duo_files.SECONDARY, duo_files.PRIMARY)
    ]
    read_in(desk, *files)
    assert School.objects.filter(sector=Sector.PRIMARY).count() > 6000
    assert School.objects.filter(sector=Sector.SECONDARY).exists()
    assert PupilCount.objects.count() > 50_000
    assert Task.objects.get().units.exclude(state="done").count() == 0
    assert upload(desk, *(one for one in files if one.seek(0) == 0)).context["plan"].is_empty
    school = School.objects.get(site_code="14YP00")
    entry = LogEntry.objects.get(object_id=str(school.pk), object_repr=str(school))
    assert json.loads(entry.change_message) == [{"added": {"why": duo_files.PRIMARY}}]


def test_special_education_is_read_in_with_its_kind(desk):
    special = [
        site("19AB00", **{"SOORT VESTIGING": "SBO"}),
        site("19AC00", **{"SOORT VESTIGING": "SO"}),
    ]
    read_in(desk, file_of(special, "so.csv"))
    found = School.objects.order_by("site_code").values_list("sector", "structure")
    assert list(found) == [("so", "SBO"), ("so", "SO")]
