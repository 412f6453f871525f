"""Sending a report: what it says then is kept, and nothing changes it afterwards."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused
from impact.models import Report
from impact.reports.facts import facts_of
from impact.reports.papers import pdf_of
from impact.reports.spreadsheet import xlsx_of
from schools.models import User

# What staff write of a draft.
DRAFTED = ("title", "funder", "source", "board", "first", "last", "introduction", "unknown")


class ChangedMeanwhile(Refused):
    message = _("This report was sent or changed meanwhile. Read it once more.")


def send(*, report: Report, by: User) -> None:
    """Keep its facts and its files, in Dutch. Raises ChangedMeanwhile, DocumentsUnavailable.

    The files are made before anything is written, as that takes a second; then one statement
    keeps them all, if the draft is still the one of which they were made.
    """
    with translation.override(settings.LANGUAGE_CODE):
        facts = facts_of(report)
        files = {"pdf": pdf_of(facts, is_draft=False), "xlsx": xlsx_of(facts)}
    draft = Report.objects.filter(
        pk=report.pk, sent_at=None, **{name: getattr(report, name) for name in DRAFTED}
    )
    if not draft.update(sent_at=timezone.now(), sent_by=by, facts=facts, **files):
        raise ChangedMeanwhile
