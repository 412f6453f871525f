"""What tests of the kit desk do: a loan of this Monday, a step with its counts."""

import datetime
import re

from django.urls import reverse

from kits.models import Loan, LoanEvent
from tests.factories import amsterdam, make_loan

MONDAY = datetime.date(2026, 11, 2)
NOW = amsterdam(2026, 11, 2, 9)
PAGES = ["home", "lists", "round", "shopping", "stock", "labels", "use"]


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def make_outing(**fields) -> Loan:
    """A loan that starts this Monday, unless said otherwise."""
    return make_loan(**{"starts_on": MONDAY, "ends_on": november(9)} | fields)


def address(loan_or_copy) -> str:
    copy = getattr(loan_or_copy, "copy", loan_or_copy)
    return reverse("desk:box", args=[copy.code])


def counts(loan: Loan, robots=(0, 0), batteries=0) -> dict[str, int]:
    """What the list says: robots missing and damaged, batteries used up."""
    items = {item.name: item.pk for item in loan.kit.contents.all()}
    return {
        f"missing_{items['Robot']}": robots[0],
        f"damaged_{items['Robot']}": robots[1],
        f"missing_{items['Batterij']}": batteries,
    }


def do(client, loan: Loan, step: str, whole: str = "1", **fields):
    data = {"do": step, "loan": loan.pk, "whole": whole} | fields
    if step in ("hand_out", "receive", "check"):
        data = counts(loan) | data
    response = client.post(address(loan), data)
    loan.refresh_from_db()
    return response


def text_of(response) -> str:
    found = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(found.split())


def last_of(loan: Loan) -> LoanEvent:
    return loan.events.last()
