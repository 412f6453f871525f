"""The page on which staff propose a small visit to come with another: what both schools will read
is shown before it is sent."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Booking, Visit
from bookings.visits import joining
from core.lifecycle import Refused
from core.mail import outbox
from core.mail.reading import readable
from core.text.fields import ParagraphsField

LET_BE = "let_be"


class JoiningForm(forms.Form):
    to = forms.ChoiceField(
        label=gettext_lazy("What is to happen"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what is to happen."),
            "invalid_choice": joining.FitsNoMore.message,  # since the page was shown
        },
    )
    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        help_text=gettext_lazy("Goes into every mail."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, visit: Visit, others: Sequence[Visit]) -> None:
        self.visit, self.others = visit, {str(one.pk): one for one in others}
        super().__init__(data, initial={"to": next(iter(self.others), LET_BE)})
        self.classes = classes = joining.classes_of([visit, *others])
        words = _("propose %(when)s, with %(who)s")
        choice: Any = self.fields["to"]
        choice.choices = [
            *(
                (key, words % {"when": one.slot, "who": who_comes(classes[one.pk])})
                for key, one in self.others.items()
            ),
            (LET_BE, _("let it go ahead as it is; nobody gets a mail")),
        ]

    @property
    def other(self) -> Visit | None:
        """After `is_valid()`; None: it goes ahead as it is."""
        return self.others.get(self.cleaned_data["to"])

    @property
    def choice(self) -> str:
        """What was chosen, and who would get a mail."""
        return f"{self.cleaned_data['to']} {self.asked} {self.cleaned_data['note']}"

    @property
    def asked(self) -> str:
        there = [self.visit, self.other] if self.other else []
        return joining.in_a_line(row for visit in there for row in self.classes[visit.pk])

    def decide(self, *, by: Any) -> str:
        """Returns what to say of it. Raises what the verbs raise."""
        visit, note = self.visit, self.cleaned_data["note"]
        if self.other is None:
            joining.let_be(visit=visit, by=by)
            return _("It goes ahead as it is.")
        joining.propose(visit=visit, to=self.other, by=by, note=note, seen=self.asked)
        return _("Proposed to both, by mail.")


def joining_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first press shows the mails; the second, with the same choice, sends them."""
    data = request.POST if request.method == "POST" else None
    form = JoiningForm(data, visit=visit, others=joining.could_join(visit))
    mails: list[Any] = []
    if data is not None and form.is_valid():
        try:
            if form.other is None or data.get("shown") == form.choice:
                messages.success(request, form.decide(by=request.user))
                return redirect("admin:bookings_visit_change", visit.pk)
            with outbox.rehearsal() as heard:
                form.decide(by=request.user)
                mails = [(mail, readable(mail)) for mail in outbox.told_of(heard)]
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("A small class"),
        "about": f"{visit}: {who_comes(form.classes[visit.pk])}",
        "norm": visit.programme.whom.heads(visit.programme.min_pupils),
        "form": form,
        "mails": mails,
        "shown": form.choice if mails else "",
        "back": reverse("admin:bookings_visit_change", args=[visit.pk]),
    }
    return TemplateResponse(request, "admin/bookings/joining.html", context)


def who_comes(rows: Sequence[Booking]) -> str:
    return ", ".join(
        f"{one.party_name} ({one.submission.asker_name}, {one.headcount})" for one in rows
    )
