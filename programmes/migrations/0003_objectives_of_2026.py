"""The new core objectives beside those of 2006, and from when each set is law. Again: changes
nothing."""

import datetime

from django.db import migrations

from programmes.objectives_2026 import OBJECTIVES_2026
from programmes.vocabulary import OFFICIAL_IDS, SCHEMES

LONGEST_LABEL = 120


def add(apps, schema_editor):
    ObjectiveScheme = apps.get_model("programmes", "ObjectiveScheme")
    for code, name, start in SCHEMES:
        day = start and datetime.date.fromisoformat(start)
        ObjectiveScheme.objects.get_or_create(
            code=code, defaults={"name": name, "in_force_from": day}
        )
    CoreObjective = apps.get_model("programmes", "CoreObjective")
    for scheme, code, title, text, official_id in OBJECTIVES_2026:
        CoreObjective.objects.get_or_create(
            scheme=scheme,
            code=code,
            defaults={
                "label": label_of(scheme, code, title or text),
                "text": text,
                "official_id": official_id,
            },
        )
    for (scheme, code), official_id in OFFICIAL_IDS.items():
        known = CoreObjective.objects.filter(scheme=scheme, code=code, official_id="")
        known.update(official_id=official_id)


def label_of(scheme, code, title):
    level = "PO" if "-po-" in scheme else "VO"
    label = f"{level} Kerndoel {code}: {title.removesuffix('.')}"
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def remove(apps, schema_editor):
    """Only what no programme refers to."""
    CoreObjective = apps.get_model("programmes", "CoreObjective")
    for scheme, code, *_words in OBJECTIVES_2026:
        CoreObjective.objects.filter(scheme=scheme, code=code, programmes=None).delete()
    apps.get_model("programmes", "ObjectiveScheme").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_vocabulary")]
    operations = [migrations.RunPython(add, remove)]
