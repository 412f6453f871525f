"""Erasing a person: what leads back to her goes from every table, the counts stay.

By her own hand, on request (`manage.py erase ADDRESS`), and by the worker when nothing was heard of
her for long (`submissions/privacy/when_erased.py`), with a month's notice
(`submissions/privacy/erasure_notice.py`). A submission keeps its school or organisation, its
classes and their numbers; an event keeps what happened, when, and in which role. What was to be
arranged goes on the day after a visit (`erase_facilities` in `bookings/clock.py`). A class that
carries her name is called after its year group (docs/decisions/0022), a group after its kind.
Backups expire by themselves (docs/operations.md).

Each kind says what of a submission is still to come, and each part erases the words that were typed
there (`submissions/kinds.py`).
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import kinds
from core.lifecycle import Refused
from core.mail import queue
from core.models import Mail
from core.text.normal import fold, mail_address
from core.transactions import retried
from schools.models import ClassGroup, Organisation, User
from schools.models.class_group import free_name
from submissions.kinds import Names, remembering, submitted
from submissions.models import CodeChallenge, Submission
from submissions.privacy.erasure_notice import KeepLink, tell_silent
from submissions.privacy.when_erased import due, limit_on, needed_since, silent_since

ERASED = "…"
# The account to which the log of erased staff belongs (RFC 2606: no mail can reach it).
NOBODY = "erased@erased.invalid"
# Each takes a few tenths of a second where there are thousands of mails.
AT_ONCE = 10
# Shorter than this a name or number is found in texts about anything.
TELLING = 6
# Words in the field for a name that say nothing of whose it is, and stand in names of classes.
NOT_NAMES = {
    *("juf", "juffrouw", "meester", "mevrouw", "meneer", "leerkracht", "directeur", "team"),
    *("groep", "klas", "leerjaar", "school", "van", "der", "den", "het", "ten", "ter"),
}


class StillComing(Refused):
    message = _("There is still a visit or a kit to come. Cancel that first.")


class Erasure(kinds.Part):
    name = "erasure"
    jobs = {"erase_overdue": datetime.timedelta(minutes=10)}
    markers = (KeepLink(),)

    def erase_overdue(self) -> None:
        erase_overdue()


# --- The verbs -----------------------------------------------------------------------------------


@transaction.atomic
def erase_person(*, email: str) -> Counter[str]:
    """Erase everything about whoever has this address; returns how many rows per table.

    Raises StillComing while somebody must be able to reach her.
    """
    email = mail_address(email)
    user = User.objects.filter(email=email).exclude(email=NOBODY).first()
    submissions = Submission.objects.filter(Q(email=email) | Q(user=user, user__isnull=False))
    if submissions.filter(needed_since(timezone.now())).exists():
        raise StillComing
    told = _words_about(email, user, submissions)
    names = _naming(told, user, submissions)
    done = Counter[str]()
    done["sessions"] = _erase_sessions(user)
    # What was sent to an address that was corrected later, too.
    addresses = {email, *submissions.values_list("email", flat=True)} - {""}
    done["codes"] = _count(CodeChallenge.objects.filter(email__in=addresses).delete())
    done["mails"] = sum(map(queue.erase, sorted(addresses)))
    # A word that stands alone may be a role ('Directie'), as one types it for a name; and a class
    # may be called by a word that others are called by too ('Jan').
    called = _parties_naming_her(submissions, names)
    whole = {word for word in told | called if " " in word}
    about_hers = Mail.objects.about(submissions.values("reference"))
    done["mails to others"] = queue.blank(whole) + queue.blank(called - whole, about_hers)
    done["log entries"] = _erase_log_entries(user, told, names)
    classes = _erase_from_classes(user, submissions, names)
    done["classes"] = len(classes)
    done["organisations"] = _erase_from_organisations(submissions, told)
    done += _erase_submissions(submissions, names)
    for part in remembering():
        done[f"{part.name} addresses"] = part.erase_address(email, user)
    for kind in submitted():
        kind.erase_from_classes(classes, names)
    if user is not None:
        done["addresses"] = _count(EmailAddress.objects.filter(user=user).delete())
        _leave_log_to_nobody(user)
        user.delete()
        done["users"] = 1
    return +done


def erase_overdue() -> int:
    """The worker's job: erase whom nothing was heard of since the school year before this one.

    Some at a time: on the first of August there are hundreds, and mail waits meanwhile. Whoever has
    an account is told a month before. Returns how many people and submissions were erased.
    """
    tell_silent(AT_ONCE)
    limit = limit_on(timezone.localdate())
    told = due(limit).order_by("email").values_list("email", flat=True)
    erased = sum(_erase_if_due(email, limit) for email in told[:AT_ONCE])
    old = Submission.objects.filter(created_at__lt=limit).exclude(email="")
    # Of who has her month nothing goes before it is over.
    old = old.exclude(email__in=silent_since(limit).values("email")).exclude(needed_since(limit))
    for email in old.order_by("email").values_list("email", flat=True).distinct()[:AT_ONCE]:
        erased += _erase_what_is_old(email, limit)
    return erased


@retried
def _erase_if_due(email: str, limit: datetime.datetime) -> bool:
    """Whoever pressed 'keep me' since she was listed stays: she was told that she does."""
    list(User.objects.select_for_update(no_key=True).filter(email=email).values_list("pk"))
    is_due = due(limit).filter(email=email).exists()
    return is_due and bool(erase_person(email=email))


def found_in(words: Iterable[str]) -> list[str]:
    """Where any of these words stands in a column of text of any table: 'app.Model.field: 12'."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                holds = Q()
                for word in words:
                    holds |= Q(**{f"{field.name}__icontains": word})
                rows = model._base_manager.filter(holds).values_list("pk", flat=True)
                found += [f"{model._meta.label}.{field.name}: {pk}" for pk in rows]
    return found


def words_about(email: str) -> set[str]:
    """Address, names and numbers under which this person can be found."""
    user = User.objects.filter(email=email).first()
    submissions = Submission.objects.filter(email=email)
    return _words_about(mail_address(email), user, submissions)


# --- What goes -----------------------------------------------------------------------------------


@transaction.atomic
def _erase_what_is_old(email: str, limit: datetime.datetime) -> int:
    """All of a person whom nobody needs to reach any more, or only her old submissions."""
    user = User.objects.filter(email=email).first()
    hers = Submission.objects.filter(Q(email=email) | Q(user=user, user__isnull=False))
    recent = hers.filter(Q(created_at__gte=limit) | needed_since(limit)).exists()
    if recent or user is not None:
        old = hers.filter(created_at__lt=limit).exclude(email="").exclude(needed_since(limit))
        words = _words_about(email, user, hers)
        return _erase_submissions(old, _naming(words, user, hers))["submissions"]
    return bool(erase_person(email=email))


def _words_about(email: str, user: User | None, submissions: QuerySet[Submission]) -> set[str]:
    words = {email}
    for row in submissions:
        words |= {row.contact_name, row.phone, row.email}
    if user is not None:
        words |= {user.name, user.phone}
    return {word for word in words if len(word) >= TELLING}


def _naming(words: set[str], user: User | None, submissions: QuerySet[Submission]) -> Names:
    """A test whether a text names her: 'Klas van juf Anouk' names Anouk de Vries."""
    whole = {fold(word) for word in words} - {""}
    full_names = {row.contact_name for row in submissions} | ({user.name} if user else set())
    parts = {part for name in full_names for part in fold(name).split() if len(part) >= 3}
    parts = {part for part in parts if not part.isdigit()} - NOT_NAMES

    def names(text: str) -> bool:
        folded = fold(text)
        return not parts.isdisjoint(folded.split()) or any(word in folded for word in whole)

    return names


def _parties_naming_her(submissions: QuerySet[Submission], names: Names) -> set[str]:
    """Names of classes and groups that carry hers, as colleagues read them in their mails."""
    called: set[str] = set()
    for kind in submitted():
        rows: QuerySet[Any] = kind.model._base_manager.filter(submission__in=submissions)
        called |= set(rows.values_list("party_name", flat=True))
    return {name for name in called if names(name)}


def _erase_from_classes(
    user: User | None, submissions: QuerySet[Submission], names: Names
) -> list[ClassGroup]:
    """A class of her schools that carries her name is called after its year group."""
    schools = {row.school_id for row in submissions} | ({user.school_id} if user else set())
    erased = []
    for group in ClassGroup.objects.filter(school__in=schools - {None}).order_by("pk"):
        if names(group.name):
            group.name = _free_name(group)
            group.save(update_fields=["name", "name_key"])
            erased.append(group)
    return erased


def _free_name(group: ClassGroup) -> str:
    taken = ClassGroup.objects.filter(school=group.school_id, school_year=group.school_year)
    keys = taken.exclude(pk=group.pk).values_list("name_key", flat=True)
    return free_name(group.year_groups, set(keys))


def _erase_from_organisations(submissions: QuerySet[Submission], words: set[str]) -> int:
    """An organisation that is called after her, as a business of one person is."""
    about = {fold(word) for word in words} - {""}
    erased = 0
    organisations = Organisation.objects.filter(submissions__in=submissions)
    for one in organisations.distinct().order_by("pk"):
        if any(word in fold(one.name) for word in about):
            one.name = f"{ERASED} {one.pk}"
            one.save(update_fields=["name", "name_key"])
            erased += 1
    for row in submissions.exclude(typed_organisation=""):
        if any(word in fold(row.typed_organisation) for word in about):
            row.typed_organisation = ERASED
            row.save(update_fields=["typed_organisation"])
    return erased


def _erase_submissions(submissions: QuerySet[Submission], names: Names) -> Counter[str]:
    submissions = Submission.objects.filter(pk__in=list(submissions.values_list("pk", flat=True)))
    done = Counter[str]()
    for part in remembering():
        done[f"{part.name} notes"] = part.erase_words(submissions, names)
    CodeChallenge.objects.filter(submission__in=submissions).delete()
    done["submissions"] = submissions.update(
        contact_name="",
        email="",
        phone="",
        facilities="",
        purchase_order="",
        browser="",
        network="",
        data_hash="",  # of what was typed: whoever guesses that could prove it
        search_text="",
        phone_digits="",
        user=None,
        link_version=F("link_version") + 1,
    )
    for row in submissions.exclude(typed_school_name="", typed_organisation=""):
        row.save(update_fields=["search_text"])  # of what is not hers
    return done


def _erase_sessions(user: User | None) -> int:
    """The sessions in which she is signed in."""
    if user is None:
        return 0
    erased = 0
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            erased += 1
    return erased


def _erase_log_entries(user: User | None, words: set[str], names: Names) -> int:
    """What staff did stays; whom it was about does not."""
    about = Q(pk__in=[])
    for word in words:
        about |= Q(object_repr__icontains=word) | Q(change_message__icontains=word)
    if user is not None:
        about |= Q(
            content_type__app_label=User._meta.app_label,
            content_type__model=User._meta.model_name,
            object_id=str(user.pk),
        )
    # Bookings, loans and classes go by the name of the class.
    titles = LogEntry.objects.values_list("pk", "object_repr").iterator()
    about |= Q(pk__in=[pk for pk, title in titles if names(title)])
    return LogEntry.objects.filter(about).update(object_repr=ERASED, change_message="")


def _leave_log_to_nobody(user: User) -> None:
    """The log goes with whoever wrote it; what she did to others' rows must stay to be read."""
    written = LogEntry.objects.filter(user=user)
    if written.exists():
        fields = {"name": ERASED, "is_staff": True, "is_active": False, "password": "!"}
        nobody, _made = User.objects.get_or_create(email=NOBODY, defaults=fields)
        written.update(user=nobody)


def _count(deleted: tuple[int, dict[str, int]]) -> int:
    return deleted[0]
