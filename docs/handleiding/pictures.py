"""Takes the pictures of the manual from a demo of its own: `make manual`.

Needs Chromium, as the browser tests do. What a picture shows is the demo's: no person in it exists.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PORT = "8390"
SIZE = {"width": 1180, "height": 720}
MOST_BYTES = 80_000
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

# Name of the picture → the page, and how much of its height is shown.
PICTURES = {
    "overzicht": ("/beheer/", 640),
    "daglijst": ("/beheer/bookings/booking/dag/", 600),
    "telefoon": ("/beheer/bookings/booking/add/", 360),
    "wachtlijst": ("/beheer/bookings/visitwait/", 420),
    "dag-sluiten": ("/beheer/programmes/closure/sluit/", 560),
    "planner": ("/beheer/bookings/visit/week/", 640),
    "kistenbalie": ("/beheer/balie/", 460),
    "rooster": ("/beheer/roster/shift/week/", 560),
    "stille-scholen": ("/beheer/cijfers/stille-scholen/", 480),
    "cijfers": ("/beheer/cijfers/", 640),
    "lijst": ("/beheer/bookings/booking/", 420),
    "tweede-stappen": ("/beheer/mfa/authenticator/", 320),
    "mails": ("/beheer/core/mail/", 480),
    "zones": ("/beheer/programmes/zone/", 460),
    "programmas": ("/beheer/programmes/programme/", 480),
    "patronen": ("/beheer/bookings/schedulepattern/", 460),
    "schrijven": ("/beheer/submissions/submission/schrijven/", 640),
    "geschiedenis": ("/beheer/bookings/bookingevent/", 480),
    "vakanties": ("/beheer/schools/schoolholiday/", 460),
    "verklaringen": ("/beheer/tec_site/statement/", 420),
}
COLUMNS = (
    *("PROVINCIE", "BEVOEGD GEZAG NUMMER", "INSTELLINGSCODE", "VESTIGINGSCODE", "VESTIGINGSNAAM"),
    *("STRAATNAAM", "HUISNUMMER-TOEVOEGING", "POSTCODE", "PLAATSNAAM", "GEMEENTENUMMER"),
    *("GEMEENTENAAM", "DENOMINATIE", "INTERNETADRES", "VAKANTIEREGIO"),
)
PLACE = "7411 ZZ;DEVENTER;0150;DEVENTER;Openbaar;;Noord"
SCHOOLS = f"""{";".join(COLUMNS)}
Overijssel;99901;99ZZ;99ZZ00;OBS De Voorbeeldschool;Laan;1;{PLACE}
Overijssel;99901;99ZY;99ZY00;OBS De Proef;Laan;2;{PLACE}
"""


@contextmanager
def demo() -> Iterator[tuple[str, str, str]]:
    """Address, user and password of a fresh demo that stops afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"VAR_DIR": folder, "PORT": PORT, "TEC_MODE": "demo"}
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "demo"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = ""
            for line in process.stdout or ():
                said += line
                if "Ctrl-C" in line:
                    break
            address = re.search(r"http://\S+?(?=/\s)", said)
            staff = re.search(r"(\S+@\S+)\s+(\S+)\s", said)
            if address is None or staff is None:
                raise SystemExit(said)
            yield address[0], staff[1], staff[2]
        finally:
            process.terminate()
            process.wait()


def sign_in(page: Page, address: str, user: str, password: str) -> None:
    page.goto(f"{address}/beheer/")
    page.locator("[name=login]").fill(user)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.locator(".desk").wait_for()


def keep(page: Page, name: str, height: int) -> None:
    page.wait_for_load_state("networkidle")
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": SIZE["width"], "height": height})
    with Image.open(io.BytesIO(shot)) as picture:
        for quality in (80, 65, 50, 35):
            stored = io.BytesIO()
            picture.convert("RGB").save(stored, "WEBP", quality=quality, method=6)
            if stored.tell() <= MOST_BYTES:
                break
    (HERE / "beeld" / f"{name}.webp").write_bytes(stored.getvalue())
    sys.stdout.write(f"{name}: {stored.tell() // 1000} kB\n")


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)))
    with demo() as (address, user, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport=SIZE, locale="nl-NL").new_page()
        sign_in(page, address, user, password)
        for name, (where, height) in PICTURES.items():
            page.goto(address + where)
            keep(page, name, height)
        page.goto(f"{address}/beheer/schools/school/inlezen/")
        file = {"name": "vestigingen.csv", "mimeType": "text/csv", "buffer": SCHOOLS.encode()}
        page.locator("[name=files]").set_input_files(files=[file])
        page.locator("form.desk-form button[type=submit]").click()
        keep(page, "scholen-inlezen", 460)
        browser.close()


if __name__ == "__main__":
    main()
