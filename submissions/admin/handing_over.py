"""Staff hand over what a teacher has to come, where she left without doing so herself."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.backoffice.asking import ask_page
from core.backoffice.base import scoped
from core.lifecycle import Refused
from core.text.fields import MailAddressField
from schools.models import User
from submissions.forms import EMAIL_MESSAGES
from submissions.models import Submission
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share


class TakerForm(forms.Form):
    email = MailAddressField(
        label=_("E-mail address of the colleague who takes over"),
        max_length=254,
        error_messages=EMAIL_MESSAGES,
    )

    use_required_attribute = False


@require_http_methods(["GET", "POST"])
def hand_over_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """What of her is to come in staff's own hubs, and to whom it is offered, who accepts first."""
    if not request.user.has_perm("submissions.change_submission"):
        raise PermissionDenied
    teacher = get_object_or_404(User, pk=user_id, is_staff=False)
    ours = scoped(Submission.objects.filter(user=teacher), request.user)
    coming = [share for share in lifecycle.all_of(teacher) if ours.filter(pk=share.submission.pk)]
    form = TakerForm(request.POST or None)
    if form.is_valid():
        email, by = form.cleaned_data["email"], request.user
        try:
            assert isinstance(by, User)
            lifecycle.invite(shares=coming, email=email, by=by, takes_over=True)
        except Refused as refusal:
            form.add_error("email", refusal)
        else:
            words = _("A mail is going to %(email)s. Nothing changes until it is accepted.")
            messages.success(request, words % {"email": email})
            return redirect("admin:schools_user_change", teacher.pk)
    return ask_page(
        request,
        teacher,
        form,
        title=_("Hand over what %(name)s has to come") % {"name": teacher},
        about="; ".join(_lines(coming)) or _("There is nothing to come."),
        explanation=_(
            "The colleague gets a mail and becomes the contact by accepting; until then nothing "
            "changes. The links in earlier mails then stop working."
        ),
        submit=_("Send the invitation"),
    )


def _lines(shares: list[Share]) -> list[str]:
    submissions = [share.submission for share in shares]
    return lifecycle.lines_of(submissions)
