"""How programmes and kits look and read on pages: drawing or picture, and English texts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual
from core.uploads import PictureColumn, at_most
from programmes.models.curriculum import World
from programmes.vocabulary import WORLDS

# Staff may add worlds; these have a drawing.
DRAWN_WORLDS = frozenset(code for _number, code, _name in WORLDS)


class Drawing(models.TextChoices):
    """What we drew: the value is the name of the file in static/art/offers/."""

    SMART_CITY = "smart-city", _("a city on a table, in a storm")
    HANDY_AID = "handy-aid", _("a jar and a tool to open it")
    GREENHOUSE_ROBOTS = "greenhouse-robots", _("a robot that waters a plant")
    GREEN_SCREEN = "green-screen", _("flying before the green screen")
    DRONES_VR = "drones-vr", _("a drone through a hoop, VR glasses")
    BICYCLE_AND_HOUSE = "bicycle-and-house", _("a bicycle, and a wall that keeps warm")
    TEAM_WORKSHOP = "team-workshop", _("adults at a laser cutter")
    MEASURING_WOODS = "measuring-woods", _("measuring in the woods")
    TUBES = "tubes", _("a tower of tubes")
    CONSTRUCTION = "construction", _("something built that rolls")
    ROBOT = "robot", _("a robot to program")
    WIRES = "wires", _("battery, lamp and buzzer")
    CIRCUIT = "circuit", _("electronics")
    BRIDGE = "bridge", _("a bridge with a bucket of sand")
    PRINTER3D = "printer3d", _("a 3D printer")
    AIR_AND_SOUND = "air-and-sound", _("measuring in the classroom")


def picture_described() -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(picture="") | ~Q(picture_alt=""),
        name="%(class)s_picture_described",
        violation_error_message=_("Say what can be seen in the picture."),
    )


class Offer(Bilingual):
    """What programmes and kits have in common on pages. Worlds must be prefetched for lists."""

    artwork = models.CharField(
        _("drawing"),
        max_length=60,
        choices=Drawing,
        blank=True,
        help_text=_("Empty: that of the world of technology."),
    )
    picture = PictureColumn(
        _("picture"),
        help_text=at_most(
            _(
                "Takes the place of the drawing. JPEG, PNG or WebP, at most {limit} MB; we show "
                "its middle, 16 to 9. Everybody in it must agree to that."
            )
        ),
    )
    picture_alt = models.CharField(
        _("what can be seen in the picture"),
        max_length=200,
        blank=True,
        help_text=_("For who does not see it. Needed with a picture."),
    )
    picture_alt_en = models.CharField(
        _("what can be seen in the picture (English)"), max_length=200, blank=True
    )
    title_en = models.CharField(_("title (English)"), max_length=100, blank=True)
    summary_en = models.CharField(_("in one line (English)"), max_length=200, blank=True)
    story_en = models.TextField(_("what pupils do (English)"), max_length=4000, blank=True)
    mail_note_en = models.TextField(
        _("paragraph of our own in mails (English)"), max_length=1000, blank=True
    )

    worlds: Any

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.picture and not self.picture_alt:
            raise ValidationError({"picture_alt": _("Say what can be seen in the picture.")})

    @property
    def drawing(self) -> str:
        """File name without ending in static/art/."""
        return f"offers/{self.artwork}" if self.artwork in Drawing else self.general_drawing

    @property
    def general_drawing(self) -> str:
        """Where none is chosen: of its first world, or else of its kind."""
        world = self.first_world
        if world is None or world.code not in DRAWN_WORLDS:
            return f"kinds/{self.kind_drawn}"
        return f"worlds/{world.code}"

    @property
    def kind_drawn(self) -> str:
        """File name without ending in static/art/kinds/."""
        raise NotImplementedError

    @property
    def first_world(self) -> World | None:
        return next(iter(self.worlds.all()), None)
