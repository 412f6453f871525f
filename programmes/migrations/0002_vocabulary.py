"""The seven worlds and the core objectives, which every site needs. Again: changes nothing."""

from django.db import migrations

from programmes.vocabulary import CORE_OBJECTIVES, WORLDS


def add(apps, schema_editor):
    World = apps.get_model("programmes", "World")
    for number, code, name in WORLDS:
        World.objects.get_or_create(code=code, defaults={"name": name, "number": number})
    CoreObjective = apps.get_model("programmes", "CoreObjective")
    for scheme, code, label, text in CORE_OBJECTIVES:
        CoreObjective.objects.get_or_create(
            scheme=scheme, code=code, defaults={"label": label, "text": text}
        )


def remove(apps, schema_editor):
    """Only what no programme refers to."""
    World = apps.get_model("programmes", "World")
    codes = [code for _number, code, _name in WORLDS]
    World.objects.filter(code__in=codes, programmes=None).delete()
    CoreObjective = apps.get_model("programmes", "CoreObjective")
    for scheme, code, _label, _text in CORE_OBJECTIVES:
        CoreObjective.objects.filter(scheme=scheme, code=code, programmes=None).delete()


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
