"""Numbers of hours and other amounts as they are shown."""

from decimal import Decimal

from django.utils.formats import number_format


def few_decimals(amount: float | Decimal | None) -> str:
    """An amount with the decimals that it needs, two at most: '9,5', '2,25', '10', '1.250'. So are
    all numbers of hours and of targets written; money has two always. Empty where there is none."""
    if amount is None:
        return ""
    text = f"{Decimal(str(amount)):.2f}".rstrip("0").rstrip(".")
    return number_format(Decimal(text), force_grouping=True)
