"""NoOverlap on whichever engine is configured, on tables of its own and on `ZoneClaim`."""

import datetime
from datetime import UTC, date

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q

from core.constraints import NoOverlap

registry = Apps()
COUNTING = ["held", "confirmed"]


class Room(models.Model):
    class Meta:
        app_label = "overlap"
        apps = registry


class Stay(models.Model):
    """A period of datetimes with a condition."""

    room = models.ForeignKey(Room, models.CASCADE, null=True)
    bed = models.CharField(max_length=5, default="a")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="held")
    cancelled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "overlap"
        apps = registry
        constraints = [
            NoOverlap(
                fields=["room", "bed"],
                period=("starts_at", "ends_at"),
                condition=Q(state__in=COUNTING, cancelled_at=None),
                name="bed_taken_once",
                violation_error_code="taken",
                violation_error_message="This bed is taken then (%(name)s).",
            )
        ]


class Lending(models.Model):
    """A period of dates without a condition."""

    box = models.IntegerField()
    starts_on = models.DateField()
    free_again_on = models.DateField()

    class Meta:
        app_label = "overlap"
        apps = registry
        constraints = [
            NoOverlap(fields=["box"], period=("starts_on", "free_again_on"), name="box_lent_once")
        ]


[NO_TWO_STAYS] = Stay._meta.constraints


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in (Room, Stay, Lending):
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in (Lending, Stay, Room):
                editor.delete_model(model)


@pytest.fixture
def room(tables, db):
    return Room.objects.create()


def at(hour, minute=0):
    return datetime.datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


def new_stay(room, start, end, **fields):
    return Stay(room=room, starts_at=at(start), ends_at=at(end), **fields)


def make_stay(room, start, end, **fields):
    stay = new_stay(room, start, end, **fields)
    stay.save()
    return stay


def refused(name="bed_taken_once"):
    return pytest.raises(IntegrityError, match=name)


# --- What is refused and what is not -----------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"), [(9, 11), (11, 13), (10, 12), (9, 13), (10, 11)], ids=lambda hour: str(hour)
)
def test_overlap_is_refused(room, start, end):
    make_stay(room, 10, 12)
    with refused(), transaction.atomic():
        make_stay(room, start, end)
    assert Stay.objects.count() == 1


@pytest.mark.parametrize(("start", "end"), [(8, 10), (12, 14)])
def test_adjacent_periods_are_allowed(room, start, end):
    make_stay(room, 10, 12)
    make_stay(room, start, end)
    assert Stay.objects.count() == 2


def test_part_of_a_second_counts(room):
    make_stay(room, 10, 12)
    stay = new_stay(room, 12, 14)
    stay.starts_at -= datetime.timedelta(microseconds=1)
    with refused(), transaction.atomic():
        stay.save()
    stay.starts_at = at(12)
    stay.save()


def test_same_moment_in_other_offset_counts(room):
    make_stay(room, 10, 12)
    plus_two = datetime.timezone(datetime.timedelta(hours=2))
    with refused(), transaction.atomic():
        Stay.objects.create(
            room=room,
            starts_at=datetime.datetime(2026, 3, 10, 13, tzinfo=plus_two),
            ends_at=datetime.datetime(2026, 3, 10, 15, tzinfo=plus_two),
        )


def test_other_value_of_any_field_is_allowed(room):
    make_stay(room, 10, 12)
    make_stay(Room.objects.create(), 10, 12)
    make_stay(room, 10, 12, bed="b")
    assert Stay.objects.count() == 3


def test_null_conflicts_with_nothing(room):
    make_stay(None, 10, 12)
    make_stay(None, 10, 12)
    assert Stay.objects.count() == 2


def test_empty_period_conflicts_with_nothing(room):
    make_stay(room, 11, 11)
    make_stay(room, 10, 12)
    make_stay(room, 11, 11)
    assert Stay.objects.count() == 3


def test_rows_outside_the_condition_do_not_count(room):
    make_stay(room, 10, 12)
    make_stay(room, 10, 12, state="lapsed")
    make_stay(room, 10, 12, cancelled_at=at(8))
    assert Stay.objects.count() == 3


def test_row_that_starts_to_count_is_refused(room):
    make_stay(room, 10, 12)
    lapsed = make_stay(room, 11, 13, state="lapsed")
    cancelled = make_stay(room, 11, 13, cancelled_at=at(8))
    with refused(), transaction.atomic():
        Stay.objects.filter(pk=lapsed.pk).update(state="confirmed")
    with refused(), transaction.atomic():
        Stay.objects.filter(pk=cancelled.pk).update(cancelled_at=None)


def test_row_that_stops_counting_makes_room(room):
    first = make_stay(room, 10, 12)
    Stay.objects.filter(pk=first.pk).update(state="lapsed")
    make_stay(room, 10, 12)
    assert Stay.objects.count() == 2


def test_deleted_row_makes_room_in_the_same_transaction(room):
    with transaction.atomic():
        make_stay(room, 10, 12).delete()
        make_stay(room, 11, 13)
    assert Stay.objects.count() == 1


def test_update_of_period_is_refused_or_allowed(room):
    make_stay(room, 10, 12)
    other = make_stay(room, 13, 14)
    other.starts_at = at(11)
    with refused(), transaction.atomic():
        other.save(update_fields=["starts_at"])
    other.starts_at = at(12)
    other.save(update_fields=["starts_at"])


def test_update_of_field_is_refused(room):
    make_stay(room, 10, 12)
    other = make_stay(room, 10, 12, bed="b")
    with refused(), transaction.atomic():
        Stay.objects.filter(pk=other.pk).update(bed="a")


def test_row_may_change_within_its_own_period(room):
    stay = make_stay(room, 10, 12)
    stay.starts_at = at(11)
    stay.save()


def test_update_of_many_rows_is_refused_as_a_whole(room):
    make_stay(room, 10, 11)
    make_stay(room, 12, 13)
    make_stay(room, 14, 15, bed="b")
    with refused(), transaction.atomic():
        Stay.objects.update(ends_at=F("ends_at") + datetime.timedelta(hours=2))
    assert set(Stay.objects.values_list("ends_at", flat=True)) == {at(11), at(13), at(15)}


def test_update_of_many_rows_that_stay_apart_is_allowed(room):
    make_stay(room, 10, 11)
    make_stay(room, 14, 15)
    Stay.objects.update(ends_at=F("ends_at") + datetime.timedelta(hours=1))
    assert set(Stay.objects.values_list("ends_at", flat=True)) == {at(12), at(16)}


def test_bulk_create_is_refused_as_a_whole(room):
    with refused(), transaction.atomic():
        Stay.objects.bulk_create([new_stay(room, 8, 10), new_stay(room, 9, 11)])
    assert Stay.objects.count() == 0
    Stay.objects.bulk_create([new_stay(room, 8, 10), new_stay(room, 10, 11)])
    assert Stay.objects.count() == 2


def test_raw_sql_is_refused(room):
    make_stay(room, 10, 12)
    copy = (
        "INSERT INTO overlap_stay (room_id, bed, starts_at, ends_at, state, note) "
        "SELECT room_id, bed, starts_at, ends_at, state, note FROM overlap_stay"
    )
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copy)
    assert Stay.objects.count() == 1


def test_periods_of_dates(tables, db):
    Lending.objects.create(box=1, starts_on=date(2026, 3, 2), free_again_on=date(2026, 3, 9))
    Lending.objects.create(box=1, starts_on=date(2026, 3, 9), free_again_on=date(2026, 3, 12))
    with refused("box_lent_once"), transaction.atomic():
        Lending.objects.create(box=1, starts_on=date(2026, 3, 8), free_again_on=date(2026, 3, 9))
    late = Lending(box=1, starts_on=date(2026, 3, 11), free_again_on=date(2026, 3, 20))
    with pytest.raises(ValidationError, match="box_lent_once"):
        late.validate_constraints()
    late.starts_on = date(2026, 3, 12)
    late.validate_constraints()


# --- The friendly error ----------------------------------------------------------------------


def test_validate_says_what_is_wrong(room):
    make_stay(room, 10, 12)
    with pytest.raises(ValidationError) as caught:
        new_stay(room, 11, 13).validate_constraints()
    [error] = caught.value.error_dict["__all__"]
    assert (error.code, error.messages) == ("taken", ["This bed is taken then (bed_taken_once)."])


def test_validate_accepts_what_the_database_accepts(room):
    stay = make_stay(room, 10, 12)
    stay.starts_at = at(11)
    stay.validate_constraints()
    new_stay(room, 12, 13).validate_constraints()
    new_stay(room, 9, 10).validate_constraints()
    new_stay(room, 11, 11).validate_constraints()
    new_stay(room, 11, 13, bed="b").validate_constraints()
    new_stay(None, 11, 13).validate_constraints()
    new_stay(room, 11, 13, state="lapsed").validate_constraints()
    new_stay(room, 11, 13, cancelled_at=at(8)).validate_constraints()


def test_validate_ignores_rows_outside_the_condition(room):
    make_stay(room, 10, 12, state="lapsed")
    make_stay(room, 11, 11)
    new_stay(room, 10, 12).validate_constraints()


@pytest.mark.parametrize("excluded", ["room", "ends_at", "state"])
def test_validate_leaves_excluded_fields_to_the_database(room, excluded):
    make_stay(room, 10, 12)
    NO_TWO_STAYS.validate(Stay, new_stay(room, 11, 13), exclude={excluded})
    with pytest.raises(ValidationError):
        NO_TWO_STAYS.validate(Stay, new_stay(room, 11, 13), exclude={"note"})


def test_validate_leaves_missing_values_to_the_fields(room):
    stay = new_stay(room, 11, 13)
    stay.ends_at = None
    NO_TWO_STAYS.validate(Stay, stay)
