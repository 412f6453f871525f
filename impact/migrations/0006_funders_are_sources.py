"""Funders are rows of funding sources: what was typed as one becomes the source of that name.

And indicators that are of chosen programmes only.
"""

import django.db.models.deletion
from django.db import migrations, models

OF_HUB = {"Target": "indicator__hub", "Report": "hub"}


def link(apps, schema_editor):
    FundingSource = apps.get_model("impact", "FundingSource")
    for name, hub in OF_HUB.items():
        rows = apps.get_model("impact", name).objects
        for pk, hub_id, typed in list(rows.exclude(typed="").values_list("pk", hub, "typed")):
            source, _made = FundingSource.objects.get_or_create(
                hub_id=hub_id, name=typed, defaults={"kind": "other"}
            )
            rows.filter(pk=pk).update(funder=source)
    check_now(schema_editor)


def unlink(apps, schema_editor):
    for name in OF_HUB:
        rows = apps.get_model("impact", name).objects
        for pk, typed in list(rows.exclude(funder=None).values_list("pk", "funder__name")):
            rows.filter(pk=pk).update(typed=typed)
    check_now(schema_editor)


def check_now(schema_editor):
    """PostgreSQL alters no table of which a foreign key waits to be checked."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("impact", "0005_contacts_with_schools"),
        ("programmes", "0001_initial"),
        ("schools", "0003_seen_and_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="of_programmes",
            field=models.BooleanField(
                default=False,
                help_text="As long as none are chosen it has no number yet, instead of that of all.",
                verbose_name="only of chosen programmes",
            ),
        ),
        migrations.RenameField(model_name="target", old_name="funder", new_name="typed"),
        migrations.RenameField(model_name="report", old_name="funder", new_name="typed"),
        migrations.AddField(
            model_name="target",
            name="funder",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: a target of our own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="impact.fundingsource",
                verbose_name="funder",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="funder",
            field=models.ForeignKey(
                blank=True,
                help_text="Its targets stand in it, besides those of our own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports_to",
                to="impact.fundingsource",
                verbose_name="funder",
            ),
        ),
        migrations.RunPython(link, unlink),
        migrations.RemoveField(model_name="target", name="typed"),
        migrations.RemoveField(model_name="report", name="typed"),
    ]
