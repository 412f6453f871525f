"""The tables as the models are now: nobody keeps toys, so nothing is ever changed step by step."""

from django.db import migrations
from django.db.migrations.state import ModelState

from tests.toys.models import Toy, ToyEvent


def create(model) -> migrations.CreateModel:
    state = ModelState.from_model(model)
    return migrations.CreateModel(
        state.name, list(state.fields.items()), state.options, state.bases, state.managers
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [("submissions", "0001_initial"), ("programmes", "0001_initial")]
    operations = [create(Toy), create(ToyEvent)]
