"""What was counted in a box, what was found missing or broken, and what that costs."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kits.models.kit import ContentItem, KitCopy
from kits.models.loan import Loan, LoanEvent
from programmes.models import OfHubs


class ItemCount(models.Model):
    """One line of the tick list, at hand-out or at return."""

    class Stage(models.TextChoices):
        OUT = "out", _("at hand-out")
        BACK = "back", _("at return")

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="counts")
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="counts")
    stage = models.CharField(max_length=4, choices=Stage)
    # In the box and in order.
    present = models.PositiveSmallIntegerField(_("present"))
    damaged = models.PositiveSmallIntegerField(_("damaged"), default=0)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            models.UniqueConstraint(fields=["loan", "item", "stage"], name="item_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.present}"


# The moves of a loan with which all that is in its box is counted.
COUNTING = ("hand_out", "check", "write_off")


class ShortageQuerySet(OfHubs["Shortage"]):
    def refilled_last(self) -> Self:
        """Put right, and the box was not counted since: what a count found is true."""
        counts = LoanEvent.objects.filter(
            loan__copy=OuterRef("copy"), move__in=COUNTING, at__gte=OuterRef("closed_at")
        )
        again = Shortage.objects.filter(
            copy=OuterRef("copy"), item=OuterRef("item"), closed_at=None
        )
        return self.exclude(closed_at=None).exclude(Exists(counts)).exclude(Exists(again))


class Shortage(models.Model):
    """What a copy lacks now; closed when it is put right. One open line per item."""

    hub_lookup = "copy__kit__venue__hub"

    copy = models.ForeignKey(KitCopy, on_delete=models.CASCADE, related_name="shortages")
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="shortages")
    loan = models.ForeignKey(
        Loan, on_delete=models.SET_NULL, null=True, blank=True, related_name="shortages"
    )
    missing = models.PositiveSmallIntegerField(_("missing"), default=0)
    damaged = models.PositiveSmallIntegerField(_("damaged"), default=0)
    since = models.DateTimeField(_("since"), default=timezone.now)
    closed_at = models.DateTimeField(_("put right at"), null=True, blank=True)

    objects = ShortageQuerySet.as_manager()

    class Meta:
        verbose_name = _("shortage")
        verbose_name_plural = _("shortages")
        ordering = ["closed_at", "copy", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["copy", "item"],
                condition=Q(closed_at=None),
                name="shortage_open_once",
            ),
            models.CheckConstraint(
                condition=Q(missing__gt=0) | Q(damaged__gt=0), name="shortage_is_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copy}: {self.item}"


def photo_path(finding: "Finding", filename: str) -> str:
    """A name that cannot be guessed, whatever the file was called."""
    return f"kits/photos/{secrets.token_urlsafe(24)}"


class Finding(models.Model):
    """Something missing or broken, told by the school or seen at the desk; perhaps a photo."""

    hub_lookup = "loan__submission__hub"

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="findings")
    item = models.ForeignKey(
        ContentItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="findings"
    )
    text = models.TextField(_("what is the matter?"), max_length=1000)
    photo = models.FileField(_("photo"), upload_to=photo_path, blank=True, max_length=200)
    by_staff = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = OfHubs["Finding"].as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.text[:60]


class ChargeLine(models.Model):
    """What a school might pay for lost or broken parts: proposed, then decided by staff."""

    hub_lookup = "loan__submission__hub"

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        CHARGED = "charged", _("charged")
        WAIVED = "waived", _("waived")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="charges")
    item = models.ForeignKey(ContentItem, on_delete=models.PROTECT, related_name="charges")
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    amount = models.DecimalField(_("amount (euro)"), max_digits=8, decimal_places=2)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = OfHubs["ChargeLine"].as_manager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "item"], name="charge_once_per_item")
        ]

    def __str__(self) -> str:
        return f"{self.item} × {self.quantity}: € {self.amount}"
