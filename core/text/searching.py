"""Looking for words inside texts of thousands of rows.

Databases fold letters each in its own way, and SQLite hardly: what is searched is kept beside the
texts as `core.text.normal` folds it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models.lookups import In

from core.text import normal

MOST_KEYS = 1000


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


def keys_or_query[T: models.Model](found: models.QuerySet[T]) -> Any:
    """A value for `pk__in`: the keys, looked up once for the count and rows of a list; or a query
    if they are too many."""
    keys = found.order_by().values_list("pk", flat=True)
    few = list(keys[: MOST_KEYS + 1])
    return few if len(few) <= MOST_KEYS else keys


# --- Columns that are made of others -------------------------------------------------------------


class FoldedColumn(models.TextField):
    """The words of the columns `of` this row, as they are searched; made at every save.

    To migrations it is Django's own column of text.
    """

    def __init__(self, *of: str, **options: Any) -> None:
        self.of = of
        fixed: dict[str, Any] = {"editable": False, "default": ""}
        super().__init__(**options | fixed)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, row: Any, add: bool) -> str:
        value = self.made_of(*(str(getattr(row, name) or "") for name in self.of))
        setattr(row, self.attname, value)
        return value

    def made_of(self, *texts: str) -> str:
        return normal.search_text(*texts)


class KeyColumn(FoldedColumn):
    """What the name in the column `of` this row is compared and searched by."""

    def made_of(self, *texts: str) -> str:
        return normal.key(" ".join(texts))


class TelephoneDigitsColumn(FoldedColumn):
    """The digits by which the number in the column `of` this row is found."""

    def made_of(self, *texts: str) -> str:
        return normal.telephone_digits(" ".join(texts))


class KeepsFolded:
    """Mixed into the queryset of such rows: refuses to change a text and leave what is searched;
    where rows are written that may be there already, it is written along."""

    def update(self, **changes: Any) -> int:
        this: Any = self
        if left := _beside(this.model, changes) - changes.keys():
            raise TypeError(f"Save each row, or update {', '.join(sorted(left))} along.")
        rows: Any = super()
        return rows.update(**changes)

    def bulk_create(
        self, objs: Any, *args: Any, update_fields: Collection[str] | None = None, **options: Any
    ) -> Any:
        this: Any = self
        if update_fields is not None:
            update_fields = [*update_fields, *_beside(this.model, update_fields)]
        rows: Any = super()
        return rows.bulk_create(objs, *args, update_fields=update_fields, **options)


class FoldedQuerySet[Row: models.Model](KeepsFolded, models.QuerySet[Row]):
    pass


class Folded(models.Model):
    """A row with such columns."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if update_fields is not None:
            names = set(update_fields)
            update_fields = names | _beside(type(self), names)
        super().save(*args, update_fields=update_fields, **options)

    def fold(self) -> set[str]:
        """Make these columns, as every save does; returns their names."""
        folded = [one for one in self._meta.concrete_fields if isinstance(one, FoldedColumn)]
        for column in folded:
            column.pre_save(self, add=False)
        return {one.name for one in folded}

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """These columns are in no form; what one must not repeat is said of what it is made of."""
        super().validate_constraints(exclude=set(exclude or ()) - self.fold())


def _beside(model: type[models.Model], names: Collection[str]) -> set[str]:
    """The columns that must change along with those."""
    return {
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, FoldedColumn) and not set(column.of).isdisjoint(names)
    }


# --- Questions -----------------------------------------------------------------------------------


def has_words(column: str, text: str) -> models.Q:
    """Each word of `text` occurs in a FoldedColumn; what has no words excludes nothing."""
    return models.Q(*((f"{column}__contains", word) for word in normal.fold(text).split()))


def has_name(column: str, text: str) -> models.Q:
    """`text` occurs in a KeyColumn."""
    return models.Q((f"{column}__contains", normal.key(text)))


def rows_with(rows: models.QuerySet[Any, Any], columns: Sequence[str], text: str) -> list[Any]:
    """The keys of rows in whose columns each word of `text` occurs.

    Folded one by one, for tables of some hundreds of rows.
    """
    words = normal.fold(text).split()
    texts: dict[Any, list[str]] = {}
    for pk, *values in rows.order_by().values_list("pk", *columns):  # a row for each related one
        texts.setdefault(pk, []).extend(str(one) for one in values if one)
    held = {pk: normal.search_text(*values) for pk, values in texts.items()}
    return [pk for pk, text in held.items() if all(word in text for word in words)]


def words_in(model: type[models.Model], columns: Sequence[str], text: str) -> models.Q:
    """Each word of `text` occurs in one of these columns, of the row or of what it leads to."""
    ready = [name for name in columns if name.endswith(("search_text", "_key"))]
    others = [name for name in columns if name not in ready]
    fits = models.Q()
    for word in normal.words(text):
        one = models.Q(pk__in=rows_with(model._base_manager.all(), others, word) if others else [])
        for name in ready:
            is_key = name.endswith("_key")
            one |= has_name(name, word) if is_key else has_words(name, word)
        fits &= one
    return fits
