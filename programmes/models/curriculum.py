"""The maps by which schools choose: the seven worlds of technology, the core objectives."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class World(models.Model):
    """One of the seven worlds of technology (*zeven werelden van techniek*)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    # 1 to 7: the colour and the drawing of the house style.
    number = models.PositiveSmallIntegerField(_("number"), unique=True)

    class Meta:
        verbose_name = _("world of technology")
        verbose_name_plural = _("worlds of technology")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class CoreObjective(models.Model):
    """A *kerndoel*. Scheme and code together name it: new schemes replace those of 2006."""

    scheme = models.SlugField(_("scheme"), max_length=60)
    code = models.CharField(_("code"), max_length=20)
    label = models.CharField(_("label"), max_length=120)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("core objective")
        verbose_name_plural = _("core objectives")
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="core_objective_once")
        ]

    def __str__(self) -> str:
        return self.label
