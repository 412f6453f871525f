"""What the dashboard of staff says of schools."""

from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from core.kinds import Matter, Part
from schools.models import School


class Schools(Part):
    name = "schools"

    def matters(self, user: Any) -> list[Matter]:
        if not user.has_perm("schools.change_school"):
            return []
        number = School.objects.open().filter(is_verified=False).count()
        text = ngettext(
            "%(number)d school was typed by a teacher: merge it with the listed one",
            "%(number)d schools were typed by teachers: merge them with the listed ones",
            number,
        )
        address = reverse("admin:schools_school_changelist", query={"is_verified__exact": "0"})
        return [Matter(text % {"number": number}, address)] if number else []
