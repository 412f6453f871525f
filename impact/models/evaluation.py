"""What a teacher and her class thought of a visit or a lesson kit.

A row is written when she is asked, so that who did not answer is counted too. It is about exactly
one booking or loan, and each of these has one: the database refuses a second answer with it.
"""

from typing import Any, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from bookings.models import State as BookingState
from core.lifecycle import Event, Standing, StateTable, once_about_date, unnoticed
from core.text.fields import LineColumn, ParagraphsColumn
from kits.models import LessonKit, Loan, LoanState
from programmes.models import OfHubs, Programme
from schools.models import User
from schools.years import school_year_end, school_year_start
from submissions.models import Submission


class EvaluationState(StateTable):
    """The table of an evaluation's states; the table of its moves is in `impact/lifecycle.py`."""

    ASKED = "asked", Standing(is_coming=True, colour="info"), _("asked")
    ANSWERED = "answered", Standing(is_listed=True, colour="success"), _("answered")


class Face(models.IntegerChoices):
    """Five positive faces: with a sad one on the scale, children use its upper end only
    (Hall, Hume and Tazzyman 2016, 'Five degrees of happiness')."""

    FINE = 1, _("fine")
    GOOD = 2, _("good")
    VERY_GOOD = 3, _("very good")
    GREAT = 4, _("great")
    BRILLIANT = 5, _("brilliant")


class Prepared(models.IntegerChoices):
    NOT = 1, _("not")
    A_LITTLE = 2, _("a little")
    WELL = 3, _("well")


# The columns of the teacher's questions, and those of what the class ticked or dropped, in groups
# of which the sum is the number of pupils who took part. In words: `impact/questions.py`.
FACES = ("overall", "fit", "guidance")
TALLIES = {
    "faces": ("faces_1", "faces_2", "faces_3", "faces_4", "faces_5"),
    "again": ("again_yes", "again_maybe", "again_no"),
    "before": ("before_yes", "before_maybe", "before_no"),
    "after": ("after_yes", "after_maybe", "after_no"),
}
WORDS = ("plans", "worth", "quote", "quote_name")


class EvaluationQuerySet(OfHubs["Evaluation"]):
    def with_facts(self) -> Self:
        """All that a page or a mail says about one, in one query."""
        return self.select_related(
            "submission__school",
            "submission__organisation",
            "submission__hub",
            "submission__user",
            "booking__visit__slot__venue",
            "booking__visit__programme",
            "loan__copy__kit__venue",
        )

    def visible_to(self, user: User) -> Self:
        """Hers, and those of what a colleague shares with her."""
        return self.filter(
            Q(submission__user=user)
            | Q(booking__in=Booking.objects.visible_to(user))
            | Q(loan__in=Loan.objects.visible_to(user))
        )

    def seen_in(self, submission: Submission) -> Self:
        """Evaluations that a submission's reader may see."""
        rows = self.filter(submission=submission)
        if submission.shows_all:
            return rows
        return rows.filter(
            Q(booking__in=Booking.objects.seen_in(submission))
            | Q(loan__in=Loan.objects.seen_in(submission))
        )

    def of(self, thing: Any) -> Self:
        """Evaluations of a programme, kit, or visit."""
        if isinstance(thing, Programme):
            return self.filter(booking__visit__programme=thing)
        if isinstance(thing, LessonKit):
            return self.filter(loan__copy__kit=thing)
        return self.filter(booking__visit=thing)

    def in_year(self, year: int) -> Self:
        """Rows of the school year that starts in `year`."""
        return self.filter(day__range=(school_year_start(year), school_year_end(year)))

    def in_results(self) -> Self:
        """Without those that staff noted as not come after they had been asked: nobody there
        could answer."""
        return self.filter(_took_place() | Q(state=EvaluationState.ANSWERED))

    def due(self) -> Self:
        """Evaluations answerable now."""
        today = timezone.localdate()
        return self.filter(_took_place(), state=EvaluationState.ASKED, until__gte=today)

    def answered(self) -> Self:
        return self.filter(state=EvaluationState.ANSWERED)

    def told_by(self, user: User) -> Self:
        """Answered by this person, also where the submission is, or now is, a colleague's."""
        return self.answered().filter(events__move="answer", events__by=user)

    def quotable(self) -> Self:
        return self.filter(may_quote=True)


def _took_place() -> Q:
    return Q(booking__state__in=BookingState.where(counts=True)) | Q(
        loan__state__in=LoanState.where(went_out=True, is_off=False)
    )


def _face(label: Any) -> Any:
    return models.PositiveSmallIntegerField(label, choices=Face, null=True, blank=True)


def _tally(label: Any) -> Any:
    return models.PositiveSmallIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(999)]
    )


class Evaluation(models.Model):
    hub_lookup = "submission__hub"
    states = EvaluationState

    booking = models.OneToOneField(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluation",
        verbose_name=_("booking"),
    )
    loan = models.OneToOneField(
        Loan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluation",
        verbose_name=_("loan"),
    )
    # That of the booking or loan, which never changes: whose it is, and of which hub.
    submission = models.ForeignKey(
        Submission,
        on_delete=models.PROTECT,
        related_name="evaluations",
        verbose_name=_("submission"),
    )
    state = models.CharField(_("state"), max_length=12, choices=EvaluationState, editable=False)
    day = models.DateField(_("day"), help_text=_("Of the visit, or of the kit’s return."))
    until = models.DateField(_("can be answered until"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    counted_at = models.DateTimeField(_("tallies received at"), null=True, blank=True)

    # --- What the teacher says ----------------------------------------------------------------
    overall = _face(_("the visit or kit"))
    fit = _face(_("how it fits the lessons"))
    guidance = _face(_("guidance, or guide and cards"))
    prepared = models.PositiveSmallIntegerField(
        _("prepared"), choices=Prepared, null=True, blank=True
    )
    plans = ParagraphsColumn(_("what they do with it in class"), max_length=1000, blank=True)
    worth = ParagraphsColumn(_("what would make them pay for it"), max_length=1000, blank=True)
    quote = ParagraphsColumn(_("in a sentence"), max_length=300, blank=True)
    may_quote = models.BooleanField(_("may be quoted"), default=False)
    quote_name = LineColumn(_("under the name"), max_length=80, blank=True)
    is_shown = models.BooleanField(_("shown on the public page"), default=False)

    # --- What the class ticked or dropped -------------------------------------------------------
    faces_1 = _tally(Face.FINE.label)
    faces_2 = _tally(Face.GOOD.label)
    faces_3 = _tally(Face.VERY_GOOD.label)
    faces_4 = _tally(Face.GREAT.label)
    faces_5 = _tally(Face.BRILLIANT.label)
    again_yes = _tally(_("again: yes"))
    again_maybe = _tally(_("again: maybe"))
    again_no = _tally(_("again: no"))
    before_yes = _tally(_("wants to know more, before: yes"))
    before_maybe = _tally(_("wants to know more, before: maybe"))
    before_no = _tally(_("wants to know more, before: no"))
    after_yes = _tally(_("wants to know more, after: yes"))
    after_maybe = _tally(_("wants to know more, after: maybe"))
    after_no = _tally(_("wants to know more, after: no"))

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["-day", "-pk"]
        permissions = [("view_figures", _("Can view figures without names"))]
        indexes = [
            models.Index(fields=["day"], name="evaluation_day"),
            models.Index(
                fields=["-answered_at"], condition=Q(is_shown=True), name="evaluation_shown"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(booking=None, loan__isnull=False) | Q(booking__isnull=False, loan=None),
                name="evaluation_of_booking_or_loan",
                violation_error_message=_("An evaluation is of a booking or a loan, never both."),
            ),
            models.CheckConstraint(
                condition=Q(state=EvaluationState.ANSWERED, answered_at__isnull=False)
                | (~Q(state=EvaluationState.ANSWERED) & Q(answered_at=None)),
                name="evaluation_answered_once_answered",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__range": (1, 5)}), name=f"evaluation_{name}_is_a_face"
                )
                for name in FACES
            ),
            models.CheckConstraint(
                condition=Q(prepared__range=(1, 3)), name="evaluation_prepared_is_a_choice"
            ),
            # No name is kept, and nothing shown, without the teacher's own tick.
            models.CheckConstraint(
                condition=Q(may_quote=False, quote_name="", is_shown=False)
                | (Q(may_quote=True) & ~Q(quote="") & ~Q(quote_name="")),
                name="evaluation_quoted_with_consent",
                violation_error_message=_("Only what may be quoted is shown, with its name."),
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("day")), name="evaluation_ends_after_its_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.asked.party_name}, {self.submission.asker_name}"

    # --- What the lifecycle asks ----------------------------------------------------------------

    def places(self) -> None:
        """An evaluation holds no place."""

    def touched(self, changed: Any) -> dict[str, Any]:
        return {}

    # --- Questions ------------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        return EvaluationState(self.state).standing

    @property
    def asked(self) -> Booking | Loan:
        """What it is about."""
        found = self.booking or self.loan
        assert found is not None, "a constraint says so"
        return found

    @property
    def subject(self) -> Programme | LessonKit:
        if self.booking is not None:
            return self.booking.visit.programme
        assert self.loan is not None
        return self.loan.kit

    @property
    def is_of_visit(self) -> bool:
        return self.booking_id is not None

    @property
    def took_place(self) -> bool:
        asked = self.asked
        if isinstance(asked, Booking):
            return asked.standing.counts
        return asked.standing.went_out and not asked.standing.is_off

    @property
    def is_over(self) -> bool:
        """Whether it is too late to answer."""
        return timezone.localdate() > self.until

    @property
    def is_due(self) -> bool:
        return self.standing.is_coming and self.took_place and not self.is_over

    def was_answered_by(self, user: User | None) -> bool:
        """Not by a colleague, who only learns that it was answered."""
        return user is not None and self.events.filter(move="answer", by=user).exists()

    @property
    def can_be_counted(self) -> bool:
        """Whether the class's tallies may still come."""
        of_class = not self.asked.audience.is_groups
        return of_class and self.counted_at is None and self.took_place and not self.is_over


class EvaluationEvent(Event):
    hub_lookup = "evaluation__submission__hub"

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="events", verbose_name=_("evaluation")
    )

    objects = OfHubs["EvaluationEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("evaluation event")
        verbose_name_plural = _("evaluation events")
        constraints = [once_about_date("evaluation")]
        indexes = [unnoticed("evaluation")]
