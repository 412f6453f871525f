"""What staff noted of a school that does not come: when they spoke, and what was said."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models import Hub, OfHubs
from schools.models import School


class SchoolContact(models.Model):
    """A line of what one hub does to get a school in. Of nobody else's concern."""

    hub_lookup = "hub"

    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("school")
    )
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="+", verbose_name=_("hub"))
    day = models.DateField(_("spoken on"))
    note = models.TextField(_("note"), max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = OfHubs["SchoolContact"].as_manager()

    class Meta:
        verbose_name = _("contact with a school")
        verbose_name_plural = _("contacts with schools")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(note=""), name="contact_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.day}"
