"""What was counted, kept for who looks again."""

from django.db import models


class Kept(models.Model):
    """Numbers only; right as long as there are the same changes (`Change` in `core/models.py`)."""

    # A hash of what was asked: of which hubs and days, cut how.
    name = models.CharField(max_length=64, unique=True)
    seen = models.CharField(max_length=60)
    value = models.JSONField()

    def __str__(self) -> str:
        return f"{self.name[:8]}: {self.seen}"
