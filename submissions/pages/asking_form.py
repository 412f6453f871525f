"""The form of step two: the class or classes (or groups), and who asks."""

from collections.abc import Sequence
from typing import Any

from core.pages.errors import Said, at_fields
from schools.models import School
from submissions.forms import ContactForm


def school_in(contact: ContactForm) -> School | None:
    """The school of the directory, as far as one is chosen."""
    school = getattr(contact, "cleaned_data", {}).get("school")
    return school if isinstance(school, School) else None


class AskingForm:
    """Who asks and for whom, sent together.

    A kind makes `contact` and the forms of its parties. A submit that searches a school, or uses
    a class that we know, checks nothing and shows the same page again with all that was typed.
    """

    is_bound: bool
    is_refilled = False  # by a button that changes what is filled in and sends nothing
    contact: ContactForm

    @property
    def party_forms(self) -> Sequence[Any]:
        """One for each class or group, in the order of the page."""
        raise NotImplementedError

    @property
    def asks_for_more(self) -> bool:
        """Whether this submit sends nothing yet."""
        return self.is_refilled or self.contact.is_searching_school

    def is_valid(self) -> bool:
        if not self.is_bound or self.asks_for_more:
            return False
        # Each is asked, so that all errors are said at once.
        found = [form.is_valid() for form in (self.contact, *self.party_forms)]
        return all(found)

    @property
    def school(self) -> School | None:
        """The school of the directory, as far as one is chosen."""
        return school_in(self.contact)

    @property
    def common_errors(self) -> list[str]:
        """Messages about no single field."""
        return [str(error) for error in self.contact.non_field_errors()]

    @property
    def errors(self) -> Said:
        """In the order of the page."""
        said = [(None, message) for message in self.common_errors]
        return said + at_fields(*self.party_forms, self.contact)
