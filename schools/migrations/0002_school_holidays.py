"""The school holidays of 2025 to 2028, so that a new site knows them; later years by import.

Existing rows win: they are somebody's import or correction.
"""

import json
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parent.parent / "data" / "school_holidays_2025_2028.json"


def holidays():
    return json.loads(FACTS.read_text(encoding="utf-8"))["holidays"]


def add(apps, schema_editor):
    model = apps.get_model("schools", "SchoolHoliday")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        [model(**facts) for facts in holidays()], ignore_conflicts=True
    )


def remove(apps, schema_editor):
    rows = apps.get_model("schools", "SchoolHoliday").objects.using(schema_editor.connection.alias)
    for facts in holidays():
        rows.filter(**facts).delete()


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
