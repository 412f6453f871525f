"""A row for each statement in each language, empty: as long as it is, the site's text shows."""

from django.db import migrations

ROWS = [(p, lang) for p in ("privacy", "accessibility", "terms") for lang in ("nl", "en")]


def add(apps, schema_editor):
    model = apps.get_model("tec_site", "Statement")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        [model(page=page, language=language) for page, language in ROWS], ignore_conflicts=True
    )


def remove(apps, schema_editor):
    """The table goes next, and staff's own texts with it."""


class Migration(migrations.Migration):
    dependencies = [("tec_site", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
