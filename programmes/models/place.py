"""Where: a venue and its zones. Two visits never use one zone at the same time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual
from core.text.fields import MailAddressColumn, TelephoneColumn
from programmes.models.hub import Hub, OfHubs
from schools.models import HolidayRegion


class Venue(Bilingual):
    hub_lookup = "hub"
    # The columns of `address`.
    ADDRESS = frozenset({"name", "street", "postcode", "city"})

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="venues", verbose_name=_("hub")
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("address of the page"), unique=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    city = models.CharField(_("place"), max_length=100, blank=True)
    holiday_region = models.CharField(
        _("holiday region"), max_length=10, choices=HolidayRegion, default=HolidayRegion.NORTH
    )
    directions = models.TextField(_("how to get there"), max_length=600, blank=True)
    directions_en = models.TextField(_("how to get there (English)"), max_length=600, blank=True)
    phone = TelephoneColumn(_("telephone"), max_length=30, blank=True)
    email = MailAddressColumn(
        _("e-mail address"), blank=True, help_text=_("Empty: that of the hub.")
    )

    objects = OfHubs["Venue"].as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """One line, as calendars and route planners take it."""
        place = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.name, self.street, place) if part)


class Zone(Bilingual):
    hub_lookup = "venue__hub"

    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="zones", verbose_name=_("venue")
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("code"), max_length=60)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    # File name without ending in static/art/zones/.
    artwork = models.SlugField(_("drawing"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OfHubs["Zone"].as_manager()

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["venue", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "slug"], name="zone_once_per_venue")
        ]

    def __str__(self) -> str:
        return self.name
