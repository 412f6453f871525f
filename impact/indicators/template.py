"""The nineteen yearly figures of a hub in the region, with which its indicators can be set up.

Names and units as their reports of 2020 to 2024 have them. What bookings know is computed. Some
of these are of one activity (a festival, say): they have no number before staff choose of which
programmes. The rest is entered by hand.
"""

from typing import NamedTuple

from django.db import transaction

from impact.counting.scope import ProgrammeLine
from impact.models import Indicator
from programmes.models import Hub

SECONDARY, CHOSEN = ProgrammeLine.SECONDARY.value, True


class Row(NamedTuple):
    name: str
    unit: str
    figure: str = ""
    line: str = ""
    of_programmes: bool = False


# fmt: off
YEARLY = (
    Row("Leden en partners",                             "aantal"),
    Row("Programma’s en activiteiten",                   "aantal",     "visits"),
    Row("Pilots",                                        "aantal"),
    Row("Evenementen",                                   "aantal"),
    Row("Unieke bezoekers events en activiteiten",       "personen"),
    Row("Terugkerende bezoekers",                        "klassen",    "returning-classes"),
    Row("Vrijwilligers",                                 "personen",   "volunteers"),
    Row("Ruimtes in gebruik",                            "procent",    "zone-use"),
    Row("Techhubs en labs",                              "aantal"),
    Row("Bedrijven actief bij activiteiten",             "aantal"),
    Row("Vakmensen die praktijkopleidingen volgen",      "personen"),
    Row("Levensechte opdrachten",                        "aantal"),
    Row("Leerwerkplekken",                               "aantal"),
    Row("Technodiscovery (PO, VMBO)",                    "leerlingen", "pupils", "", CHOSEN),
    Row("Techniekfestival (PO en VMBO)",                 "leerlingen", "pupils", "", CHOSEN),
    Row("Techniek Tastbaar (loopbaanoriëntatie VO)",     "leerlingen", "pupils", "", CHOSEN),
    Row("Havo-, vwo- en gymnasiumscholieren",            "leerlingen", "pupils", SECONDARY, CHOSEN),
    Row("Mbo-studenten (wekelijks)",                     "personen"),
    Row("Hbo en wo (stages, opdrachten)",                "personen"),
)
# fmt: on


@transaction.atomic
def set_up(hub: Hub) -> int:
    """Make those that the hub has not; what it has stays as it is. Returns how many.

    One of another name is known by its place, unit, figure and line; but not before the first
    time, when all that the hub has is its own.
    """
    Hub.objects.select_for_update().get(pk=hub.pk)
    here = Indicator.objects.filter(hub=hub)
    names, yearly = set(here.values_list("name", flat=True)), {row.name for row in YEARLY}
    others = here.exclude(name__in=yearly) if names & yearly else here.none()
    renamed = set(others.values_list("position", "unit", "figure", "line"))
    new = [
        Indicator(hub=hub, position=number, **row._asdict())
        for number, row in enumerate(YEARLY, start=1)
        if row.name not in names and (number, row.unit, row.figure, row.line) not in renamed
    ]
    Indicator.objects.bulk_create(new)
    return len(new)
