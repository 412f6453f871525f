"""The table of a shift's states; that of its moves is in `roster/lifecycle.py`."""

from django.utils.translation import gettext_lazy as _

from core.lifecycle import Standing, StateTable


class ShiftState(StateTable):
    OPEN = "open", Standing(is_coming=True, colour="warning"), _("open")
    TAKEN = (
        "taken",
        Standing(holds=True, is_coming=True, is_promise=True, is_listed=True, colour="success"),
        _("filled"),
    )
    WORKED = "worked", Standing(holds=True, is_listed=True), _("worked")
    MISSED = (
        "missed",
        Standing(is_off=True, calendar="CANCELLED", colour="danger"),
        _("not come"),
    )
    ENDED = "ended", Standing(is_off=True, calendar="CANCELLED"), _("not needed")
