"""What is seen of a programme or kit: our drawing, or a picture that staff put in its place."""

import io
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from core import worker
from kits.models import LessonKit
from programmes.models import Drawing, Programme, World
from tec_site.demo.kits import KITS
from tec_site.demo.offer import PROGRAMMES
from tests.factories import NOW, make_booking, make_kit, make_programme
from tests.png_bomb import png_bomb
from tests.programme_form import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]
DRAWN = Path(settings.BASE_DIR, "static/art/offers")
WHAT = "Twee meisjes solderen een lampje."


def image(kind="PNG", size=(1600, 1000), colour="orange") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, kind)
    return data.getvalue()


def upload(content: bytes, name="foto.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def errors(answer) -> dict[str, list[str]]:
    return answer.context["adminform"].form.errors


def pictured(desk, programme: Programme) -> Programme:
    answer = save(desk, programme, picture=upload(image()), picture_alt=WHAT)
    assert answer.status_code == 302, errors(answer)
    programme.refresh_from_db()
    return programme


# --- Drawings -----------------------------------------------------------------------------------


def test_every_drawing_can_be_chosen_and_is_there():
    assert {path.stem for path in DRAWN.glob("*.svg")} == set(Drawing.values)


def test_no_two_offers_of_the_demo_have_the_same_drawing():
    chosen = [one.fields.get("artwork", "the Proeverij's") for one in [*PROGRAMMES, *KITS]]
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) - {"the Proeverij's"} <= set(Drawing.values)


@pytest.mark.parametrize("make", [make_programme, make_kit])
def test_drawing_that_is_chosen_comes_before_that_of_the_world(make):
    offer = make(artwork=Drawing.GREENHOUSE_ROBOTS)
    offer.worlds.set(World.objects.filter(code="mens-gezondheid"))
    assert offer.drawing == "offers/greenhouse-robots"
    offer.artwork = "a drawing of before"
    assert offer.drawing == "worlds/mens-gezondheid"


def test_kit_without_drawing_or_world_is_a_box():
    assert make_kit().drawing == "kinds/kit"
    assert (DRAWN.parent / "kinds/kit.svg").exists()


# --- A picture in its place ---------------------------------------------------------------------


def test_picture_takes_the_place_of_the_drawing_on_card_and_page(client, desk):
    programme = pictured(desk, make_programme(slug="film", artwork=Drawing.GREEN_SCREEN))

    address = programme.picture.url
    shown = f'<img class="picture" src="{address}" alt="{WHAT}" lang="nl" width="960" height="540"'
    assert f'{shown} loading="lazy">' in client.get("/programmas/").text
    page = client.get("/programmas/film/").text
    assert f"{shown}>" in page
    assert "green-screen.svg" not in page
    assert re.fullmatch(r"/beeld/programme/[\w-]{32}\.jpg", address)


@pytest.mark.parametrize("make", [make_programme, make_kit])
def test_staff_see_in_the_form_what_teachers_see(desk, make):
    offer = make(artwork=Drawing.GREEN_SCREEN)
    form = reverse(
        f"admin:{offer._meta.app_label}_{offer._meta.model_name}_change", args=[offer.pk]
    )
    small = '<span class="desk-thumbnail"><img '
    assert f'{small}src="/static/art/offers/green-screen.svg" alt=""' in desk.get(form).text

    offer.picture.save("", upload(image()), save=False)
    offer.picture_alt = WHAT
    offer.save()
    shown = f'{small}class="picture" src="{offer.picture.url}" alt="{WHAT}"'
    assert shown in desk.get(form).text


def test_picture_of_a_kit_is_kept_and_shown_too(client, desk):
    kit = make_kit(slug="robots")
    kit.picture.save("", upload(image()), save=False)
    kit.picture_alt = WHAT
    kit.save()

    assert f'src="{kit.picture.url}" alt="{WHAT}"' in client.get("/leskisten/robots/").text
    form = desk.get(reverse("admin:kits_lessonkit_change", args=[kit.pk])).text
    assert f'href="{kit.picture.url}"' in form
    assert 'name="picture-clear"' in form


def test_picture_is_shown_as_the_jpeg_that_we_made(client, desk):
    programme = pictured(desk, make_programme())

    answer = client.get(programme.picture.url)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"], answer["Cache-Control"]) == (
        *("image/jpeg", "nosniff"),
        "public, max-age=31536000, immutable",
    )
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (960, 540))


@pytest.mark.parametrize("folder", ["programme", "kits", ".."])
def test_what_is_no_picture_has_no_address(client, folder):
    assert client.get(f"/beeld/{folder}/{'a' * 32}.jpg").status_code == 404


def test_what_a_picture_shows_must_be_said(desk):
    programme = make_programme()
    answer = save(desk, programme, picture=upload(image()))

    assert errors(answer) == {"picture_alt": ["Schrijf op wat er op de foto te zien is."]}
    assert not Programme.objects.exclude(picture="").exists()


@pytest.mark.parametrize("model", [Programme, LessonKit])
def test_picture_without_words_is_refused_by_the_database(model):
    offer = make_programme() if model is Programme else make_kit()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=offer.pk).update(picture="pictures/x.jpg")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (image()[:2000], "Dit is geen foto die we kunnen lezen (JPEG, PNG of WebP)."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Dit is geen foto die we kunnen lezen"),
        (png_bomb, "Deze foto heeft te veel pixels."),
        (b"\xff" * (8 * 1024 * 1024 + 1), "Dit bestand is te groot: hoogstens 8 MB."),
    ],
    ids=["cut off", "svg", "bomb", "heavy"],
)
def test_what_cannot_be_a_picture_is_refused_at_its_field(desk, content, words):
    content = content() if callable(content) else content
    answer = save(desk, make_programme(), picture=upload(content), picture_alt=WHAT)

    assert list(errors(answer)) == ["picture"]
    assert words in errors(answer)["picture"][0]
    assert not Programme.objects.exclude(picture="").exists()


def test_picture_is_told_by_its_content_and_not_by_its_name(desk):
    programme = pictured(desk, make_programme())  # a PNG that is called .jpg
    with programme.picture.open() as file, Image.open(file) as kept:
        assert kept.format == "JPEG"


def test_picture_stays_when_something_else_is_changed_and_can_be_taken_away(desk):
    programme = pictured(desk, make_programme())
    name = programme.picture.name
    assert save(desk, programme, summary="Anders").status_code == 302
    programme.refresh_from_db()
    assert (programme.summary, programme.picture.name) == ("Anders", name)

    taken = {"picture-clear": "on", "picture_alt": ""}
    assert save(desk, programme, **taken).status_code == 302
    programme.refresh_from_db()
    assert not programme.picture


# --- What no row has any more --------------------------------------------------------------------


def test_picture_that_was_replaced_goes_after_a_day(desk):
    programme = pictured(desk, make_programme())
    replaced = Path(programme.picture.path)
    kept = Path(pictured(desk, programme).picture.path)
    assert {replaced, kept} <= set(kept.parent.iterdir())
    for path in (replaced, kept):
        os.utime(path, (0, NOW.timestamp() - 25 * 3600))

    worker.Worker().run_once()
    assert (replaced.exists(), kept.exists()) == (False, True)


@pytest.mark.parametrize("is_used", [True, False], ids=["used", "yet to be restored"])
@pytest.mark.parametrize(
    "folder", ["pictures/programme", "pictures/lessonkit", "kits/photos"], ids=lambda one: one[-6:]
)
def test_last_picture_of_all_goes_too_but_not_before_a_backup_is_restored(folder, is_used):
    """No row names any file: the site has been used, or its database is empty still."""
    if is_used:
        make_booking()
    path = Path(default_storage.path(default_storage.save(f"{folder}/last.jpg", upload(image()))))
    os.utime(path, (0, NOW.timestamp() - 25 * 3600))

    worker.Worker().run_once()
    assert path.exists() is not is_used


def test_picture_goes_with_the_kit_that_is_deleted():
    make_kit()
    kit = make_kit()
    kit.picture.save("", upload(image()), save=False)
    kit.picture_alt = WHAT
    kit.save()
    path = Path(kit.picture.path)
    os.utime(path, (0, NOW.timestamp() - 25 * 3600))
    worker.Worker().run_once()
    assert path.exists()

    kit.copies.all().delete()
    kit.delete()
    worker.Worker().run_once()
    assert not path.exists()
