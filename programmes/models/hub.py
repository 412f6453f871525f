"""A hub: the place behind the pages, with its own desk, sender, words and staff."""

from email.utils import formataddr
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual, Words
from core.text.fields import MailAddressColumn, TelephoneColumn


class OfHubs[Row: models.Model](models.QuerySet[Row]):
    """Rows that belong to a hub; their model says the way there in `hub_lookup`."""

    def of_hubs(self, user: Any) -> Self:
        """Rows of the hubs whose staff `user` is: all for a superuser, none without a hub."""
        if user.is_superuser:
            return self
        model: Any = self.model
        return self.filter(**{f"{model.hub_lookup}__in": _hubs_of(user)})


def read_hubs_of(user: Any) -> None:
    """For a page that asks many times `of_hubs`: her hubs are known from here on, where each time a
    query within the query looked for them (0010)."""
    if not user.is_superuser:
        prefetch_related_objects([user], "hubs")


def _hubs_of(user: Any) -> Any:
    if "hubs" in getattr(user, "_prefetched_objects_cache", ()):
        return [hub.pk for hub in user.hubs.all()]
    return Hub.staff.through.objects.filter(user=user.pk).values("hub")


class Hub(Bilingual):
    """TEC Deventer, a technology park: who bring, receive, answer and sign."""

    hub_lookup = "pk"

    name = models.CharField(_("name"), max_length=100, unique=True)
    short_name = models.CharField(
        _("short name"), max_length=30, help_text=_("As pages and mails call you: ‘TEC’.")
    )
    slug = models.SlugField(_("code"), max_length=40, unique=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    city = models.CharField(_("place"), max_length=100, blank=True)
    phone = TelephoneColumn(_("telephone"), max_length=30, blank=True)
    email = MailAddressColumn(_("e-mail address"))
    sender_name = models.CharField(
        _("sender of mails"),
        max_length=80,
        blank=True,
        help_text=_("Also who organises in calendars, and who signs. Empty: the name."),
    )
    sender_email = MailAddressColumn(
        _("sender’s e-mail address"),
        blank=True,
        help_text=_("One that your mail server may send from. Empty: the e-mail address."),
    )
    desk_hours = models.CharField(_("desk hours"), max_length=200, blank=True)
    desk_hours_en = models.CharField(_("desk hours (English)"), max_length=200, blank=True)
    mail_note = models.TextField(
        _("paragraph of our own in mails"),
        max_length=1000,
        blank=True,
        help_text=_("Under every mail about a visit or a kit."),
    )
    mail_note_en = models.TextField(
        _("paragraph of our own in mails (English)"), max_length=1000, blank=True
    )
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="hubs",
        verbose_name=_("staff"),
        limit_choices_to={"is_staff": True},
        help_text=_("Who see and change what belongs to this hub."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OfHubs["Hub"].as_manager()

    class Meta:
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def organizer_name(self) -> str:
        """Who sends, signs and organises."""
        return self.sender_name or self.name

    @property
    def organizer_email(self) -> str:
        return self.sender_email or self.email

    @property
    def sender(self) -> str:
        """The From header of its mails (RFC 5322 section 3.4)."""
        return formataddr((self.organizer_name, self.organizer_email))

    @property
    def contact(self) -> str:
        """One line, as calendars take it (CONTACT, RFC 5545 section 3.8.4.2)."""
        return ", ".join(part for part in (self.organizer_name, self.phone, self.email) if part)

    @property
    def hours_in_words(self) -> Words:
        return self.shown.desk_hours

    @property
    def words_in_mails(self) -> Words:
        return self.shown.mail_note


def is_of_no_hub(user: Any) -> bool:
    """Staff to whom nothing belongs yet, or no more."""
    return not user.is_superuser and not user.hubs.exists()
