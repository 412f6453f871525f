"""The roles that the site comes with: groups of staff and what each may do.

Each `manage.py migrate` makes them and adds what is missing to those that exist
(`tec_site/apps.py`; `manage.py roles` does only that): what staff took from one comes back, what
they gave it themselves stays. A superuser may do everything.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from core.kinds import kinds

_LOOK_AT_VISITS = ["bookings.view_booking", "bookings.view_visit"]
# A volunteer at the kit desk hands out, takes back and counts.
_HANDLE_BOXES = [
    "kits.view_loan",
    "kits.change_loan",
    "kits.view_finding",
    "kits.view_kitcopy",
    "kits.change_shortage",
]
_LOOK_AT_ROSTER = ["roster.view_shift"]
_DESK = [
    *_LOOK_AT_VISITS,
    *_LOOK_AT_ROSTER,
    *_HANDLE_BOXES,
    "kits.add_loan",
    "kits.view_loanwait",
    "kits.add_loanwait",
    "kits.change_loanwait",
    "kits.view_loanwaitevent",
    "kits.add_repair",
    "kits.change_kitcopy",
    "kits.view_lessonkit",
    "bookings.add_booking",
    "bookings.change_booking",
    "bookings.view_bookingevent",
    "bookings.view_visitwait",
    "bookings.add_visitwait",
    "bookings.change_visitwait",
    "bookings.view_visitwaitevent",
    "bookings.change_visit",
    "bookings.view_visitslot",
    "bookings.change_visitslot",
    "programmes.view_closure",
    "submissions.view_submission",
    "submissions.change_submission",
    "schools.view_school",
    "schools.change_school",
    "schools.view_classgroup",
    "schools.change_classgroup",
    "schools.view_organisation",
    "schools.change_organisation",
    "schools.view_schoolboard",
    "schools.view_schoolholiday",
    "programmes.view_programme",
    "programmes.view_venue",
    "roster.change_shift",
    "roster.view_shiftevent",
    "roster.view_person",
    "roster.add_person",
    "roster.change_person",
    "roster.view_availability",
    "roster.add_availability",
    "roster.change_availability",
    "roster.delete_availability",
    "roster.view_otherdays",
    "roster.add_otherdays",
    "roster.change_otherdays",
    "roster.delete_otherdays",
    "impact.view_evaluation",
    "impact.view_figures",
    "impact.view_schoolcontact",
    "impact.add_schoolcontact",
    "core.view_mail",
    "core.change_mail",
    "core.view_task",
    "core.change_task",
]
# Of a funder or a board: numbers, and no name of anybody.
_READ = ["impact.view_figures"]
# Besides that of every kind.
_EVERYTHING_OF = ("programmes", "schools", "submissions")

VOLUNTEER, DESK, MANAGEMENT, READER = "Vrijwilliger", "Balie", "Beheer", "Lezer"


def load() -> None:
    """Make the roles, or add what they lack."""
    _give(
        VOLUNTEER,
        Permission.objects.filter(_named([*_LOOK_AT_VISITS, *_HANDLE_BOXES, *_LOOK_AT_ROSTER])),
    )
    _give(READER, Permission.objects.filter(_named(_READ)))
    _give(DESK, Permission.objects.filter(_named(_DESK)))
    apps = [*_EVERYTHING_OF, *{kind.model._meta.app_label for kind in kinds()}]
    everything = Q(content_type__app_label__in=apps) & ~Q(codename__startswith="delete_")
    everything &= ~Q(codename="add_hub")  # whose staff she would not be
    besides = _named(
        [
            "programmes.delete_closure",
            "schools.delete_schoolholiday",
            "tec_site.view_signin",
            "tec_site.view_export",
            "tec_site.view_statement",
            "tec_site.change_statement",
            # A colleague's lost telephone; never of somebody who may do more.
            "mfa.view_authenticator",
            "mfa.delete_authenticator",
        ]
    )
    _give(MANAGEMENT, Permission.objects.filter(everything | besides | _named(_DESK)))


def _named(labels: list[str]) -> Q:
    found = Q(pk=None)
    for label in labels:
        app, codename = label.split(".")
        found |= Q(content_type__app_label=app, codename=codename)
    return found


def _give(name: str, permissions: Iterable[Permission]) -> None:
    group, _created = Group.objects.get_or_create(name=name)
    group.permissions.add(*permissions)
