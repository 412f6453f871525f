"""The questions afterwards: answered once, without signing in, by the link of the mail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from impact import lifecycle
from impact.models import Evaluation
from impact.pages.access import load_submission
from impact.pages.forms import EvaluationForm, OnlyTallyForm, TallyForm, TeacherForm
from submissions.access import path_of
from submissions.models import Submission


@login_not_required
@never_cache
@require_safe
def overview(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """Every class of the submission; the questions at once where there is one."""
    submission = load_submission(request, public_id, token)
    rows = list(Evaluation.objects.seen_in(submission).with_facts().order_by("pk"))
    if not rows:
        raise Http404
    if len(rows) == 1:
        return redirect(path_of(submission, "evaluations:evaluation", token, pk=rows[0].pk))
    context = {"submission": submission, "evaluations": rows, "token": token}
    return render(request, "impact/evaluation_list.html", context | {"hub": submission.hub})


@method_decorator([login_not_required, never_cache], name="dispatch")
class AnsweringView(View):
    """A form that is received once. What comes too late is shown back, so that nothing is lost."""

    http_method_names = ["get", "head", "post"]  # as in View
    form_class: type[TallyForm | TeacherForm]
    template_name = ""

    def may_answer(self, evaluation: Evaluation) -> bool:
        raise NotImplementedError

    def receive(self, evaluation: Evaluation, answers: Mapping[str, Any]) -> None:
        """Raises Refused."""
        raise NotImplementedError

    def dispatch(
        self, request: HttpRequest, public_id: UUID, pk: int, token: str | None = None
    ) -> HttpResponseBase:
        self.submission = load_submission(request, public_id, token)
        self.token = token
        return super().dispatch(request, self._evaluation(self.submission, pk))

    def get(self, request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
        if not self.may_answer(evaluation):
            return self.show_closed(evaluation)
        return self.show(evaluation, self.form_class(evaluation=evaluation))

    def post(self, request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
        form = self.form_class(request.POST, evaluation=evaluation)
        if not self.may_answer(evaluation):
            return self.refuse(evaluation, form)
        if not form.is_valid():
            return self.show(evaluation, form, status=422)
        try:
            rate_limits.count_post(request)
            self.receive(evaluation, form.cleaned_data)
        except rate_limits.TooMany as refusal:
            form.add_error(None, refusal)
            return self.show(evaluation, form, status=409)
        except Refused:
            return self.refuse(self._evaluation(self.submission, evaluation.pk), form)
        return redirect(self.page_of(evaluation))

    def refuse(self, evaluation: Evaluation, form: Any) -> HttpResponse:
        """The second of two clicks is told of the first; others get back what they typed."""
        if form.is_valid() and _says(evaluation, form.cleaned_data):
            return redirect(self.page_of(evaluation))
        typed = [field for field in form if field.value() not in (None, "", False)]
        return self.show_closed(evaluation, typed=typed, status=409)

    def show(self, evaluation: Evaluation, form: Any, status: int = 200) -> HttpResponse:
        context = self._context(evaluation) | {"form": form}
        return render(self.request, self.template_name, context, status=status)

    def show_closed(
        self, evaluation: Evaluation, typed: list[Any] | None = None, status: int = 200
    ) -> HttpResponse:
        """Received on, too late, or never asked; not what was answered, as colleagues come here."""
        context = self._context(evaluation) | {"typed": typed or []}
        return render(self.request, "impact/evaluation_closed.html", context, status=status)

    def page_of(self, evaluation: Evaluation) -> str:
        return path_of(self.submission, "evaluations:evaluation", self.token, pk=evaluation.pk)

    def _evaluation(self, submission: Submission, pk: int) -> Evaluation:
        found = Evaluation.objects.seen_in(submission).filter(pk=pk).with_facts().first()
        if found is None:
            raise Http404
        return found

    def _context(self, evaluation: Evaluation) -> dict[str, Any]:
        others = Evaluation.objects.seen_in(self.submission).exclude(pk=evaluation.pk)
        return {
            "submission": self.submission,
            "evaluation": evaluation,
            "asked": evaluation.asked,
            "is_group": evaluation.asked.audience.is_groups,
            "has_others": others.exists(),
            "is_quoted": evaluation.may_quote
            and evaluation.was_answered_by(self.submission.teacher),
            "token": self.token,
            "hub": self.submission.hub,
        }


class EvaluationView(AnsweringView):
    form_class = EvaluationForm
    template_name = "impact/evaluation_form.html"

    def may_answer(self, evaluation: Evaluation) -> bool:
        return evaluation.is_due

    def receive(self, evaluation: Evaluation, answers: Mapping[str, Any]) -> None:
        lifecycle.answer(evaluation=evaluation, answers=answers, by=self.submission.teacher)


@login_not_required
@never_cache
@require_POST
def unquote(
    request: HttpRequest, public_id: UUID, pk: int, token: str | None = None
) -> HttpResponse:
    """She said that we may quote her, and thinks otherwise by now."""
    submission = load_submission(request, public_id, token)
    evaluation = get_object_or_404(Evaluation.objects.seen_in(submission), pk=pk)
    if not evaluation.was_answered_by(submission.teacher):
        raise Http404  # a colleague's words
    lifecycle.unquote(evaluation=evaluation, by=submission.teacher)
    say_once(request, _("We do not quote you any more; your sentence is on no page."))
    return redirect(path_of(submission, "evaluations:evaluation", token, pk=pk))


class TallyView(AnsweringView):
    """What the class counted, where it did not come along with the teacher's answers."""

    form_class = OnlyTallyForm
    template_name = "impact/evaluation_tallies.html"

    def may_answer(self, evaluation: Evaluation) -> bool:
        return evaluation.can_be_counted

    def receive(self, evaluation: Evaluation, answers: Mapping[str, Any]) -> None:
        lifecycle.count(evaluation=evaluation, tallies=answers, by=self.submission.teacher)


def _says(evaluation: Evaluation, answers: Mapping[str, Any]) -> bool:
    return all(getattr(evaluation, name) == value for name, value in answers.items())
