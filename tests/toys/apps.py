from django.apps import AppConfig


class ToysConfig(AppConfig):
    name = "tests.toys"
    verbose_name = "Speelgoed"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import kinds
        from tests.toys.kind import ToyKind

        kinds.register(ToyKind())
