"""The events of a shift in words for staff."""

from django.utils.translation import gettext as _

from core.lifecycle import Role
from roster.models import ShiftEvent
from roster.refusals import OVERRULABLE


def sentence(event: ShiftEvent) -> str:
    if event.person is None:
        return ""
    by_staff = event.by_role == Role.STAFF
    words = {
        "accept": _("%(name)s takes it"),
        "assign": _("Given to %(name)s"),
        "drop": _("Taken off %(name)s") if by_staff else _("%(name)s drops out"),
        "follow": _("Moved along with the visit; %(name)s has been told")
        if event.notice
        else _("Moved along with the visit; %(name)s has not been told"),
        "readdress": _("At another address; %(name)s has been told")
        if event.notice
        else _("At another address; %(name)s has not been told"),
        "end": _("Not needed any more; %(name)s has been told"),
        "work": _("%(name)s was there"),
        "record": _("The hours of %(name)s are noted"),
        "miss": _("%(name)s did not come"),
    }
    text = words.get(event.move, "")
    return text % {"name": event.person.name} if text else ""


def overruled(event: ShiftEvent) -> list[str]:
    """What staff gave the shift in spite of."""
    names = event.data.get("overruled", [])
    return [str(OVERRULABLE[name].message) for name in names if name in OVERRULABLE]
