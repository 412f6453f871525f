"""`manage.py erase ADDRESS`: erase a person on her request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from core.lifecycle import Refused
from core.text.fields import validate_mail_address
from core.text.normal import mail_address
from submissions.privacy import erasure


class Command(BaseCommand):
    help = "Erase everything that leads back to whoever has this e-mail address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, and change nothing"
        )

    def handle(self, *args: Any, address: str, dry_run: bool, **options: Any) -> None:
        address = mail_address(address)
        try:
            validate_mail_address(address)  # nothing, or half an address, is in everybody's mail
        except ValidationError as error:
            raise CommandError(error.message) from None
        words = erasure.words_about(address)
        try:
            with transaction.atomic():
                done = erasure.erase_person(email=address)
                left = erasure.found_in(words)
                transaction.set_rollback(dry_run)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_("Would erase:") if dry_run else _("Erased:"))
        for name, number in sorted(done.items()):
            self.stdout.write(f"  {name}: {number}")
        if not done:
            self.stdout.write("  " + _("nothing"))
        if left:
            places = "".join(f"\n  {place}" for place in left)
            raise CommandError(_("Still found, look at it yourself:") + places)
