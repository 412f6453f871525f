"""What every kind of thing that a submission asks for has in common."""

import datetime
from collections.abc import Mapping
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Standing, StateTable
from core.text.fields import LineColumn
from core.text.searching import Among, Folded, KeepsFolded, KeyColumn
from programmes.models import OfHubs
from schools.audience import Audience
from schools.models import ClassGroup, GroupKind, Organisation, User
from schools.models.class_group import NAME_LENGTH
from schools.years import FIRST_SECONDARY_YEAR, Level, YearGroup, describe_year_groups
from submissions.models.companion import Companion
from submissions.models.submission import Submission

# How every table of states calls what nobody confirmed yet.
HELD = "held"
# And what is offered to who waited for it, until its deadline.
OFFERED = "offered"


class AskedQuerySet[T: "Asked"](KeepsFolded, OfHubs[T]):
    """Questions about the rows of any kind, by its table of states."""

    model: type[T]

    def where(self, **meaning: object) -> Self:
        """Rows whose state has all this (`Standing`)."""
        return self.filter(state__in=self.model.states.where(**meaning))

    def holding(self) -> Self:
        return self.where(holds=True)

    def promised(self) -> Self:
        return self.where(is_promise=True)

    def expired(self) -> Self:
        """Holds whose time is up, whether or not a worker has lapsed them."""
        return self.filter(state=HELD, held_until__lte=timezone.now())

    def live(self) -> Self:
        """What really keeps others away: holding, and not a hold whose time is up."""
        return self.holding().exclude(state=HELD, held_until__lte=timezone.now())

    def with_facts(self) -> Self:
        """All that a page, a mail or a calendar says about such a row, in one query."""
        return self.select_related("submission")

    def locked(self) -> Self:
        """These rows with their facts, which nobody else changes in this transaction.

        Two queries: a row that changed while PostgreSQL waited for its lock is joined with what it
        pointed to before, and is not found, or stands without it (as in `lock_row`).
        """
        rows = self.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
        return type(self)(self.model).filter(pk__in=list(rows)).with_facts().order_by("pk")

    def visible_to(self, user: User | int) -> Self:
        """What she asked for, and what a colleague shares with her; `user` or her key."""
        shared = Companion.objects.accepted().filter(user=user)
        whole = shared.filter(row=None).values("submission")
        rows = shared.filter(row_of=self.model._meta.model_name).values("row")
        own = Submission.objects.filter(user=user).values("pk")
        return self.filter(
            Among("submission", own) | Among("submission", whole) | Among("pk", rows)
        )

    def seen_in(self, submission: Submission) -> Self:
        """Rows of a submission that its reader may see (`Submission.seen_as`), in order."""
        rows = self.filter(submission=submission).order_by("pk")
        if submission.shows_all:
            return rows
        of = self.model._meta.model_name
        return rows.filter(pk__in=[one.row for one in submission.seen_as if one.row_of == of])

    def of_classes(self) -> Self:
        """Without groups that are no class."""
        return self.filter(group_kind="")


class Asked(Folded):
    """One thing asked for, for one party: a class of the submission's school, or a group of its
    organisation.

    A kind adds the fields `state` and `attention`, whose choices are its own, and the table of
    its states. `state` is written by the kind's `Lifecycle` only.
    """

    hub_lookup = "submission__hub"
    states: type[StateTable]
    state: Any
    attention: Any  # a code of why staff must look at it, or ''

    submission = models.ForeignKey(
        Submission,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("submission"),
    )
    party_name = LineColumn(_("class or group"), max_length=NAME_LENGTH)
    # The name as it is compared and searched.
    party_key = KeyColumn("party_name")
    # Of a class: its year groups and, once the code is typed, the class itself.
    year_from = models.PositiveSmallIntegerField(
        _("year group from"), choices=YearGroup, null=True, blank=True
    )
    year_to = models.PositiveSmallIntegerField(
        _("year group to"), choices=YearGroup, null=True, blank=True
    )
    # Asked of secondary classes, who need not say.
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    class_group = models.ForeignKey(
        ClassGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("class"),
    )
    # Of a group: its kind and, once the code is typed, whose it is. As of a class it stands
    # here, so that the database can refuse the same group twice.
    group_kind = models.CharField(_("kind of group"), max_length=10, choices=GroupKind, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("organisation"),
    )
    pupils = models.PositiveSmallIntegerField(_("pupils"), validators=[MinValueValidator(1)])
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    # RFC 5545 section 3.8.7.4: rises with every change of time, place or state.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    # The calendar's DTSTAMP and LAST-MODIFIED: when it last changed, not when asked.
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(pupils__gte=1),
                name="%(class)s_has_pupils",
                violation_error_message=_("There is at least one pupil."),
            ),
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="%(class)s_year_range",
                violation_error_message=_("The highest year group comes before the lowest."),
            ),
            models.CheckConstraint(
                condition=Q(level="") | Q(year_to__isnull=False, year_to__gte=FIRST_SECONDARY_YEAR),
                name="%(class)s_level_is_secondary",
                violation_error_message=_("Only a class of a secondary school has a level."),
            ),
            models.CheckConstraint(
                condition=Q(
                    group_kind="",
                    year_from__isnull=False,
                    year_to__isnull=False,
                    organisation=None,
                )
                | (~Q(group_kind="") & Q(year_from=None, year_to=None, class_group=None)),
                name="%(class)s_of_class_or_group",
                violation_error_message=_(
                    "A class has year groups; a group that is no class has a kind."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[HELD, OFFERED], held_until__isnull=False)
                | (~Q(state__in=[HELD, OFFERED]) & Q(held_until=None)),
                name="%(class)s_held_until_while_held",
            ),
        ]

    # --- What the lifecycle asks ---------------------------------------------------------------

    def touched(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Every change is a new revision for calendars, and dates it (see `changed_at`)."""
        if not changed:
            return {}
        return {"sequence": self.sequence + 1, "changed_at": timezone.now()}

    # --- Questions -----------------------------------------------------------------------------

    @property
    def standing(self) -> Any:
        """What its state means: the `Standing` of its row in the table of states.

        Before its first move it has no state, and holds nothing.
        """
        return self.states(self.state).standing if self.state else Standing(is_off=True)

    @property
    def is_holding(self) -> bool:
        return self.standing.holds

    @property
    def is_certain(self) -> bool:
        return self.standing.is_coming and self.standing.is_promise

    @property
    def is_undecided(self) -> bool:
        """Whether it was asked for and nobody has decided about it."""
        return self.standing.is_coming and not self.standing.is_promise

    @property
    def is_in_time(self) -> bool:
        """Whether its deadline has not passed: nobody else can take what is held, or offered."""
        return self.held_until is not None and self.held_until > timezone.now()

    @property
    def may_be_described(self) -> bool:
        """Whether its teacher may still change what she told us: names, numbers to call."""
        return self.standing.is_coming

    @property
    def audience(self) -> Audience:
        """For whom it is, and in which words to speak of them."""
        return Audience.GROUPS if self.group_kind else Audience.SCHOOLS

    @property
    def year_groups(self) -> str:
        """Its year groups, or the kind of a group: 'groep 7', 'leerjaar 1 havo/vwo', 'bedrijf'."""
        if self.year_from is None or self.year_to is None:
            return str(GroupKind(self.group_kind).label)
        groups = describe_year_groups(self.year_from, self.year_to)
        return f"{groups} {Level(self.level).label}" if self.level else groups

    @property
    def may_have_level(self) -> bool:
        """Whether it is for a class of a secondary school."""
        return self.year_to is not None and self.year_to >= FIRST_SECONDARY_YEAR

    @property
    def headcount(self) -> str:
        """'24 leerlingen' or '24 deelnemers'."""
        return self.audience.heads(self.pupils)

    @property
    def school_day(self) -> datetime.date:
        """The day by which its school year is counted."""
        raise NotImplementedError

    @property
    def occasion(self) -> Any:
        """In what it takes part: no two parties of a submission have the same name there."""
        return self.school_day
