"""The versions of a kit's *lesbrief* and *instructiekaart*.

A version never changes: who saves another text or file makes the next one, and what a class
worked with last year can still be read. The highest version is the one on the site.
"""

from django.db import transaction
from django.db.models import Max

from kits.models import KitDocument, LessonKit


@transaction.atomic
def save_version(document: KitDocument) -> KitDocument:
    """Insert `document` as the newest version of its kind; earlier versions stay as they are.

    Two who save at once queue at the kit's row, and get a version each.
    """
    LessonKit.objects.select_for_update().get(pk=document.kit_id)
    versions = KitDocument.objects.filter(kit=document.kit_id, kind=document.kind)
    highest = versions.aggregate(highest=Max("version"))["highest"] or 0
    document.pk, document._state.adding = None, True
    document.version = highest + 1
    document.save(force_insert=True)
    return document
