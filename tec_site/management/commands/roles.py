"""The groups of staff that the site comes with."""

from typing import Any

from django.core.management.base import BaseCommand

from tec_site.staff import roles


class Command(BaseCommand):
    help = "Make the roles Vrijwilliger, Balie and Beheer, or add what they lack."

    def handle(self, *args: Any, **options: Any) -> None:
        roles.load()
        names = ", ".join((roles.VOLUNTEER, roles.DESK, roles.MANAGEMENT))
        self.stdout.write(f"Roles: {names}.")
