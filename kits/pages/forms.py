"""What a teacher types to borrow a kit: her class, and who she is; and later, what is wrong."""

import datetime
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Booking
from core.addresses import row_number
from core.text.fields import ParagraphsField
from core.uploads import PhotoField, at_most
from kits.models import ContentItem, LessonKit, Loan
from kits.rules import LoanItem, LoanRequest, broken_rules
from kits.waiting.loan_list import LoanWaitRequest
from schools.models import User
from submissions.forms import ClassFieldsForm, SchoolContactForm, given
from submissions.models import Submission
from submissions.pages.asking_form import AskingForm
from submissions.pages.prefilled import (
    as_asked,
    contact_initial,
    initial_of,
    known_classes,
    parties_as_asked,
    party_as_asked,
)
from submissions.rules import Broken, Party, Rule


class LoanClassForm(ClassFieldsForm):
    """The class that works with the kit."""

    def __init__(self, *args: Any, kit: LessonKit, for_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kit, self.for_staff = kit, for_staff
        self.offer_year_groups(kit.year_from, kit.year_to, for_staff=for_staff)
        self.fields["pupils"].help_text = ngettext(
            "At most %(number)d pupil.", "At most %(number)d pupils.", kit.max_pupils
        ) % {"number": kit.max_pupils}

    def broken(self) -> list[Broken]:
        return broken_rules(self.kit, self.known)

    @property
    def known(self) -> Party:
        """The class as far as it is filled in: what is missing breaks no rule."""
        data = self.cleaned_data
        groups = data.get("year_groups") or [None]
        return Party(data.get("name", ""), min(groups), max(groups), data.get("pupils", 0))


class LoanForm(AskingForm):
    """The whole page, with one class."""

    def __init__(
        self,
        data: Any = None,
        *,
        kit: LessonKit,
        user: User | None = None,
        booking: Booking | None = None,
        asked: Submission | None = None,
        for_staff: bool = False,
        day: datetime.date | None = None,
        again: Any = None,
        class_asked: int = 0,
    ) -> None:
        """`day`: on which it is collected, where that is known. `asked`: what is asked already
        and not confirmed, to be asked anew with changes. `again`: what was typed before, shown
        again and not checked. `class_asked`: the key of the class for which a link led here."""
        self.is_bound = data is not None
        self.is_refilled = self.is_bound and "use" in data
        rows = Booking.objects.all(), Loan.objects.all()
        self.known_classes = known_classes(user, day, *rows) if day else []
        initial, parties = contact_initial(user), [initial_of(self.known_classes, class_asked)]
        # Of a hold, or of the visit that the kit goes with, all is known.
        if asked is not None:
            initial, parties = as_asked(asked), parties_as_asked(asked) or parties
        elif booking is not None:
            # Who she is says her profile, which may be newer; and a colleague is somebody else.
            hers = {name: value for name, value in initial.items() if value and name != "school"}
            initial, parties = as_asked(booking.submission) | hers, [party_as_asked(booking)]
        if again is not None:
            initial |= given(SchoolContactForm(again, for_staff=for_staff))
        self.contact = SchoolContactForm(data, initial=initial, for_staff=for_staff)
        details: Any = {"kit": kit, "for_staff": for_staff, "prefix": "klas"}
        first = parties[0]
        if again is not None:
            first |= given(LoanClassForm(again, **details))
        self.class_form = LoanClassForm(data, initial=first, **details)
        if self.asks_for_more:
            self._refill(row_number(data.get("use")), details)

    def _refill(self, used: int, details: Any) -> None:
        """What was typed becomes the initial values: nothing is lost, and nothing checked yet."""
        typed = given(self.class_form) | initial_of(self.known_classes, used)
        self.class_form = LoanClassForm(initial=typed, **details)
        if used:
            for_staff = details["for_staff"]
            self.contact = SchoolContactForm(initial=given(self.contact), for_staff=for_staff)

    @property
    def party_forms(self) -> list[LoanClassForm]:
        return [self.class_form]

    def add_broken(self, broken: list[Broken]) -> None:
        """Put each broken rule at its field."""
        for one in broken:
            self.class_form.add_error(one.field, one.message)

    def wanted(
        self,
        *,
        item: LoanItem,
        browser: str,
        language: str,
        overrule: Collection[Rule] = (),
        note: str = "",
    ) -> LoanRequest:
        """What is asked for, as the verbs take it; its submission is not saved."""
        party = self.class_form.party
        what = [item.kit.pk, item.starts_on, item.ends_on, item.delivery, party]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        return LoanRequest(submission, item, party, overrule, note)

    def wanted_waiting(self, item: LoanItem, *, browser: str, language: str) -> LoanWaitRequest:
        """What is asked of the waiting list."""
        party = self.class_form.party
        what = ["wait", item.kit.pk, item.starts_on, item.ends_on, item.delivery, party]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        return LoanWaitRequest(submission, item, party)


class ReportForm(forms.Form):
    """Something missing or broken, told by the school."""

    item = forms.ModelChoiceField(
        ContentItem.objects.none(),
        label=gettext_lazy("Which part?"),
        required=False,
        empty_label=gettext_lazy("The box as a whole, or something else"),
    )
    text = ParagraphsField(
        label=gettext_lazy("What is the matter?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Tell in a few words what is missing or broken."),
        },
    )
    photo = PhotoField(
        label=gettext_lazy("A photo, if that helps"),
        required=False,
        help_text=at_most(
            gettext_lazy("JPEG, PNG or WebP, {limit} MB at most. No pupils in it, please.")
        ),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, kit: LessonKit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Any = self.fields["item"]
        item.queryset = kit.contents.all()
