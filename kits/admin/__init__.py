"""Lesson kits in the back office.

Loans change by the verbs of `kits/lifecycle.py` and `kits/handling.py` only, and what these
refuse is shown as a message; a box that is in somebody's hands goes over the kit desk.
"""

from kits.admin import document, events, kit, loan, repairs_and_charges, waiting

__all__ = ["document", "events", "kit", "loan", "repairs_and_charges", "waiting"]
