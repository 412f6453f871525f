"""Looking for words inside texts of thousands of rows."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.lookups import In

NAMED = 1000


class WordsInside(models.Index):
    """For `LIKE '%word%'` on one column: of PostgreSQL an index of trigrams (and the extension
    `pg_trgm`, made here so that no migration can forget it); on SQLite the column alone, which is
    read through in half the time of the whole table.
    """

    def __init__(self, *, fields: Sequence[str], name: str, **_fixed: Any) -> None:
        super().__init__(fields=fields, name=name, opclasses=["gin_trgm_ops"])

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            using = " USING gin"
        return super().create_sql(model, schema_editor, using=using, **kwargs)


class Among(In):
    """Whether the field is one of the one column that `rows` selects, as `field__in` asks.

    PostgreSQL gets an array of them: of several such conditions with OR between them it then uses
    the index of each, where it would ask a subquery of every row.
    """

    def __init__(self, field: str, rows: models.QuerySet[Any, Any]) -> None:
        super().__init__(models.F(field), rows.query)

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= ANY(ARRAY{rhs})" if connection.vendor == "postgresql" else f"IN {rhs}"


def named[T: models.Model](found: models.QuerySet[T]) -> Any:
    """For `pk__in`: their keys, looked up once for the count and the rows of a list; or a query if
    there are too many to name."""
    keys = found.order_by().values_list("pk", flat=True)
    few = list(keys[: NAMED + 1])
    return few if len(few) <= NAMED else keys


def has_word(lowered: str, word: str) -> models.Q:
    """`word`, however it is written, occurs in the column that the database lowers by itself.

    SQLite knows no case of 'Ç', there and in LIKE: it is tried as names are written.
    """
    cases = {word.lower()} if word.isascii() else {word.lower(), word.upper(), word.capitalize()}
    return models.Q(
        *((f"{lowered}__contains", case) for case in sorted(cases)), _connector=models.Q.OR
    )
