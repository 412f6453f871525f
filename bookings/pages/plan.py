"""Several visits in one go, all or none: a row a visit, a tap a date, and one 'boek'."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from bookings import next_school_year, tasters
from bookings.models import VisitSlot
from bookings.pages.book import BookingAsking
from bookings.pages.forms import BookingContactForm
from bookings.pages.parties import ClassForm
from bookings.places import DoesNotFit, VisitFull, VisitGone, ZonesTaken
from bookings.planning.as_shown import number_of, slot_chosen
from bookings.planning.availability import Outlook, free_after
from bookings.planning.offer import Offer
from bookings.planning.proposals import (
    Proposal,
    experiences_of,
    of_last_year,
)
from bookings.refusals import ClassAlreadyBooked
from bookings.rules import VisitItem, VisitRequest
from core.addresses import row_number
from core.lifecycle import Refused
from core.pages.errors import Said, errors_of
from core.text.fields import LineField, WholeNumberField
from schools.models import School, User
from submissions.access import SignedInRequest
from submissions.models import Submission
from submissions.pages.ask import asked_by
from submissions.pages.asking_form import school_in
from submissions.pages.prefilled import class_asked, contact_initial
from submissions.rules import Party, RulesBroken

DATES_SHOWN = 6
GONE = (VisitFull, ZonesTaken, DoesNotFit, VisitGone)


class TwoHubs(Refused):
    message = gettext_lazy(
        "These visits are at two centres. Choose those of one centre, book them, and then the rest."
    )


class NothingChosen(Refused):
    message = gettext_lazy("Choose a date for at least one of them.")


class LeftTheList(Refused):
    message = gettext_lazy(
        "One of the visits that you chose a date for is booked already, or no longer on offer. "
        "Look at the others once more, and send it again."
    )


class RowForm(ClassForm):
    """One class in one programme; without a date it stays out of what is booked."""

    what = LineField(required=False, widget=forms.HiddenInput)
    slot = LineField(required=False, max_length=60)
    # How many free dates were shown before these.
    further = WholeNumberField(required=False, widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        proposal: Proposal,
        outlook: Outlook,
        after: datetime.datetime | None,
        **kwargs: Any,
    ) -> None:
        """`after`: the Proeverij to come, before which its class cannot come."""
        initial = proposal.initial | {"further": 0, "what": proposal.key}
        super().__init__(*args, programme=proposal.programme, initial=initial, **kwargs)
        self.proposal, self.outlook, self.after = proposal, outlook, after
        self.fields["year_groups"].widget = forms.MultipleHiddenInput()
        if "level" in self.fields:
            self.fields["level"].widget = forms.HiddenInput()
        self.fields["name"].help_text = ""
        self.show_dates(row_number(str(self["further"].value() or "")))

    def show_dates(self, skipped: int) -> None:
        """The free dates after the first `skipped`; the choice that was made stays among them, as
        long as it is free."""
        pupils = row_number(str(self["pupils"].value() or ""))
        free = self.free(skipped + DATES_SHOWN + 1, pupils)
        self.offers: list[Offer] = free[skipped : skipped + DATES_SHOWN]
        self.has_more = len(free) > skipped + DATES_SHOWN
        self.skipped = skipped
        chosen = self.chosen
        if chosen and chosen not in {offer.slot_id for offer in self.offers}:
            self.offers = [one for one in free if one.slot_id == chosen] + self.offers

    def free(self, limit: int, pupils: int) -> list[Offer]:
        if self.after is None:
            return self.outlook.next_free(limit, 1, pupils)
        return free_after(self.programme, self.after, limit, 1, pupils)

    @property
    def chosen(self) -> int:
        """The key of the slot that is ticked."""
        return number_of(self.data.get(self.add_prefix("slot")))

    @property
    def is_chosen(self) -> bool:
        return bool(self.chosen)

    def full_clean(self) -> None:
        """Rows without a date are not validated."""
        if self.is_bound and not self.is_chosen:
            self._errors, self.cleaned_data = forms.utils.ErrorDict(), {}
            return
        super().full_clean()

    def clean_slot(self) -> VisitSlot | None:
        """Only the verb checks room: at a second click the first has this very place."""
        return slot_chosen(self.cleaned_data["slot"], self.programme)

    def say_gone(self) -> None:
        """Say that a date is gone; show what is free."""
        self.outlook = Outlook(self.programme)
        chosen = self.cleaned_data["slot"].pk
        self.show_dates(self.skipped)
        if chosen not in {offer.slot_id for offer in self.offers}:
            self.add_error("slot", _("This date has just gone. Choose another one."))

    @property
    def after_summer(self) -> Party | None:
        """The class as it is on offered dates after the summer, when it is a year further; None if
        no date is. Shown before one is chosen."""
        now = replace(self.proposal.party, name=str(self["name"].value() or ""))
        later = (self.proposal.party_on(offer.day, now) for offer in self.offers)
        return next((party for party in later if party != now), None)

    @property
    def item(self) -> VisitItem:
        """After `is_valid()`, of one that is chosen."""
        slot = self.cleaned_data["slot"]
        return VisitItem(slot, self.programme, self.proposal.party_on(slot.day, self.party))


class PlanForm:
    """The page: its rows, and who asks."""

    def __init__(self, data: QueryDict | None, proposals: Sequence[Proposal], user: User) -> None:
        # Three classes in one programme: its dates are read once.
        programmes = {one.programme.pk: one.programme for one in proposals}
        outlooks = {pk: Outlook(programme) for pk, programme in programmes.items()}
        after = {pk: tasters.awaited(one, user.school_id) for pk, one in programmes.items()}
        sent = self._sent(data)
        new = count(max(sent.values(), default=-1) + 1)
        self.rows = []
        for one in proposals:
            known = one.key in sent
            number = sent.pop(one.key) if known else next(new)
            row = RowForm(
                self._turned(data, number) if known else None,
                proposal=one,
                outlook=outlooks[one.programme.pk],
                after=after[one.programme.pk],
                prefix=f"rij-{number}",
            )
            self.rows.append(row)
        left = [data.get(f"rij-{number}-slot") for number in sent.values()] if data else []
        self.chose_what_left = any(number_of(slot) for slot in left)
        self.contact = BookingContactForm(data, initial=contact_initial(user))
        self.turns = data is not None and "further" in data

    @staticmethod
    def _sent(data: QueryDict | None) -> dict[str, int]:
        """Key of a proposal → the number of its row on the page that was sent. The list may be
        another one by now: staff take a programme off the site, or another tab booked a part."""
        typed: Any = data or {}
        rows = range(settings.MOST_CLASSES_AT_ONCE)
        return {key: one for one in rows if (key := typed.get(f"rij-{one}-what"))}

    @staticmethod
    def _turned(data: QueryDict | None, number: int) -> QueryDict | None:
        """What was sent, with the next dates for the row whose 'later' was pressed."""
        if data is None or data.get("further") != str(number):
            return data
        turned = data.copy()
        name = f"rij-{number}-further"
        turned[name] = str(row_number(data.get(name)) + DATES_SHOWN)
        return turned

    @cached_property
    def chosen(self) -> list[RowForm]:
        return [row for row in self.rows if row.is_chosen]

    def is_valid(self) -> bool:
        found = [self.contact.is_valid(), *[row.is_valid() for row in self.chosen]]
        return all(found)

    def wanted(self, **asked: Any) -> VisitRequest:
        """After `is_valid()`. Raises LeftTheList, NothingChosen, TwoHubs."""
        if self.chose_what_left:
            raise LeftTheList
        items = [row.item for row in self.chosen]
        if not items:
            raise NothingChosen
        if len({item.slot.venue.hub_id for item in items}) > 1:
            raise TwoHubs
        what = [[item.slot.pk, item.programme.pk, item.party] for item in items]
        told = {rule for row in self.chosen for rule in row.told}
        return VisitRequest(self.contact.submission(what=what, **asked), items, told=told)

    def show_refusal(self, refusal: Refused) -> Refused | None:
        """Put a refusal at its row; returns it when it concerns the whole page."""
        if isinstance(refusal, RulesBroken):
            for one in refusal.broken:
                row = self.chosen[one.class_index or 0]
                row.add_error(one.field if one.field in row.fields else None, one.message)
            return None
        if isinstance(refusal, ClassAlreadyBooked) and refusal.class_index is not None:
            self.chosen[refusal.class_index].add_error("name", refusal)
            return None
        if isinstance(refusal, GONE):
            for row in self.chosen:
                row.say_gone()
        return refusal

    @property
    def school(self) -> School | None:
        return school_in(self.contact)

    @property
    def errors(self) -> Said:
        return errors_of(*self.chosen, self.contact)


class PlanAsking(BookingAsking):
    """Asks as for one visit, and remembers which classes of last year these continue."""

    def __init__(self, plan: PlanForm) -> None:
        self.before = [row.proposal.before for row in plan.chosen]

    def book(self, wanted: VisitRequest, teacher: User) -> Submission:
        return next_school_year.book(wanted, before=self.before, by=teacher)


@method_decorator(never_cache, name="dispatch")
class PlanView(View):
    """`van` in the address says what is proposed: last year's, or a class's Experiences."""

    http_method_names = ["get", "head", "post"]  # as in View
    request: SignedInRequest

    @cached_property
    def same_children(self) -> bool:
        return self.request.GET.get("wie") != "groep"

    @cached_property
    def proposals(self) -> list[Proposal]:
        user = self.request.user
        if user.is_staff or user.school_id is None:
            return []
        if number := class_asked(self.request):
            return experiences_of(user, number)
        return of_last_year(user, same_children=self.same_children)

    def get(self, request: SignedInRequest) -> HttpResponse:
        return self.show(PlanForm(None, self.proposals, request.user))

    def post(self, request: SignedInRequest) -> HttpResponse:
        plan = PlanForm(request.POST, self.proposals, request.user)
        if plan.turns:
            return self.show(plan)
        if plan.chose_what_left and (first := self.sent_before):
            return redirect(PlanAsking(plan).page_of(first))
        if not plan.is_valid():
            return self.show(plan, status=422)
        try:
            wanted = plan.wanted(**asked_by(request))
            return PlanAsking(plan).hold_or_book(request, wanted, plan.school)
        except Refused as refusal:
            return self.show(plan, refused=plan.show_refusal(refusal), status=409)

    @property
    def sent_before(self) -> Submission | None:
        """What the first of two clicks booked: its visits are proposed no more."""
        key = self.request.POST.get("submission_key", "")
        return Submission.objects.filter(user=self.request.user, submission_key=key).first()

    def show(
        self, plan: PlanForm, refused: Refused | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": plan,
            "refused": refused,
            "same_children": self.same_children,
            "of_class": class_asked(self.request),
        }
        return render(self.request, "bookings/plan.html", context, status=status)
