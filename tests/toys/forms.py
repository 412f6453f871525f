from django import forms

from programmes.models import Venue
from submissions.forms import ClassFieldsForm, SchoolContactForm
from submissions.pages.asking_form import AskingForm
from submissions.pages.prefilled import contact_initial
from submissions.rules import Party
from tests.toys.models import Toy


class WhenForm(forms.Form):
    """The first step of staff's phone form."""

    asks_next, focus_by = "venue", "autofocus"
    venue = forms.ModelChoiceField(Venue.objects.none())
    day = forms.DateField()

    def __init__(self, data, *, user) -> None:
        super().__init__(data)
        self.fields["venue"].queryset = Venue.objects.of_hubs(user)

    @property
    def chosen(self):
        return self.cleaned_data


class ToyForm(AskingForm):
    """With one class."""

    def __init__(self, data=None, *, user=None, for_staff: bool = False) -> None:
        self.is_bound = data is not None
        self.contact = SchoolContactForm(data, initial=contact_initial(user), for_staff=for_staff)
        self.party = ClassFieldsForm(data, prefix="klas")
        self.party.offer_year_groups(1, 8, for_staff=for_staff)

    @property
    def party_forms(self):
        return [self.party]

    def toy(self, *, venue: Venue, day, browser: str, language: str) -> Toy:
        data = self.party.cleaned_data
        years = data["year_groups"]
        party = Party(data["name"], min(years), max(years), data["pupils"])
        what = [venue.pk, day, party]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        return Toy(submission=submission, venue=venue, day=day, **party.columns)
