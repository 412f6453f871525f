"""What was counted, kept for whoever looks again."""

from django.db import models


class Kept(models.Model):
    """Numbers only; right as long as what is there is what was `seen` (`impact/keeping/kept.py`).
    The worker makes it so again after a change (`impact/keeping/ahead.py`)."""

    # A hash of what was asked.
    name = models.CharField(max_length=64, unique=True)
    asked = models.JSONField()
    seen = models.CharField(max_length=60)  # the fingerprint of the question, then
    value = models.JSONField()
    looked_on = models.DateField()
    counted_ahead_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name[:8]}: {self.seen}"
