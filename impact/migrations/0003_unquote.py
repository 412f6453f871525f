"""The move of a quote that its teacher withdrew has a name of its own: `take_back` is of a box."""

from django.db import migrations


def rename(before, after):
    def rows(apps, schema_editor):
        events = apps.get_model("impact", "EvaluationEvent").objects
        events.filter(move=before).update(move=after)

    return rows


class Migration(migrations.Migration):
    dependencies = [("impact", "0002_counted_ahead")]
    operations = [
        migrations.RunPython(rename("take_back", "unquote"), rename("unquote", "take_back"))
    ]
