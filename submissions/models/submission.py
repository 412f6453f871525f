"""Who asks: what one teacher submitted once, for one or more classes or kits.

Bookings and loans belong to a submission. Until its code is typed no user, school,
organisation or class is made of it: the submission carries what was typed.
"""

import copy
import secrets
import uuid
from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import NotesChanges
from core.text.fields import (
    FEWEST_DIGITS,
    LineColumn,
    MailAddressColumn,
    ParagraphsColumn,
    TelephoneColumn,
)
from core.text.normal import code, telephone_digits, words
from core.text.searching import (
    Among,
    Folded,
    FoldedColumn,
    KeepsFolded,
    TelephoneDigitsColumn,
    WordsInside,
    has_words,
)
from programmes.models import Hub, OfHubs
from schools.audience import Audience
from schools.models.organisation import Organisation, key_of
from schools.models.school import School
from schools.models.user import User

# Crockford's base32: no I, L, O or U, so that it survives a telephone line.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 8


def new_reference() -> str:
    """Eight random characters to name a submission by telephone; they grant no access."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _letter in range(REFERENCE_LENGTH))


def normalise_reference(typed: str) -> str:
    """What was meant by a reference typed by hand: Crockford reads I and L as 1, O as 0."""
    return code(typed).upper().translate(str.maketrans("ILO", "110"))


class PhotoAnswer(models.TextChoices):
    YES = "yes", _("Yes, all pupils may be photographed")
    ASK = "ask", _("Some pupils may not: ask us first")
    NO = "no", _("No photographs")


class SubmissionQuerySet(KeepsFolded, OfHubs["Submission"]):
    def visible_to(self, user: User) -> Self:
        """What a signed-in teacher may see: what she submitted herself."""
        return self.filter(user=user)

    def matching(self, text: str) -> Self:
        """Submissions with every word of `text` in the reference, contact, address, school or
        organisation. Or its telephone number."""
        found = self
        for word in words(text):
            texts = Submission.objects.filter(has_words("search_text", word))
            fits = models.Q(Among("pk", texts.values("pk")))
            fits |= models.Q(Among("school", School.objects.matching(word).values("pk")))
            organisations = Organisation.objects.matching(word)
            fits |= models.Q(Among("organisation", organisations.values("pk")))
            digits = telephone_digits(word)
            if len(digits) >= FEWEST_DIGITS:
                fits |= models.Q(phone_digits=digits)
            start = normalise_reference(word)
            if 4 <= len(start) <= REFERENCE_LENGTH:  # shorter is half of them
                ends = (start.ljust(REFERENCE_LENGTH, end) for end in "0Z")
                fits |= models.Q(reference__range=tuple(ends))  # an index knows where they stand
            found = found.filter(fits)
        return found


class Submission(Folded):
    hub_lookup = "hub"

    # What is typed with it besides school and address, and may be changed later. A test names the
    # places that know each of these: forms, history, back office, 'my data', erasure.
    DETAILS = ("contact_name", "phone", "purchase_order", "facilities", "photos")

    # Of all that it asks for; the verb that opens it says which.
    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("hub")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(
        _("reference"),
        max_length=REFERENCE_LENGTH,
        unique=True,
        default=new_reference,
        editable=False,
    )
    # The hidden random field of the form, and a hash of what was sent with it: the same key
    # with the same data is a resubmit, with other data a conflict.
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    data_hash = models.CharField(max_length=64, editable=False)
    # HMAC of the browser that submitted (see CodeChallenge.browser).
    browser = models.CharField(max_length=64, blank=True, db_index=True, editable=False)

    # HMAC of the network of a visitor who was not signed in; '' once the code was typed. What such
    # visitors hold is limited by number.
    network = models.CharField(max_length=64, blank=True, editable=False)

    contact_name = LineColumn(_("contact person"), max_length=120)
    email = MailAddressColumn(_("e-mail address"), db_index=True)
    phone = TelephoneColumn(_("telephone"), max_length=30)
    school = models.ForeignKey(
        School,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("school"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("organisation"),
    )
    typed_school_name = LineColumn(_("school (typed)"), max_length=200, blank=True)
    typed_organisation = LineColumn(_("organisation (typed)"), max_length=200, blank=True)
    typed_city = LineColumn(_("place (typed)"), max_length=100, blank=True)
    purchase_order = LineColumn(_("purchase-order number"), max_length=60, blank=True)
    facilities = ParagraphsColumn(
        _("what must we arrange?"),
        blank=True,
        max_length=1000,
        help_text=_("Never names of pupils. Erased after the visit."),
    )
    photos = models.CharField(
        _("photographs"),
        max_length=3,
        choices=PhotoAnswer,
        default=PhotoAnswer.ASK,
        blank=True,  # a group is not asked
    )
    language = models.CharField(
        _("language"), max_length=2, default="nl", choices=settings.LANGUAGES
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("teacher"),
    )
    created_at = models.DateTimeField(_("submitted at"), auto_now_add=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    # Raised to make the links in earlier mails invalid.
    link_version = models.PositiveIntegerField(default=1, editable=False)
    search_text = FoldedColumn("contact_name", "email", "typed_school_name", "typed_organisation")
    phone_digits = TelephoneDigitsColumn("phone", db_index=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-created_at"]
        indexes = [
            WordsInside(fields=["search_text"], name="submission_words"),
            models.Index(
                fields=["network"], condition=~models.Q(network=""), name="submission_network"
            ),
        ]
        constraints = [
            NotesChanges(fields=["school", "hub"], only_values=True, name="submission_counted"),
            models.CheckConstraint(
                condition=models.Q(organisation=None, typed_organisation="")
                | models.Q(school=None, typed_school_name=""),
                name="submission_of_school_or_organisation",
                violation_error_message=_("A school asks, or an organisation, never both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.asker_name}"

    # As whom it is seen: as these companions of one colleague, or (without any) as who asked. Set
    # by `submissions/access.py` on a page, and by who tells something.
    seen_as: Sequence[Any] = ()

    def shows(self, row: Any) -> bool:
        """Whether who sees it may see this row: a colleague named for one class sees that one."""
        return not self.seen_as or any(companion.has(row) for companion in self.seen_as)

    # False where a page asked along and it is shared with nobody: that saves a query.
    is_shared: bool | None = None

    @property
    def colleagues(self) -> Any:
        """With whom it is shared, or asked to be."""
        companions: Any = self.companions
        return companions.none() if self.is_shared is False else companions.alive()

    @property
    def shows_all(self) -> bool:
        return not self.seen_as or any(companion.row is None for companion in self.seen_as)

    @property
    def teacher(self) -> User | None:
        """Who acts at the teachers' door, by her own hand or by the link of a mail.

        Her address may be that of a member of staff; here it gives a teacher's rights.
        """
        person: User | None = self.seen_as[0].user if self.seen_as else self.user
        if person is None or not person.is_staff:
            return person
        teacher = copy.copy(person)
        teacher.is_staff = False
        return teacher

    @property
    def audience(self) -> Audience:
        """Who asks, and in which words to speak of them."""
        is_group = self.organisation_id or self.typed_organisation
        return Audience.GROUPS if is_group else Audience.SCHOOLS

    @property
    def file_name(self) -> str:
        """As letters and calendars of it are called, without ending: 'tec-7K55GP47'."""
        return f"{self.hub.slug}-{self.reference}"

    @property
    def asker(self) -> School | Organisation | None:
        """The school or organisation; None until the code is typed."""
        return self.school or self.organisation

    @property
    def organisation_key(self) -> str:
        """How its organisation is compared with others, also while it is only typed."""
        if self.organisation:
            return self.organisation.name_key
        return key_of(self.typed_organisation, self.typed_city)

    @property
    def asker_name(self) -> str:
        return self.asker.name if self.asker else self.typed_organisation or self.typed_school_name
