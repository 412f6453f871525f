"""What we know of a person, for herself: made in the request, kept nowhere.

Found by person and not by submission: of what she shares with colleagues, or they with her, it
tells her own side, and names others by their roles only.
"""

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from core.models import Mail
from schools.models import User
from submissions.kinds import remembering
from submissions.models import Companion, Submission
from submissions.privacy.history import Known, moment_in_words
from submissions.sharing.lifecycle import rows_of


def known_of(user: User) -> Known:
    """Titles and texts in the language of the moment, nested as they are read."""
    found: Known = {
        _("You"): _account(user),
        _("What you asked for"): _submissions(user),
        _("What colleagues share with you"): _shared(user),
        _("Mails to you"): [
            {_("When"): moment_in_words(mail.created_at), _("Subject"): mail.subject}
            for mail in Mail.objects.filter(to=user.email).order_by("pk")
        ],
    }
    for part in remembering():
        found |= part.told_by(user)
    return found


def _account(user: User) -> Known:
    found = {
        _("E-mail address"): user.email,
        _("Name"): user.name,
        _("Telephone"): user.phone,
        _("School"): str(user.school or ""),
        _("Language"): str(dict(settings.LANGUAGES).get(user.language, user.language)),
        _("Known since"): moment_in_words(user.joined_at),
        _("Last signed in"): moment_in_words(user.last_login),
    }
    return {title: text for title, text in found.items() if text}


def _submissions(user: User) -> list[Known]:
    """However many there are, it takes as many statements."""
    alive = Prefetch("companions", Companion.objects.alive())
    rows = Submission.objects.filter(user=user).select_related("school", "organisation")
    submissions = list(rows.prefetch_related(alive).order_by("pk"))
    kept = [part.known(submissions, user) for part in remembering()]
    return [
        _submission(one, [known for of_part in kept for known in of_part.get(one.pk, [])])
        for one in submissions
    ]


def _submission(submission: Submission, along: list[Known]) -> Known:
    found: Known = {
        _("Reference"): submission.reference,
        _("When"): moment_in_words(submission.created_at),
        _("Contact person"): submission.contact_name,
        _("E-mail address"): submission.email,
        _("Telephone"): submission.phone,
        _("School or organisation"): submission.asker_name,
        _("Photographs"): submission.get_photos_display() if submission.photos else "",
        _("What must we arrange?"): submission.facilities,
        _("Purchase-order number"): submission.purchase_order,
    }
    found[_("With it")] = along
    number = len(submission.companions.all())  # those alive
    found[_("Colleagues who share it")] = str(number) if number else ""
    return {title: text for title, text in found.items() if text}


def _shared(user: User) -> list[Known]:
    asked = Companion.objects.filter(Q(user=user) | Q(email=user.email))
    companions = list(asked.select_related("submission").order_by("pk"))
    shared = rows_of(companions)
    found = []
    for one in companions:
        lines = []
        for kind, rows in shared:
            hers = [row for row in rows if row.submission_id == one.submission_id and one.has(row)]
            lines += kind.lines(hers)
        state = str(one.get_state_display())
        known = {_("By"): _("a colleague"), _("State"): state, _("What"): "; ".join(lines)}
        found.append({title: text for title, text in known.items() if text})
    return found
