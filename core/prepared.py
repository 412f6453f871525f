"""Queries that are built and compiled once per process, and after that only filled in.

Django builds a queryset anew for every request. For one of many subqueries that takes five
times as long as the database needs to answer it (docs/decisions/0010). A prepared query is an
ordinary queryset over *marks*: values that stand for what is asked each time and are found back
among the parameters of the compiled SQL.

What does not change the parameters alone (a LIMIT, the number of items of an IN, the current
time zone) is part of the query: prepare one for each.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

# Marks no row and no reader ever asks for. Every database stores them.
_FIRST_MOMENT = datetime.datetime(1001, 1, 1, tzinfo=datetime.UTC)
_FIRST_NUMBER = -1_001_000


class _Compiled(NamedTuple):
    sql: str
    params: list[Any]
    # Position among the parameters → name of the value that goes there.
    places: dict[int, str]
    # Position in a row → what makes a Python value of the database's.
    converters: dict[int, Any]


class Prepared:
    """`build` takes one value per name and returns a queryset of `values_list`.

    `moments` are names of aware datetimes, `numbers` of integers.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        moments: Sequence[str] = (),
        numbers: Sequence[str] = (),
    ) -> None:
        self._build = build
        self._marks: dict[str, Any] = {
            name: _FIRST_MOMENT.replace(year=_FIRST_MOMENT.year + number)
            for number, name in enumerate(moments)
        } | {name: _FIRST_NUMBER - number for number, name in enumerate(numbers)}
        self._compiled: dict[tuple[str, bool], _Compiled] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query with these values, one for each name."""
        compiled = self._compile(whole=True)
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, self._filled(compiled, values))
            found = cursor.fetchall()
        return [tuple(self._convert(compiled, list(row))) for row in found]

    def expression(self, output_field: Any, **values: Any) -> RawSQL:
        """The query's first column, to annotate another query of the same model with."""
        compiled = self._compile(whole=False)
        # Django wrote this SQL, of our own queryset; whatever was asked is among the parameters.
        return RawSQL(compiled.sql, self._filled(compiled, values), output_field)  # noqa: S611  # nosec B611

    def _compile(self, *, whole: bool) -> _Compiled:
        """The query or its first column for the kind of database in use; made once."""
        kind = connection.vendor, whole
        if kind not in self._compiled:
            compiler = self._build(**self._marks).query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            if not whole:
                _column, (sql, params), _alias = compiler.select[0]
            columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
            self._compiled[kind] = _Compiled(
                sql, list(params), self._find_marks(params), compiler.get_converters(columns)
            )
        return self._compiled[kind]

    def _find_marks(self, params: Sequence[Any]) -> dict[int, str]:
        names = {_adapt(mark): name for name, mark in self._marks.items()}
        places = {
            place: names[param]
            for place, param in enumerate(params)
            if isinstance(param, str | int | datetime.datetime) and param in names
        }
        if missing := self._marks.keys() - places.values():
            raise ValueError(f"No parameter of the prepared query: {sorted(missing)}")
        return places

    def _filled(self, compiled: _Compiled, values: dict[str, Any]) -> list[Any]:
        params = compiled.params.copy()
        for place, name in compiled.places.items():
            params[place] = _adapt(values[name])
        return params

    def _convert(self, compiled: _Compiled, row: list[Any]) -> list[Any]:
        for place, (converters, expression) in compiled.converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return row


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
