"""A request to type a code: what submissions/codes.py compares against.

The row holds no code. It holds a nonce from which, together with the site's key, the code
is derived; a copy of the database is therefore of no use to whoever wants to sign in.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text.fields import MailAddressColumn


class CodeChallenge(models.Model):
    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("sign in")
        VERIFY = "verify", _("confirm a booking")
        JOIN = "join", _("take part in what a colleague shares")

    purpose = models.CharField(max_length=10, choices=Purpose)
    email = MailAddressColumn(_("e-mail address"))
    nonce = models.CharField(max_length=43, unique=True)
    # HMAC of the asking browser's own number: the code works there and nowhere else.
    browser = models.CharField(max_length=64, db_index=True)
    submission = models.ForeignKey(
        "submissions.Submission",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="code_challenges",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        indexes = [models.Index(fields=["email", "created_at"], name="code_by_email")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.created_at:%d-%m-%Y %H:%M}"
