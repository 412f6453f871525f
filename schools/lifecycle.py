"""What happens to a school: one that a teacher typed turns out to be a listed one, or one that
closed goes on under another code."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from core.kinds import kinds
from core.lifecycle import Refused
from core.transactions import retried
from schools.models import School


class CannotMerge(Refused):
    message = _(
        "Only a school that a teacher typed, or that is closed, can be merged, and only into one "
        "that is listed and open."
    )


class SameClassTwice(Refused):
    message = _(
        "Both schools have the same class in the same visit. Cancel one of those bookings first."
    )


@retried
def merge_schools(*, source: School, target: School) -> None:
    """Give everything of `source`, which a teacher typed or which is closed, to `target`, which is
    listed and open.

    Classes of the same name and year become one, and of a year in which both were counted the
    target's count of pupils stands. `source` stays, pointing to `target`. Raises CannotMerge and
    SameClassTwice; then nothing has changed.
    """
    pks = [source.pk, target.pk]
    locked = School.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    rows = {school.pk: school for school in locked}
    source, target = rows[source.pk], rows[target.pk]
    if not source.can_be_merged or not target.is_listed:
        raise CannotMerge
    # No new row can point to it by now; whoever is at one that does is waited for.
    for relation in _relations_to(source):
        list(_pointing(relation, source).select_for_update().values_list("pk"))
    try:
        with transaction.atomic():
            source.pupil_counts.filter(year__in=target.pupil_counts.values("year")).delete()
            _unite_classes(source, target)
            _point_to(target, instead_of=source)
            for kind in kinds():
                kind.keep(target, source, by=None, tell=False)  # calendars say its name
    except IntegrityError as error:
        raise SameClassTwice from error
    source.merged_into = target
    source.save(update_fields=["merged_into"])


def _unite_classes(source: School, target: School) -> None:
    there = {(one.school_year, one.name_key): one for one in target.class_groups.all()}
    for class_group in source.class_groups.order_by("pk"):
        twin = there.get((class_group.school_year, class_group.name_key))
        if twin is not None:
            class_group.refresh_from_db(fields=["continues"])  # may be a twin by now
            if twin.continues_id is None:
                twin.continues = class_group.continues
                twin.save(update_fields=["continues"])
            _point_to(twin, instead_of=class_group)
            class_group.delete()


def _point_to(new: Model, *, instead_of: Model) -> None:
    """Whatever has a foreign key to the one gets the other: also in apps that come after this."""
    for relation in _relations_to(new):
        rows = _pointing(relation, instead_of)
        rows.exclude(pk=new.pk if relation.related_model is type(new) else None).update(
            **{relation.field.name: new}
        )


def _relations_to(row: Model) -> list[Any]:
    return [one for one in row._meta.related_objects if one.one_to_many]


def _pointing(relation: Any, row: Model) -> QuerySet[Any]:
    rows: QuerySet[Any] = relation.related_model._base_manager.filter(**{relation.field.name: row})
    return rows.order_by("pk")
