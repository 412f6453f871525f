"""What the demo contains. Each module has a `load()` that adds what is not there yet.

Everything is an example: fictional schools, people and dates.
"""

from tec_site.demo import (
    around,
    colleagues,
    evaluations,
    figures,
    kits,
    loans,
    offer,
    people,
    roster,
    schools,
    season,
    second_hub,
    visits,
    waiting,
)


def load() -> None:
    """Fill an empty site; in a filled one change nothing."""
    people.load()
    offer.load()
    season.load()
    schools.load()
    visits.load()
    waiting.load()
    kits.load()
    loans.load()
    around.load()
    second_hub.load()
    roster.load()
    evaluations.load()
    figures.load()
    colleagues.load()
