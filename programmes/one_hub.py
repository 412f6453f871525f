"""What goes together is of one hub: a venue with its programmes, zones and boxes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from programmes.models import Venue


class OneHubForm(forms.ModelForm):
    """A row with a venue, which stays in its hub once it is saved, and in `together` the names of
    fields whose rows have a venue of the same hub."""

    together: tuple[str, ...] = ()

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        before: Venue | None = self.instance.venue if self.instance.pk else None
        venue = data.get("venue") or before
        if venue is None:
            return data
        if before is not None and before.hub_id != venue.hub_id:
            self.add_error("venue", _("Another hub’s venue. What is there stays with its hub."))
        for name in self.together:
            others = [row for row in data.get(name) or () if row.venue.hub_id != venue.hub_id]
            if others:
                names = ", ".join(str(row) for row in others)
                self.add_error(name, _("Not of this venue’s hub: %(names)s.") % {"names": names})
        return data
