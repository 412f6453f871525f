"""What happens to a school: one that a teacher typed turns out to be a listed one."""

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused
from schools.models import School

# --- Schools that a teacher typed --------------------------------------------------------------


class CannotMerge(Refused):
    message = _("Only a school that a teacher typed can be merged, into one that is listed.")


class SameClassTwice(Refused):
    message = _(
        "Both schools have the same class in the same visit. Cancel one of those bookings first."
    )


@transaction.atomic
def merge_schools(*, source: School, target: School) -> None:
    """Give everything of `source`, which a teacher typed, to `target`, which is listed.

    Classes of the same name and year become one. `source` stays, pointing to `target`. Raises
    CannotMerge and SameClassTwice; then nothing has changed.
    """
    pks = [source.pk, target.pk]
    locked = School.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    rows = {school.pk: school for school in locked}
    source, target = rows[source.pk], rows[target.pk]
    if source.is_verified or source.merged_into_id or not target.is_verified:
        raise CannotMerge
    try:
        with transaction.atomic():
            _unite_classes(source, target)
            _point_to(target, instead_of=source)
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
    for relation in new._meta.related_objects:
        if relation.one_to_many:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{name: instead_of})
            rows.exclude(pk=new.pk if relation.related_model is type(new) else None).update(
                **{name: new}
            )
