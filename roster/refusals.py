"""Why somebody may not have a shift, or something cannot be done with it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused


class MayNot(Refused):
    """A person may not have a shift. Staff overrule what she said herself, with a note; never what
    the law, a certificate or the database forbids (docs/decisions/0038)."""

    can_be_overruled = False
    to_her: Any = ""  # the same, as she reads it herself

    @classmethod
    def name(cls) -> str:
        """As the shift and its history keep it."""
        return cls.__name__


class HasLeft(MayNot):
    message = _("She has left the team.")
    to_her = _("You are not on the team any more.")


class OfAnotherHub(MayNot):
    message = _("She is of another hub.")
    to_her = _("This is of another hub.")


class Over(MayNot):
    message = _("This shift has begun, or is over.")
    to_her = _("This shift has begun, or is over.")
    can_be_overruled = True  # somebody stood in for who did not come


class NoCertificate(MayNot):
    message = _("No certificate (VOG) of hers was seen.")
    to_her = _("We have not seen a certificate (VOG) of yours yet. Call us.")


class CertificateExpired(MayNot):
    message = _("Her certificate (VOG) has ended by then.")
    to_her = _("Your certificate (VOG) has ended by then. Call us about a new one.")


class InSchoolHours(MayNot):
    message = _("She must be at school then.")
    to_her = _("You must be at school then.")


class TooLoud(MayNot):
    message = _("It is too loud there for somebody under 18.")
    to_her = _("It is too loud there for somebody under 18.")


class Overlaps(MayNot):
    message = _("She has another shift at that time.")
    to_her = _("You have another shift at that time.")


class CannotRun(MayNot):
    message = _("She does not run this programme.")
    to_her = _("You do not run this programme, as far as we know. Call us if you do.")
    can_be_overruled = True


class Absent(MayNot):
    message = _("She cannot on that day.")
    to_her = _("You said that you cannot on that day.")
    can_be_overruled = True


class NotThen(MayNot):
    message = _("She has not said that she can at that time.")
    to_her = _("You have not said that you can at that time.")
    can_be_overruled = True


OVERRULABLE = {one.name(): one for one in MayNot.__subclasses__() if one.can_be_overruled}


class JustGiven(Refused):
    message = _("This shift has just been given away. Below is what else is open.")


class NotNeeded(Refused):
    message = _("This shift is not needed any more. Below is what else is open.")


class NotHers(Refused):
    message = _("This is not your shift, or not any more.")


class NoteRequired(Refused):
    message = _("Say why you give it to her all the same: %(reasons)s")


class NotOverYet(Refused):
    message = _("This shift is still to come.")


class LongerThanPlanned(Refused):
    message = _(
        "That is %(hours)s hours, much longer than the shift. Is it right? Then say so below."
    )


class StillHasShifts(Refused):
    message = _("She still has shifts to come. Let those go first.")
