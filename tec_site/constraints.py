"""Database constraints that Django does not have."""

from typing import Any

from django.db import models


class NoOverlap(models.BaseConstraint):
    """Half-open periods `[start, end)` of rows with equal `fields` never overlap."""

    def __init__(
        self,
        *,
        fields: Any,
        period: tuple[str, str],
        name: str,
        condition: models.Q | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.fields = tuple(fields)
        self.period = tuple(period)
        self.condition = condition
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def constraint_sql(self, model, schema_editor):
        return None

    def create_sql(self, model, schema_editor):
        return None

    def remove_sql(self, model, schema_editor):
        return None

    def validate(self, model, instance, exclude=None, using="default"):
        return None

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        kwargs |= {"fields": self.fields, "period": self.period}
        if self.condition:
            kwargs["condition"] = self.condition
        return path, args, kwargs
