"""A loan of a lesson kit, as the rest of the site deals with it."""

from datetime import timedelta

from core.kinds import Kind
from core.uploads import delete_orphans
from kits import clock
from kits.models import Finding


class LoanKind(Kind):
    name = "loans"
    jobs = {
        "lapse": timedelta(seconds=5),
        "remind": timedelta(minutes=1),
        "delete_photos": timedelta(hours=1),
    }

    def lapse(self) -> None:
        clock.lapse_expired()

    def remind(self) -> None:
        clock.remind_due()

    def delete_photos(self) -> None:
        delete_orphans(Finding, "photo", folder="kits/photos")
