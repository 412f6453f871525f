"""A report for a funder or a school board: a draft, until it is sent and never changes again."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from core.text.fields import LineColumn, ParagraphsColumn
from impact.models.funding import FundingSource
from programmes.models import Hub, OfHubs
from schools.models import SchoolBoard


class ReportQuerySet(OfHubs["Report"]):
    def counting(self, booking: Booking) -> list[str]:
        """The titles of reports that were sent and in which the visit of a booking counts."""
        day = booking.school_day
        of_board = Q(board=None) | Q(board__schools=booking.submission.school_id)
        paid = "source__shares__division__"
        of_source = Q(source=None) | Q(
            **{f"{paid}programme": booking.visit.programme_id},
            **{f"{paid}first__lte": day, f"{paid}last__gte": day},
        )
        rows = self.filter(
            of_board,
            of_source,
            hub=booking.submission.hub_id,
            first__lte=day,
            last__gte=day,
            sent_at__isnull=False,
        )
        return list(rows.order_by("sent_at", "pk").values_list("title", flat=True).distinct())


class Report(models.Model):
    """`facts`, `pdf` and `xlsx` are what was sent, to the byte; a draft has none of them, and is
    made anew of present rows whenever somebody looks."""

    hub_lookup = "hub"

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="reports", verbose_name=_("hub")
    )
    title = LineColumn(_("title"), max_length=120)
    funder = models.ForeignKey(
        FundingSource,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports_to",
        verbose_name=_("funder"),
        help_text=_("Its targets stand in it, besides those of our own."),
    )
    board = models.ForeignKey(
        SchoolBoard,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("school board"),
        help_text=_("Only of the schools of this board. Empty: of all schools."),
    )
    source = models.ForeignKey(
        FundingSource,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("funding source"),
        help_text=_("Only of visits that this source helps pay. Empty: of all."),
    )
    first = models.DateField(_("from"))
    last = models.DateField(_("up to and including"))
    introduction = ParagraphsColumn(
        _("introduction"),
        max_length=3000,
        blank=True,
        help_text=_("No names of persons: a report that was sent cannot be changed."),
    )
    unknown = ParagraphsColumn(
        _("what is not known"),
        max_length=2000,
        blank=True,
        help_text=_("Besides what the figures themselves say of it."),
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sent by"),
    )
    facts = models.JSONField(null=True, editable=False)
    pdf = models.BinaryField(null=True)
    xlsx = models.BinaryField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-last", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="report_ends_after_its_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, facts__isnull=True, pdf=None, xlsx=None)
                | Q(
                    sent_at__isnull=False,
                    facts__isnull=False,
                    pdf__isnull=False,
                    xlsx__isnull=False,
                ),
                name="report_sent_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.first:%d-%m-%Y} – {self.last:%d-%m-%Y})"

    def clean(self) -> None:
        for name in ("funder", "source"):
            source = getattr(self, name)
            if source and self.hub_id and source.hub_id != self.hub_id:
                raise ValidationError({name: _("This source is of another hub.")})

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None
