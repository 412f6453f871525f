"""For whom something is, and the words that differ with it: no text calls adults pupils.

Schools come with a *class*; everybody else comes as a *group* of an organisation
(`schools/models/organisation.py`).
"""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


class Audience(models.TextChoices):
    """Whom a programme is for, and the words for those who come."""

    SCHOOLS = "schools", gettext_lazy("schools")
    GROUPS = "groups", gettext_lazy("groups")

    @property
    def is_groups(self) -> bool:
        return self == Audience.GROUPS

    @property
    def asker(self) -> str:
        return _("Organisation") if self.is_groups else _("School")

    @property
    def party(self) -> str:
        return _("Group") if self.is_groups else _("Class")

    @property
    def division(self) -> str:
        return _("Kind of group") if self.is_groups else _("Year group")

    @property
    def people(self) -> str:
        return _("Participants") if self.is_groups else _("Pupils")

    @property
    def before(self) -> str:
        if self.is_groups:
            return _("Before: the preparation")
        return _("Before: the preparation in class")

    @property
    def afterwards(self) -> str:
        return _("Afterwards: go on with it") if self.is_groups else _("Afterwards: go on in class")

    def parties(self, number: int) -> str:
        """'1 klas', '2 klassen' or '2 groepen'."""
        if self.is_groups:
            text = ngettext("%(number)d group", "%(number)d groups", number)
        else:
            text = ngettext("%(number)d class", "%(number)d classes", number)
        return text % {"number": number}

    def heads(self, number: int) -> str:
        """'24 leerlingen' or '24 deelnemers'."""
        if self.is_groups:
            text = ngettext("%(number)d participant", "%(number)d participants", number)
        else:
            text = ngettext("%(number)d pupil", "%(number)d pupils", number)
        return text % {"number": number}

    def room_for(self, number: int) -> str:
        """What is free: 'plek voor 1 klas' or 'plek voor 2 groepen'."""
        if self.is_groups:
            text = ngettext("room for %(number)d group", "room for %(number)d groups", number)
        else:
            text = ngettext("room for %(number)d class", "room for %(number)d classes", number)
        return text % {"number": number}

    # --- When it does not fit ---------------------------------------------------------------

    def only_room_for(self, number: int) -> str:
        """Says a date has room for fewer classes or groups than asked for."""
        if self.is_groups:
            text = ngettext(
                "This date has room for %(number)d group only.",
                "This date has room for %(number)d groups only.",
                number,
            )
        else:
            text = ngettext(
                "This date has room for %(number)d class only.",
                "This date has room for %(number)d classes only.",
                number,
            )
        return text % {"number": number}

    def only_room_for_heads(self, number: int) -> str:
        """Says a date has room for fewer pupils or participants than asked for."""
        if self.is_groups:
            text = ngettext(
                "This date has room for %(number)d participant only.",
                "This date has room for %(number)d participants only.",
                number,
            )
        else:
            text = ngettext(
                "This date has room for %(number)d pupil only.",
                "This date has room for %(number)d pupils only.",
                number,
            )
        return text % {"number": number}

    def at_most_each(self, number: int) -> str:
        if self.is_groups:
            text = ngettext(
                "At most %(number)d participant per group.",
                "At most %(number)d participants per group.",
                number,
            )
        else:
            text = ngettext(
                "At most %(number)d pupil per class.",
                "At most %(number)d pupils per class.",
                number,
            )
        return text % {"number": number}

    def at_least_each(self, number: int) -> str:
        if self.is_groups:
            text = ngettext(
                "At least %(number)d participant per group.",
                "At least %(number)d participants per group.",
                number,
            )
        else:
            text = ngettext(
                "At least %(number)d pupil per class.",
                "At least %(number)d pupils per class.",
                number,
            )
        return text % {"number": number}
