"""Asked how it was, as the worker asks, and answered, as a teacher does."""

from typing import Any

from django.test import Client
from django.urls import reverse

from impact import clock, lifecycle, links
from impact.models import Evaluation
from tests.factories import amsterdam, make_booking

VISIT_OVER = amsterdam(2026, 11, 4, 10)  # the day after the visits of `make_slot`
TALLY = {"faces_1": 1, "faces_2": 0, "faces_3": 3, "faces_4": 8, "faces_5": 12}
TEACHER = {"overall": 5, "fit": 4, "guidance": 3, "prepared": 3, "plans": "Een brug bouwen."}
QUOTE = {"quote": "Iedereen wilde blijven.", "may_quote": True, "quote_name": "Anouk, groep 7"}


def make_evaluation(**fields: Any) -> Evaluation:
    """Of a booking that was yesterday; call it with the clock on the day after."""
    booking = make_booking(**fields)
    clock.ask_due()
    return Evaluation.objects.with_facts().get(booking=booking)


def answered(evaluation: Evaluation, **answers: Any) -> Evaluation:
    lifecycle.answer(evaluation=evaluation, answers=TEACHER | answers, by=None)
    return evaluation


def address(evaluation: Evaluation, page: str = "evaluation") -> str:
    """By the link of the mail."""
    submission = evaluation.submission
    kwargs: dict[str, Any] = {
        "public_id": submission.public_id,
        "token": links.token_of(submission),
    }
    if page in {"evaluation", "tallies", "unquote"}:
        kwargs["pk"] = evaluation.pk
    return reverse(f"evaluations:{page}", kwargs=kwargs)


def post(evaluation: Evaluation, page: str = "evaluation", **data: Any) -> Any:
    return Client().post(address(evaluation, page), data)
