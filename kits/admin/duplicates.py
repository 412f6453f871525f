"""A new kit that begins as another one: what is in it and for whom, without boxes or loans."""

import itertools

from django.db import transaction
from django.utils.translation import gettext as _

from kits.models import LessonKit


@transaction.atomic
def duplicate(kit: LessonKit) -> LessonKit:
    """An unpublished kit with the fields, worlds, core objectives and contents of `kit`."""
    new = LessonKit.objects.get(pk=kit.pk)
    new.pk, new._state.adding = None, True
    new.title = _("%(title)s (copy)") % {"title": kit.title[:90]}
    new.title_en = ""  # in English they would bear the same name
    new.slug = _free_slug(kit.slug)
    new.is_published = False
    new.save(force_insert=True)
    new.worlds.set(kit.worlds.all())
    new.core_objectives.set(kit.core_objectives.all())
    new.continues.set(kit.continues.all())
    for item in kit.contents.all():
        item.pk, item._state.adding, item.kit = None, True, new
        item.save(force_insert=True)
    return new


def _free_slug(slug: str) -> str:
    candidates = (f"{slug[:45]}-{number}" for number in itertools.count(2))
    return next(one for one in candidates if not LessonKit.objects.filter(slug=one).exists())
