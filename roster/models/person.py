"""Who of us: staff and volunteers, what they can run, and when they can.

Of a certificate of conduct (VOG) only is kept who saw it and when, never the document; of age only
the class that the law asks for, never a date of birth. A weekday and a wall-clock time stay what
they are over both changes of the clock: nothing here is a moment.
"""

import datetime
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from core.dates import Weekday, from_to
from core.text.fields import LineColumn, MailAddressColumn, TelephoneColumn
from programmes.models import Hub, OfHubs, Programme


class Role(models.TextChoices):
    VOLUNTEER = "volunteer", _("volunteer")
    STAFF = "staff", _("staff")


class AgeClass(models.TextChoices):
    """What the law on work of young people asks for (Arbeidstijdenwet, Arbobesluit 6.8)."""

    ADULT = "adult", _("18 or older")
    AT_SCHOOL = "at_school", _("under 18, must be at school")
    DONE_WITH_SCHOOL = "done", _("under 18, need not be at school any more")


class PersonQuerySet(OfHubs["Person"]):
    def working(self) -> Self:
        """Who have not left."""
        return self.filter(left_on=None)

    def with_days(self) -> Self:
        """With all that the rules ask of a person, of a programme only whether it is the one;
        three queries besides."""
        programmes = Prefetch("programmes", Programme.objects.only("pk").order_by())
        found = self.select_related("hub")
        return found.prefetch_related("availabilities", "other_days", programmes)

    def to_renew_soon(self) -> Self:
        """Whose certificate was never seen, or is to be renewed soon."""
        soon = timezone.localdate() + settings.CERTIFICATE_RENEW_WITHIN
        lacks = Q(certificate_renew_by=None) | Q(certificate_renew_by__lt=soon)
        return self.working().filter(lacks)


class Person(models.Model):
    hub_lookup = "hub"

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="people", verbose_name=_("hub")
    )
    name = LineColumn(_("name"), max_length=100)
    email = MailAddressColumn(
        _("e-mail address"),
        blank=True,
        help_text=_("Open shifts and her own link are sent here. Empty: call her."),
    )
    phone = TelephoneColumn(_("telephone"), max_length=30, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VOLUNTEER)
    age_class = models.CharField(_("age"), max_length=10, choices=AgeClass, default=AgeClass.ADULT)
    programmes = models.ManyToManyField(
        Programme,
        blank=True,
        related_name="people",
        verbose_name=_("can run"),
        help_text=_("She is offered shifts in these only."),
    )
    certificate_seen_on = models.DateField(
        _("certificate (VOG) seen on"), null=True, blank=True, help_text=_("Keep no copy of it.")
    )
    certificate_seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("seen by"),
    )
    certificate_renew_by = models.DateField(
        _("to renew by"),
        null=True,
        blank=True,
        help_text=_("The last day on which it counts. Empty: three years after it was seen."),
    )
    left_on = models.DateField(
        _("left on"),
        null=True,
        blank=True,
        help_text=_("She gets no shifts or mail any more, and her link no longer opens."),
    )
    # Raising it ends every link and calendar address that she had.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of the team")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "email"],
                condition=~Q(email=""),
                name="person_once_per_hub",
                violation_error_message=_("Somebody with this address is here already."),
            ),
            models.CheckConstraint(
                condition=Q(certificate_seen_on=None, certificate_renew_by=None)
                | Q(
                    certificate_seen_on__isnull=False,
                    certificate_renew_by__isnull=False,
                    certificate_renew_by__gte=F("certificate_seen_on"),
                ),
                name="person_certificate_seen_before_it_ends",
                violation_error_message=_(
                    "Say when the certificate was seen, and a later day on which it ends."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_minor(self) -> bool:
        return self.age_class != AgeClass.ADULT

    @property
    def has_left(self) -> bool:
        return self.left_on is not None

    @property
    def holder(self) -> str:
        """Whom the database keeps in one place at a time: her address, since a person of two hubs
        has a row at each; without one, this row."""
        return self.email or f"#{self.pk}"

    def is_absent_on(self, day: datetime.date) -> bool:
        return any(one.is_on(day) and not one.can for one in self.other_days.all())

    def can_between(self, starts_at: datetime.datetime, ends_at: datetime.datetime) -> bool:
        """Whether she says that she can in this span: by her week, or by a day besides it. The
        day on which it starts counts, also for what ends after midnight."""
        start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
        spans = [
            *(one for one in self.other_days.all() if one.can and one.is_on(start.date())),
            *(one for one in self.availabilities.all() if one.weekday == start.weekday()),
        ]
        return any(one.covers(start, end) for one in spans)


class _Hours(models.Model):
    """A part of a day; all of it where no times are given."""

    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    def covers(self, start: datetime.datetime, end: datetime.datetime) -> bool:
        """`start` and `end` as the clock on the wall shows them."""
        if self.starts_at is None or self.ends_at is None:
            return True
        same_day = start.date() == end.date()
        return same_day and self.starts_at <= start.time() and end.time() <= self.ends_at

    @property
    def hours(self) -> str:
        if self.starts_at is None or self.ends_at is None:
            return str(_("all day"))
        return from_to(self.starts_at, self.ends_at)


def _both_or_neither(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(starts_at=None, ends_at=None)
        | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
        name=name,
        violation_error_message=_("Give both times, the later one last; or none for all day."),
    )


class Availability(_Hours):
    """'Every Tuesday from nine to one'."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="availabilities", verbose_name=_("person")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)

    class Meta:
        verbose_name = _("weekday on which she can")
        verbose_name_plural = _("weekdays on which she can")
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "weekday"],
                name="availability_once_per_weekday",
                violation_error_message=_("This weekday is there already."),
            ),
            _both_or_neither("availability_of_hours_or_all_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.hours}"

    @property
    def in_short(self) -> str:
        """'di', or 'di 09:00–12:30'."""
        day = str(WEEKDAYS_ABBR[self.weekday])
        return day if self.starts_at is None else f"{day} {self.hours}"


class OtherDays(_Hours):
    """Days on which it is otherwise than in her week: she cannot, or can besides. Where both are
    said of one day, she cannot."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="other_days", verbose_name=_("person")
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    can = models.BooleanField(
        _("can"),
        default=False,
        choices=[(False, _("cannot")), (True, _("can, besides her week"))],
    )

    class Meta:
        verbose_name = _("days that are otherwise")
        verbose_name_plural = _("days that are otherwise")
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="other_days_end_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(can=True) | Q(starts_at=None, ends_at=None),
                name="other_days_cannot_is_all_day",
                violation_error_message=_("Who cannot on a day, cannot all day: leave the times."),
            ),
            _both_or_neither("other_days_of_hours_or_all_day"),
        ]

    def __str__(self) -> str:
        days = f"{self.first_on:%d-%m-%Y}"
        if self.last_on != self.first_on:
            days += f" – {self.last_on:%d-%m-%Y}"
        return f"{days}: {self.get_can_display()}"

    def clean(self) -> Any:
        if self.first_on and not self.last_on:
            raise ValidationError({"last_on": _("Fill in the last day too.")})

    def is_on(self, day: datetime.date) -> bool:
        return self.first_on <= day <= self.last_on
