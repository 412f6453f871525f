"""Files in DUO's formats, written by tests; every column can be given by its Dutch name."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

REAL_FILES = Path(settings.BASE_DIR).parent / "shared" / "data"
PRIMARY = "duo_po_vestigingen_2026-08.csv"
SECONDARY = "duo_vo_vestigingen_regio_2026-10.csv"
PUPILS = "duo_po_leerlingen_1996-2025.csv"

HAGENPOORT = {
    "PROVINCIE": "Overijssel",
    "BEVOEGD GEZAG NUMMER": "41853",
    "INSTELLINGSCODE": "14YP",
    "VESTIGINGSCODE": "14YP00",
    "VESTIGINGSNAAM": "OBS De  Hagenpoort",
    "STRAATNAAM": "Landsherenlaan",
    "HUISNUMMER-TOEVOEGING": "3",
    "POSTCODE": "7415 CD",
    "PLAATSNAAM": "DEVENTER",
    "GEMEENTENUMMER": "0150",
    "GEMEENTENAAM": "DEVENTER",
    "DENOMINATIE": "Openbaar",
    "TELEFOONNUMMER": " ",
    "INTERNETADRES": "www.hagenpoort.nl",
    "VAKANTIEREGIO": "Noord",
}
APELDOORN = {
    "PROVINCIE": "Gelderland",
    "PLAATSNAAM": "APELDOORN",
    "GEMEENTENUMMER": "0200",
    "GEMEENTENAAM": "APELDOORN",
    "VAKANTIEREGIO": "Midden",
}


def site(code: str, **values: str) -> dict[str, str]:
    """A line for a site in Deventer; `**APELDOORN` and the like put it elsewhere."""
    defaults = {
        "INSTELLINGSCODE": code[:4],
        "VESTIGINGSCODE": code,
        "VESTIGINGSNAAM": f"School {code}",
        "INTERNETADRES": " ",
    }
    return HAGENPOORT | defaults | values


def sites(count: int, first: int = 0, **values: str) -> list[dict[str, str]]:
    return [site(f"{10 + n // 100}AB{n % 100:02d}", **values) for n in range(first, first + count)]


def csv_text(rows: list[dict[str, Any]], *, delimiter: str = ";", quoted: bool = False) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(
        stream,
        list(rows[0]),
        delimiter=delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write(
    folder: Path,
    rows: list[dict[str, Any]],
    *,
    name: str = "sites.csv",
    encoding: str = "cp1252",
    **form: Any,
) -> Path:
    path = folder / name
    path.write_bytes(csv_text(rows, **form).encode(encoding))
    return path


def real_file(name: str) -> Path:
    path = REAL_FILES / name
    if not path.exists():
        pytest.skip(f"the real file {name} is not here (looked in {REAL_FILES})")
    return path
