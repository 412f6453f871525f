"""The groups of staff that the site comes with."""

from typing import Any

from django.core.management.base import BaseCommand

from tec_site.staff import roles


class Command(BaseCommand):
    help = "Make the four roles, or add what they lack; `migrate` does so by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        roles.load()
        names = ", ".join((roles.VOLUNTEER, roles.DESK, roles.MANAGEMENT, roles.READER))
        self.stdout.write(f"Roles: {names}.")
