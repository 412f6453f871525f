"""Database constraints that Django does not have."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateRangeField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.models import F, Func, Q
from django.db.models.sql import Query

# RAISE(ABORT) is what makes sqlite3 report an IntegrityError. The index plays the part of
# PostgreSQL's GiST index: whoever asks about coming weeks does not read past years.
INDEX = "CREATE INDEX %(name)s ON %(table)s (%(columns)s)"
TRIGGER = (
    "CREATE TRIGGER %(name)s AFTER %(event)s ON %(table)s%(when)s BEGIN "
    "SELECT RAISE(ABORT, %(message)s) FROM %(table)s AS existing "
    "WHERE %(overlap)s AND existing.rowid <> NEW.rowid%(existing)s LIMIT 1; "
    "END"
)
# Makes the UPDATE trigger look at the rows that are already there, once.
RECHECK = "UPDATE %(table)s SET %(columns)s = %(columns)s"


class NoOverlap(models.BaseConstraint):
    """Half-open periods `[start, end)` of rows with equal `fields` never overlap.

    `period` names two DateTimeFields or two DateFields, both NOT NULL. With `condition` only
    rows that satisfy it count. A NULL in `fields` conflicts with nothing, nor does a period
    that ends where it starts; that an end comes after its start is for a CheckConstraint.

    PostgreSQL gets an exclusion constraint (and the extension `btree_gist` for it), SQLite two
    triggers. Both check each row as it is written, so an UPDATE that shifts a chain of
    adjacent rows may be refused half way: delete and insert instead. Both raise an
    IntegrityError that contains the name of the constraint.
    """

    # Of BaseConstraint; its type stubs leave them out.
    _check_references: Any
    _expression_refs_exclude: Any

    def __init__(
        self,
        *,
        fields: Iterable[str],
        period: tuple[str, str],
        name: str,
        condition: Q | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.fields = tuple(fields)
        self.period = tuple(period)
        self.condition = condition
        if not self.fields or len(self.period) != 2:
            raise ValueError("NoOverlap needs at least one field and a period (start, end).")
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    # --- Creating and removing ---------------------------------------------------------

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """What goes inside CREATE TABLE."""
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion(model, schema_editor).constraint_sql(model, schema_editor)
        # Deferred: a rebuild of the table (SQLite's way to alter anything) comes here with the
        # new table's model, drops the old table with its triggers, renames, and then runs these.
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        """One statement to run now; on SQLite, where Django rebuilds instead, the rest follows."""
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion(model, schema_editor).create_sql(model, schema_editor)
        first, *others = self._triggers(model, schema_editor)
        schema_editor.deferred_sql.extend(others)
        return first

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion(model).remove_sql(model, schema_editor)
        return None  # SQLite rebuilds the table without the triggers

    def _exclusion(self, model: Any, schema_editor: Any = None) -> ExclusionConstraint:
        if schema_editor is not None:
            # `=` on plain columns in a GiST index. Here and not in a migration, so that no
            # migration that uses the constraint can forget to depend on it.
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        start, end = self.period
        dated = isinstance(model._meta.get_field(start), models.DateTimeField)
        span = Func(
            F(start),
            F(end),
            RangeBoundary(),
            function="TSTZRANGE" if dated else "DATERANGE",
            output_field=DateTimeRangeField() if dated else DateRangeField(),
        )
        return ExclusionConstraint(
            name=self.name,
            expressions=[
                *((field, RangeOperators.EQUAL) for field in self.fields),
                (span, RangeOperators.OVERLAPS),
            ],
            condition=self.condition,
        )

    def _triggers(self, model: Any, schema_editor: Any) -> list[Statement]:
        quote, table = schema_editor.quote_name, model._meta.db_table

        def columns(*names: str) -> Columns:
            fields = [model._meta.pk if n == "pk" else model._meta.get_field(n) for n in names]
            return Columns(table, [field.column for field in fields], quote)

        def statement(template: str, **parts: Any) -> Statement:
            return Statement(template, table=Table(table, quote), **parts)

        def trigger(event: str) -> Statement:
            return statement(
                TRIGGER,
                name=quote(f"{self.name}_{event.lower()}"),
                event=event if event == "INSERT" else _UpdateOf(table, watched.columns, quote),
                columns=watched,
                when=f" WHEN {new}" if new else "",
                overlap=_Overlap(table, columns(*self.fields, *self.period).columns, quote),
                existing=f" AND {existing}" if existing else "",
                message=schema_editor.quote_value(f"exclusion constraint failed: {self.name}"),
            )

        start, end = self.period
        named_in_condition = [
            name for name, *_ in model._get_expr_references(self.condition or Q())
        ]
        watched = columns(*dict.fromkeys([*self.fields, start, end, *named_in_condition]))
        new = self._condition_sql(model, schema_editor, alias="NEW")
        existing = self._condition_sql(model, schema_editor, alias="existing")
        return [
            statement(INDEX, name=quote(self.name), columns=columns(*self.fields, end, start)),
            trigger("INSERT"),
            trigger("UPDATE"),
            statement(RECHECK, columns=columns(start)),
        ]

    def _condition_sql(self, model: Any, schema_editor: Any, *, alias: str) -> str:
        if self.condition is None:
            return ""
        query = Query(model)
        query.change_aliases({query.get_initial_alias(): alias})
        where = query.build_where(self.condition)
        compiler = query.get_compiler(connection=schema_editor.connection)
        sql, params = where.as_sql(compiler, schema_editor.connection)
        return f"({sql % tuple(schema_editor.quote_value(value) for value in params)})"

    # --- Forms -------------------------------------------------------------------------

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        """Raise the friendly ValidationError; a race is left to the database."""
        names = (*self.fields, *self.period)
        if exclude and (
            not set(exclude).isdisjoint(names)
            or (self.condition and self._expression_refs_exclude(model, self.condition, exclude))
        ):
            return
        values = {name: getattr(instance, model._meta.get_field(name).attname) for name in names}
        if None in values.values():
            return
        start, end = self.period
        starts, ends = values.pop(start), values.pop(end)
        if starts >= ends:
            return
        others = (
            model._base_manager.using(using)
            .filter(**values, **{f"{start}__lt": ends, f"{end}__gt": starts})
            .filter(**{f"{start}__lt": F(end)})
        )
        if not instance._state.adding:
            others = others.exclude(pk=instance.pk)
        if self.condition:
            row = instance._get_field_expression_map(meta=model._meta, exclude=exclude)
            if not self.condition.check(row, using=using):
                return
            others = others.filter(self.condition)
        if others.exists():
            raise ValidationError(
                self.get_violation_error_message(), code=self.violation_error_code
            )

    # --- What Django asks of a constraint ----------------------------------------------------

    def check(self, model: Any, connection: Any) -> list[checks.CheckMessage]:
        references = {(name,) for name in (*self.fields, *self.period)}
        if self.condition:
            references |= {tuple(path) for path in model._get_expr_references(self.condition)}
        errors = self._check_references(model, references)
        try:
            start, end = (model._meta.get_field(name) for name in self.period)
        except FieldDoesNotExist:
            return errors  # already said
        kinds = {start.get_internal_type(), end.get_internal_type()}
        if kinds not in ({"DateTimeField"}, {"DateField"}) or start.null or end.null:
            errors.append(
                checks.Error(
                    f"The period of '{self.name}' is not two DateTimeFields or two DateFields "
                    "that refuse NULL.",
                    obj=model,
                    id="tec_site.E001",
                )
            )
        return errors

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"fields": self.fields, "period": self.period}
        if self.condition is not None:
            kwargs["condition"] = self.condition
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoOverlap):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]  # as Django's own constraints

    def __repr__(self) -> str:
        _, _, kwargs = self.deconstruct()
        return f"<NoOverlap: {', '.join(f'{key}={value!r}' for key, value in kwargs.items())}>"


NOTE_SQLITE = (
    "CREATE TRIGGER %(name)s AFTER %(event)s ON %(table)s%(when)s BEGIN "
    "INSERT INTO %(changes)s (at) VALUES (strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')); END"
)
NOTE_FUNCTION = (
    "CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN INSERT INTO %(changes)s (at) VALUES (clock_timestamp()); RETURN NULL; END $$"
)
NOTE_POSTGRES = (
    "CREATE TRIGGER %(name)s AFTER %(event)s ON %(table)s FOR EACH ROW%(when)s "
    "EXECUTE FUNCTION %(function)s()"
)
CHANGES = "core_change"  # the table of `core.models.Change`


class NotesChanges(models.BaseConstraint):
    """Every other value of `fields` is noted in `Change`, and every row that comes or goes unless
    `only_values`: rows of which nothing is counted before another one points at them.

    It refuses nothing. It stands among the constraints so that SQLite, which rebuilds a table to
    alter it, gives the new one its triggers again. The table of the changes is named in them, so
    a migration that alters that one must take them off first.
    """

    def __init__(
        self, *, fields: Iterable[str], name: str, only_values: bool = False, **messages: Any
    ) -> None:
        self.fields, self.only_values = tuple(fields), only_values
        super().__init__(name=name, **messages)

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # Deferred for the sake of SQLite's rebuilding: see `NoOverlap`.
        schema_editor.deferred_sql.extend(self._statements(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        first, *others = self._statements(model, schema_editor)
        schema_editor.deferred_sql.extend(others)
        return first

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return f"DROP FUNCTION {schema_editor.quote_name(self.name)}() CASCADE"
        return None  # SQLite rebuilds the table without the triggers

    def _statements(self, model: Any, schema_editor: Any) -> list[Any]:
        quote = schema_editor.quote_name
        is_postgres = schema_editor.connection.vendor == "postgresql"
        table, changes = Table(model._meta.db_table, quote), quote(CHANGES)

        def trigger(event: str, when: Any = "") -> Statement:
            return Statement(
                NOTE_POSTGRES if is_postgres else NOTE_SQLITE,
                name=quote(f"{self.name}_{event.lower()}"),
                event=event,
                table=table,
                when=when,
                changes=changes,
                function=quote(self.name),
            )

        columns = [model._meta.get_field(name).column for name in self.fields]
        differ = _Differ(model._meta.db_table, columns, quote, is_postgres)
        triggers = [trigger("UPDATE", differ)]
        if not self.only_values:
            triggers += [trigger("INSERT"), trigger("DELETE")]
        if not is_postgres:
            return triggers
        function = NOTE_FUNCTION % {"function": quote(self.name), "changes": changes}
        return [function, *triggers]

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        """Nothing is wrong with any row."""

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"fields": self.fields}
        return path, args, kwargs | ({"only_values": True} if self.only_values else {})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NotesChanges):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]  # as Django's own constraints


class _UpdateOf(Columns):
    def __str__(self) -> str:
        return f"UPDATE OF {super().__str__()}"


class _Overlap(Columns):
    """Columns are those that must be equal, then start and end."""

    def __str__(self) -> str:
        *equal, start, end = (self.quote_name(column) for column in self.columns)
        return " AND ".join(
            [
                *(f"existing.{column} = NEW.{column}" for column in equal),
                f"existing.{end} > NEW.{start} AND existing.{start} < NEW.{end}",
                # An empty period overlaps nothing, as PostgreSQL has it.
                f"existing.{start} < existing.{end} AND NEW.{start} < NEW.{end}",
            ]
        )


class _Differ(Columns):
    """WHEN one of the columns has another value than before."""

    def __init__(self, table: str, columns: Any, quote_name: Any, is_postgres: bool) -> None:
        super().__init__(table, columns, quote_name)
        self.operator = "IS DISTINCT FROM" if is_postgres else "IS NOT"

    def __str__(self) -> str:
        named = [self.quote_name(column) for column in self.columns]
        pairs = " OR ".join(f"OLD.{one} {self.operator} NEW.{one}" for one in named)
        return f" WHEN ({pairs})"
