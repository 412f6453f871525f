"""What is lent: the kit (a title), its copies (boxes), what is in them, and its documents."""

import secrets
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core.text.bilingual import Bilingual
from core.uploads import PDF_MAX_BYTES, at_most, clean_pdf
from programmes.models import (
    CoreObjective,
    Offer,
    OfHubs,
    Programme,
    Venue,
    World,
    picture_described,
)
from schools.years import YearGroup, describe_year_groups


class Complexity(models.IntegerChoices):
    """Kits rise in complexity: material, programmable robots, machines."""

    SIMPLE = 1, _("To begin with")
    MIDDLE = 2, _("A step further")
    ADVANCED = 3, _("For who dares more")


class LessonKitQuerySet(OfHubs["LessonKit"]):
    def published(self) -> Self:
        return self.filter(is_published=True)


class LessonKit(Offer):
    hub_lookup = "venue__hub"

    title = models.CharField(_("title"), max_length=100)
    slug = models.SlugField(_("address of the page"), unique=True)
    summary = models.CharField(_("in one line"), max_length=200)
    story = models.TextField(
        _("what pupils do"), max_length=4000, help_text=_("Blank lines make paragraphs.")
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="kits", verbose_name=_("venue")
    )
    worlds = models.ManyToManyField(
        World, blank=True, related_name="kits", verbose_name=_("worlds of technology")
    )
    core_objectives = models.ManyToManyField(
        CoreObjective, blank=True, related_name="kits", verbose_name=_("core objectives")
    )
    continues = models.ManyToManyField(
        Programme,
        blank=True,
        related_name="kits_after",
        verbose_name=_("continues in class"),
        help_text=_("Who was at one of these programmes is offered this kit as the next step."),
    )
    year_from = models.PositiveSmallIntegerField(
        _("year group from"), choices=YearGroup, default=YearGroup.GROUP_5
    )
    year_to = models.PositiveSmallIntegerField(
        _("year group to"), choices=YearGroup, default=YearGroup.GROUP_8
    )
    complexity = models.PositiveSmallIntegerField(
        _("complexity"), choices=Complexity, default=Complexity.SIMPLE
    )
    max_pupils = models.PositiveSmallIntegerField(
        _("pupils at once"), default=30, validators=[MinValueValidator(1)]
    )
    lesson_minutes = models.PositiveSmallIntegerField(_("a lesson takes (minutes)"), default=60)
    lessons = models.PositiveSmallIntegerField(_("number of lessons"), default=1)
    loan_days = models.PositiveSmallIntegerField(
        _("loan at most (days)"), default=21, validators=[MinValueValidator(1)]
    )
    turnaround = models.PositiveSmallIntegerField(
        _("turnaround (working days)"),
        default=2,
        help_text=_("To check and refill the box before the next loan."),
    )
    can_be_delivered = models.BooleanField(_("on the transport round"), default=True)
    charge_note = models.CharField(_("about lost parts"), max_length=300, blank=True)
    charge_note_en = models.CharField(_("about lost parts (English)"), max_length=300, blank=True)
    mail_note = models.TextField(_("paragraph of our own in mails"), max_length=1000, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    is_example = models.BooleanField(_("example"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = LessonKitQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson kit")
        verbose_name_plural = _("lesson kits")
        ordering = ["position", "title"]
        constraints = [
            picture_described(),
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="kit_year_range",
                violation_error_message=_("The highest year group comes before the lowest."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("kits:kit", args=[self.slug])

    @property
    def for_whom(self) -> str:
        return describe_year_groups(self.year_from, self.year_to)

    @property
    def lessons_in_words(self) -> str:
        """'2 lessen van 60 minuten'."""
        return ngettext(
            "%(number)s lesson of %(minutes)s minutes",
            "%(number)s lessons of %(minutes)s minutes",
            self.lessons,
        ) % {"number": self.lessons, "minutes": self.lesson_minutes}

    @property
    def kind_drawn(self) -> str:
        return "kit"


class KitCopyQuerySet(OfHubs["KitCopy"]):
    def in_service(self) -> Self:
        return self.filter(is_withdrawn=False)

    def unfit(self) -> Self:
        """Boxes that lack something essential: no loan is moved to them."""
        lacking = self.filter(shortages__closed_at=None, shortages__item__is_essential=True)
        return lacking.distinct()


class KitCopy(models.Model):
    """A physical box. Its code is on the label, and in the address that the QR code holds."""

    hub_lookup = "kit__venue__hub"

    kit = models.ForeignKey(
        LessonKit, on_delete=models.PROTECT, related_name="copies", verbose_name=_("lesson kit")
    )
    code = models.CharField(_("code"), max_length=20, unique=True)
    shelf = models.CharField(_("shelf"), max_length=30, blank=True)
    note = models.CharField(_("note for staff"), max_length=300, blank=True)
    is_withdrawn = models.BooleanField(
        pgettext_lazy("of a box", "withdrawn"),
        default=False,
        help_text=_("Lost or worn out: not lent any more."),
    )

    objects = KitCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ContentItem(Bilingual):
    """One line of what is in the box."""

    hub_lookup = "kit__venue__hub"

    kit = models.ForeignKey(
        LessonKit, on_delete=models.CASCADE, related_name="contents", verbose_name=_("lesson kit")
    )
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    quantity = models.PositiveSmallIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1)]
    )
    is_consumable = models.BooleanField(
        _("consumable"), default=False, help_text=_("Used up in lessons and refilled by us.")
    )
    is_essential = models.BooleanField(
        _("essential"), default=False, help_text=_("Without it the box cannot go out.")
    )
    unit_cost = models.DecimalField(
        _("cost each (euro)"), max_digits=7, decimal_places=2, default=0
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OfHubs["ContentItem"].as_manager()

    class Meta:
        verbose_name = _("content item")
        verbose_name_plural = _("contents")
        ordering = ["kit", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["kit", "name"], name="item_once_per_kit")]

    def __str__(self) -> str:
        return self.name


def document_path(document: "KitDocument", filename: str) -> str:
    """A name that cannot be guessed, whatever the file was called."""
    return f"kits/documents/{secrets.token_urlsafe(24)}"


class KitDocumentQuerySet(OfHubs["KitDocument"]):
    def current(self) -> Self:
        """The highest version of each kind of each kit."""
        later = KitDocument.objects.filter(
            kit=OuterRef("kit"), kind=OuterRef("kind"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(later))


class KitDocument(models.Model):
    """A version of a kit's *lesbrief* or *instructiekaart*; the highest version is current.

    A version does not change once it is saved: `kits/versions.py` makes the next.
    """

    hub_lookup = "kit__venue__hub"

    class Kind(models.TextChoices):
        TEACHER_GUIDE = "guide", _("Teacher guide")
        PUPIL_CARD = "card", _("Pupil card")

    # As it stands in addresses.
    KIND_OF_PAGE: ClassVar = {"lesbrief": Kind.TEACHER_GUIDE, "instructiekaart": Kind.PUPIL_CARD}

    kit = models.ForeignKey(
        LessonKit, on_delete=models.CASCADE, related_name="documents", verbose_name=_("lesson kit")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(
        _("text"),
        max_length=20_000,
        blank=True,
        help_text=_("A line that starts with # is a heading, with - a list item, with 1. a step."),
    )
    file = models.FileField(
        _("own file (PDF)"),
        upload_to=document_path,
        blank=True,
        max_length=200,
        validators=[clean_pdf],  # type: ignore[list-item]  # what it returns is the same file
        help_text=at_most(
            _("Takes the place of the text on the site. At most {limit} MB."), PDF_MAX_BYTES
        ),
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)

    objects = KitDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["kit", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kit", "kind", "version"],
                name="document_version_once",
                violation_error_message=_("This kit already has this version."),
            ),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(file=""),
                name="document_has_content",
                violation_error_message=_("Write a text or choose a file."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"

    def get_absolute_url(self) -> str:
        """The newest version's, which may be another."""
        return reverse("kits:document", args=[self.kit.slug, self.page_name])

    @property
    def page_name(self) -> str:
        return next(name for name, kind in self.KIND_OF_PAGE.items() if kind == self.kind)
