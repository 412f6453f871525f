"""A colleague with whom a submission is shared, or to whom it is handed over, and its history."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Event, Standing, StateTable, unnoticed
from core.text.fields import LineColumn, MailAddressColumn, TelephoneColumn
from programmes.models import OfHubs
from submissions.models.submission import Submission


class CompanionState(StateTable):
    """The table of a companion's states; the moves stand in `submissions/sharing/lifecycle.py`."""

    INVITED = "invited", Standing(is_coming=True, colour="info"), _("invited")
    ACCEPTED = (
        "accepted",
        Standing(is_coming=True, is_promise=True, colour="success"),
        _("takes part"),
    )
    LEFT = (
        "left",
        Standing(is_off=True, sentence=_("You no longer take part in this.")),
        _("left"),
    )
    WITHDRAWN = (
        "withdrawn",
        Standing(is_off=True, sentence=_("This invitation was withdrawn.")),
        _("withdrawn"),
    )
    TOOK_OVER = "took_over", Standing(is_listed=True, colour="success"), _("took over")


class CompanionQuerySet(OfHubs["Companion"]):
    def accepted(self) -> Self:
        """Those who see it and hear of it."""
        return self.filter(state__in=CompanionState.where(is_promise=True))

    def alive(self) -> Self:
        """Invited or accepted."""
        return self.filter(state__in=CompanionState.where(is_coming=True))


class Companion(models.Model):
    hub_lookup = "submission__hub"
    states = CompanionState

    # Of all that one invitation shares: one mail, one link, one yes.
    invitation = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    submission = models.ForeignKey(
        Submission,
        on_delete=models.CASCADE,
        related_name="companions",
        verbose_name=_("submission"),
    )
    # Which of its rows, where it is not all: 'booking' and its key, of a kind this app need not
    # know. Rows are never deleted.
    row_of = models.CharField(max_length=20, blank=True, editable=False)
    row = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    email = MailAddressColumn(_("e-mail address"), db_index=True, blank=True)
    name = LineColumn(_("name"), max_length=120, blank=True)
    phone = TelephoneColumn(_("telephone"), max_length=30, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="companions",
        verbose_name=_("colleague"),
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("of"),
    )
    takes_over = models.BooleanField(_("takes over"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=CompanionState, editable=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    # Raised to end the links in her mails.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    of = ""  # for a page: the name of the class that is shared, where it is not everything

    objects = CompanionQuerySet.as_manager()

    class Meta:
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(row_of="", row=None) | (~Q(row_of="") & Q(row__isnull=False)),
                name="companion_of_row_or_all",
            ),
            # A row of all has the key 0 here: NULLs are all different.
            models.UniqueConstraint(
                "submission",
                "email",
                "takes_over",
                "row_of",
                Coalesce("row", 0),
                condition=Q(state__in=CompanionState.where(is_coming=True)) & ~Q(email=""),
                name="companion_once",
                violation_error_message=_("This colleague is invited already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.email or '…'}, {self.submission}"

    # --- What the lifecycle asks ---------------------------------------------------------------

    def places(self) -> None:
        """A companion holds no place."""

    def touched(self, changed: Any) -> dict[str, Any]:
        return {}

    # --- Questions -----------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        return CompanionState(self.state).standing

    def has(self, row: Any) -> bool:
        """Whether this row of the submission is hers too."""
        return self.row is None or (self.row_of, self.row) == (row._meta.model_name, row.pk)


class CompanionEvent(Event):
    hub_lookup = "companion__submission__hub"

    companion = models.ForeignKey(
        Companion, on_delete=models.CASCADE, related_name="events", verbose_name=_("colleague")
    )

    objects = OfHubs["CompanionEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("colleague event")
        verbose_name_plural = _("colleague events")
        indexes = [unnoticed("companion")]
