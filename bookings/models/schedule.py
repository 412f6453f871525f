"""When the centre is open for visits: patterns, and the slots made of them. Days on which it is
closed are `programmes/models/closure.py`."""

import datetime
from collections.abc import Sequence
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.constraints import NotesChanges
from core.dates import Weekday, from_to, time_between
from core.text.searching import rows_with
from core.text.typed_days import terms
from programmes.models import Closure, OfHubs, Programme, Venue

# Of a season: a slip of the keyboard beyond, rather than a plan.
LONGEST_SEASON = datetime.timedelta(days=2 * 366)


class SchedulePattern(models.Model):
    """'Every Tuesday morning from September to June': slots are made of it for a season."""

    hub_lookup = "venue__hub"

    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="patterns", verbose_name=_("venue")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    season_from = models.DateField(_("season from"))
    season_to = models.DateField(_("season up to and including"), help_text=_("Inclusive."))
    programmes = models.ManyToManyField(
        Programme, related_name="patterns", verbose_name=_("programmes")
    )
    max_groups = models.PositiveSmallIntegerField(
        _("classes at once"), default=1, validators=[MinValueValidator(1)]
    )
    max_pupils = models.PositiveSmallIntegerField(
        _("pupils at once"), default=35, validators=[MinValueValidator(1)]
    )
    public_from = models.DateField(
        _("published from"),
        null=True,
        blank=True,
        help_text=_(
            "Until that day only staff see its slots, and book in them. Empty: everybody at once."
        ),
    )
    # The pattern of an earlier season of which it is the copy.
    continues = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="continued_by",
    )

    objects = OfHubs["SchedulePattern"].as_manager()

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["venue", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="pattern_ends_after_start",
                violation_error_message=_("The end comes before the start."),
            ),
            models.CheckConstraint(
                condition=Q(season_to__gte=F("season_from")),
                name="pattern_season_ends_after_start",
                violation_error_message=_("The season ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["continues", "season_from"],
                name="pattern_continued_once_a_season",
                violation_error_message=_("This pattern was copied to that season already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {from_to(self.starts_at, self.ends_at)}"

    def clean(self) -> None:
        first, last = self.season_from, self.season_to
        if first and last and last - first > LONGEST_SEASON:
            raise ValidationError({"season_to": _("A season is two years at most.")})


def public(slot: str = "") -> Q:
    """Slots that everybody may see by now: those that no pattern keeps for later. `slot` is the way
    to them ('visitslot__')."""
    day = f"{slot}pattern__public_from"
    return Q(**{day: None}) | Q(**{f"{day}__lte": timezone.localdate()})


def closures_of(slot: str = "") -> models.QuerySet[Closure]:
    """For a subquery: the closures of a slot's venue on its day. `slot` is the way to it
    ('visitslot__'); the query around has its `day` (Amsterdam)."""
    return Closure.objects.filter(
        venue=models.OuterRef(f"{slot}venue"),
        starts_on__lte=models.OuterRef("day"),
        ends_on__gte=models.OuterRef("day"),
    )


def shut(slot: str = "", *, until_public: bool = True) -> models.Case:
    """Whether a slot is closed by hand or by a closure of its venue, or (`until_public`) not public
    yet, to annotate with. `slot` and `day`: as of `closures_of`.
    """
    cases = [models.When(**{f"{slot}is_closed": True}, then=models.Value(True))]
    if until_public:
        cases.append(models.When(~public(slot), then=models.Value(True)))
    return models.Case(*cases, default=models.Exists(closures_of(slot)))


class VisitSlotQuerySet(OfHubs["VisitSlot"]):
    def open(self) -> Self:
        """Neither closed by hand, nor by a closure of the venue, and public by now."""
        return self.alias(day=models.functions.TruncDate("starts_at")).exclude(shut())

    def upcoming(self) -> Self:
        return self.filter(starts_at__gt=timezone.now())

    def matching(self, text: str) -> Self:
        """Slots on the days, and with the programmes, venue or note, that `text` names."""
        found = self
        for term in terms(text):
            fits = term.on("starts_at")
            if not term.is_digits:
                fits |= _all_of(term.words)
            # Looked up apart: a slot has several programmes and is to be found once.
            found = found.filter(pk__in=VisitSlot.objects.filter(fits).order_by().values("pk"))
        return found

    def with_room_for(self, programme: Programme) -> Self:
        """Half days for which a programme is planned, and that are long enough for it."""
        longest = F("ends_at") - programme.length
        return self.filter(programmes=programme, starts_at__lte=longest)


def _all_of(words: Sequence[str]) -> Q:
    fits = Q()
    for word in words:
        fits &= (
            Q(programmes__in=rows_with(Programme.objects.all(), ["title"], word))
            | Q(venue__in=rows_with(Venue.objects.all(), ["name"], word))
            | Q(note__icontains=word)
        )
    return fits


class VisitSlot(models.Model):
    """A half day (*dagdeel*) in which visits can start."""

    hub_lookup = "venue__hub"

    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="slots", verbose_name=_("venue")
    )
    starts_at = models.DateTimeField(_("from"), db_index=True)
    ends_at = models.DateTimeField(_("until"))
    programmes = models.ManyToManyField(
        Programme, related_name="slots", verbose_name=_("programmes")
    )
    max_groups = models.PositiveSmallIntegerField(
        _("classes at once"), default=1, validators=[MinValueValidator(1)]
    )
    max_pupils = models.PositiveSmallIntegerField(
        _("pupils at once"), default=35, validators=[MinValueValidator(1)]
    )
    pattern = models.ForeignKey(
        SchedulePattern,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="slots",
        verbose_name=_("made of pattern"),
    )
    is_closed = models.BooleanField(
        _("closed"), default=False, help_text=_("No new bookings; what is booked stays.")
    )
    note = models.CharField(_("note for staff"), max_length=200, blank=True)

    objects = VisitSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "pk"]
        constraints = [
            NotesChanges(fields=["starts_at"], only_values=True, name="slot_counted"),
            models.UniqueConstraint(
                fields=["pattern", "starts_at"],
                name="slot_once_per_pattern",
                violation_error_message=_("This pattern already has a slot at that time."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_start",
                violation_error_message=_("The end comes before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.in_words(self.ends_at)

    def in_words(self, ends_at: datetime.datetime) -> str:
        """'di 3 nov 2026 09:00–11:00', of what starts with it and may well end before it does."""
        day = date_format(timezone.localtime(self.starts_at), "TABLE_DATE_FORMAT")
        return f"{day} {from_to(self.starts_at, ends_at)}"

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.starts_at)

    @cached_property
    def is_shut(self) -> bool:
        """Closed by hand, or by a closure of its venue, or not public yet."""
        return not VisitSlot.objects.open().filter(pk=self.pk).exists()

    @property
    def is_public(self) -> bool:
        """Whether everybody sees it by now, and not only staff."""
        day = self.pattern.public_from if self.pattern else None
        return day is None or day <= timezone.localdate()

    @property
    def length(self) -> datetime.timedelta:
        """Real time between start and end."""
        return time_between(self.starts_at, self.ends_at)
