"""The school field: search the directory and choose, or type a school that is not in it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.addresses import row_number
from core.text.normal import line
from schools.models import School
from schools.search import Results, find_schools

MAX_QUERY = 100


class TypedSchool(NamedTuple):
    """A school as a teacher wrote it, because it is not in the directory."""

    name: str
    city: str


@dataclass(frozen=True)
class SchoolInput:
    """Everything that the field's inputs sent; kept whole, so that nothing typed is lost."""

    choice: str = ""
    query: str = ""
    # The query for which the list on the page was made.
    listed: str = ""
    typed_name: str = ""
    typed_city: str = ""
    find_pressed: bool = False
    # Whether the chosen school is taken: the form comes back with what is known of it.
    take_pressed: bool = False

    @property
    def is_search(self) -> bool:
        """Whether a search was meant rather than sending the form.

        Enter in any field of a form presses its first button, ours or another. Somebody who has
        chosen (or typed) a school and has not changed the query since meant to send the form;
        somebody who typed a query and has not seen what it finds meant to search.
        """
        if self.take_pressed:
            return True
        has_answer = bool(self.choice or self.typed_name)
        if self.query == self.listed:
            return self.find_pressed and not has_answer
        return self.find_pressed or not has_answer

    @property
    def has_taken(self) -> bool:
        return self.take_pressed and bool(self.choice)


class SchoolChoiceWidget(forms.Widget):
    """A text input with a 'search' button, a plain radio list, and two inputs for the rest.

    The inputs of a field `school` are called `school` (the radio: a primary key), `school_q`,
    `school_listed`, `school_find`, `school_typed_name` and `school_typed_city`. A page with a
    button `school_take` shows what is known of the school.
    """

    template_name = "schools/school_choice_widget.html"
    use_fieldset = True
    # Speaks of the school, not to it.
    for_staff = False
    # Offers to type a school that is not in the directory.
    may_type = True
    # What the field found of the choice, once it has been checked.
    found: School | None = None

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""  # the legend names the group; each input has its own label

    def value_from_datadict(self, data: Any, files: Any, name: str) -> SchoolInput:
        def text(part: str) -> str:
            return line(str(data.get(name + part) or ""))

        return SchoolInput(
            choice=text(""),
            query=text("_q")[:MAX_QUERY],
            listed=text("_listed"),
            typed_name=text("_typed_name"),
            typed_city=text("_typed_city"),
            find_pressed=f"{name}_find" in data,
            take_pressed=f"{name}_take" in data,
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(name + part in data for part in ("", "_q", "_typed_name"))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        given = as_input(value)
        attrs = context["widget"]["attrs"]
        known = self.found if self.found and str(self.found.pk) == given.choice else None
        return context | school_choices(name, given.query, given.choice, known) | {
            "given": given,
            "for_staff": self.for_staff,
            "may_type": self.may_type,
            "input_id": attrs.get("id") or f"id_{name}",
            "invalid": "is-invalid" in attrs.get("class", "") or "aria-invalid" in attrs,
            "describedby": attrs.get("aria-describedby", ""),
        }  # fmt: skip

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # The form renderer looks in apps only; our templates are in the project's folder.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


def as_input(value: School | TypedSchool | SchoolInput | None) -> SchoolInput:
    """An initial or submitted value of the field as its inputs."""
    if isinstance(value, SchoolInput):
        return value
    if isinstance(value, School):
        return SchoolInput(choice=str(value.pk))
    if isinstance(value, TypedSchool):
        return SchoolInput(typed_name=value.name, typed_city=value.city)
    return SchoolInput()


def chosen_school(choice: str) -> School | None:
    """The open school with that primary key, as the radio list sends it."""
    number = row_number(choice)
    return School.objects.open().filter(pk=number).first() if number else None


def school_choices(
    name: str, query: str, choice: str = "", known: School | None = None
) -> dict[str, Any]:
    """What the radio list of the field `name` shows; what was chosen stays, at the top. `known`:
    the school of that choice, where it was looked for already."""
    results = find_schools(query) if query else Results("", [])
    chosen = known or chosen_school(choice)
    others = [school for school in results.schools if school != chosen]
    return {
        "name": name,
        "results": results,
        "chosen": chosen,
        "schools": [chosen, *others] if chosen else others,
    }


class SchoolField(forms.Field):
    """A school from the directory (a School), or one that is not in it (a TypedSchool).

    Works without scripts; with htmx on the page the list appears while typing. A form with
    this field mixes in SchoolSearchForm, so that its 'search' button shows the form again
    with the matches, everything typed kept and nothing else checked::

        class BookingForm(SchoolSearchForm, forms.Form):
            school = SchoolField(label=_("School"))

        form = BookingForm(request.POST or None, initial={"school": request.user.school})
        if form.is_valid():            # False as well while somebody is searching
            match form.cleaned_data["school"]:
                case TypedSchool(name, city): ...
                case school: ...       # a School, or None if the field is not required

    A template that is not crispy's writes the field in a <fieldset> with a <legend>. The page
    loads htmx 2; it needs no other script or style. The form's method is POST (or GET) to
    any address that shows the same form again.
    """

    widget = SchoolChoiceWidget
    default_error_messages = {
        "required": _("Search for your school and choose it."),
        "choose": _("Choose your school from the list."),
        "nothing_found": _(
            "No school was found for this. Try fewer words, or fill in your school under "
            "‘My school is not listed’."
        ),
        "invalid_choice": _("This school is no longer in the list. Please search again."),
        "two_schools": _(
            "You chose a school and typed one as well. Choose ‘None of these’, or empty what "
            "you typed."
        ),
        "name_missing": _("Fill in the name of your school as well."),
        "city_missing": _("Fill in the place of your school as well."),
    }

    def clean(self, value: Any) -> School | TypedSchool | None:
        given = as_input(value)
        typed = bool(given.typed_name or given.typed_city)
        if given.choice and typed:
            raise self._error("two_schools")
        if given.choice:
            school = chosen_school(given.choice)
            if school is None:
                raise self._error("invalid_choice")
            widget: Any = self.widget
            widget.found = school
            return school
        if typed:
            return self._typed(given)
        if given.query:
            found = find_schools(given.query).schools
            raise self._error("choose" if found else "nothing_found")
        if self.required:
            raise self._error("required")
        return None

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, now = as_input(initial), as_input(data)
        return (before.choice, before.typed_name, before.typed_city) != (
            now.choice,
            now.typed_name,
            now.typed_city,
        )

    def _typed(self, given: SchoolInput) -> TypedSchool:
        if not given.typed_name:
            raise self._error("name_missing")
        if not given.typed_city:
            raise self._error("city_missing")
        return TypedSchool(
            forms.CharField(max_length=200).clean(given.typed_name),
            forms.CharField(max_length=100).clean(given.typed_city),
        )

    def _error(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class SchoolSearchForm(forms.Form):
    """Mix-in for forms with a SchoolField: pressing 'search' is not sending the form."""

    @property
    def is_searching_school(self) -> bool:
        """Whether this submit asks for matches, to be shown in the same form again."""
        return self.is_bound and any(
            self[name].data.is_search
            for name, field in self.fields.items()
            if isinstance(field, SchoolField)
        )

    def is_valid(self) -> bool:
        return not self.is_searching_school and super().is_valid()

    def full_clean(self) -> None:
        if self.is_searching_school:
            # Half a form is no mistake yet: no errors, and no data either.
            self._errors = ErrorDict(renderer=self.renderer)
            self.cleaned_data: dict[str, Any] = {}
        else:
            super().full_clean()


class MergeForm(SchoolSearchForm):
    """The listed school that a typed one turns out to be; searched for by its name at once."""

    school = SchoolField(label=_("The listed school"))
    use_required_attribute = False

    def __init__(self, data: Any = None, *, source: School) -> None:
        super().__init__(data, initial={"school": SchoolInput(query=source.name[:MAX_QUERY])})
        widget: Any = self.fields["school"].widget
        widget.for_staff, widget.may_type = True, False

    def clean_school(self) -> School:
        school = self.cleaned_data["school"]
        if not isinstance(school, School):
            raise ValidationError(_("Choose a school from the list."))
        return school
