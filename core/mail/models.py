"""The rows of the mail queue: each mail, what goes along with it, and what went wrong.

Links and codes in a mail are markers (`core/mail/markers.py`): no row holds a live secret.
"""

from typing import Any, Self

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A header that never leaves: what a queued mail encloses, as `markers.enclosure` writes it.
ENCLOSED = "X-Enclosed"


class MailQuerySet(models.QuerySet["Mail"]):
    def of_hubs(self, user: Any) -> Self:
        """Mails of the hubs whose staff `user` is, and of the site: staff of any hub help with
        signing in."""
        if user.is_superuser:
            return self
        of_site = Q(hub=None) & Q(models.Exists(user.hubs.all()))
        return self.filter(Q(hub__in=user.hubs.values("pk")) | of_site)

    def about(self, references: Any) -> Self:
        """Mails of any of these submissions, by reference."""
        also = MailReference.objects.filter(reference__in=references)
        return self.filter(Q(reference__in=references) | Q(pk__in=also.values("mail")))

    def waiting(self) -> Self:
        return self.filter(state__in=Mail.WAITING)

    def unclaimed(self) -> Self:
        """Mails whose turn it is, and that no sender has in hand."""
        return self.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now()))

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())


class Mail(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("in the queue")
        PUT_OFF = "put_off", _("put off")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("too late to send")
        WITHDRAWN = "withdrawn", _("no longer true")

    WAITING = (State.QUEUED, State.PUT_OFF)
    # Not delivered, and nobody but staff can do something about it.
    STOPPED = (State.FAILED, State.EXPIRED)
    # What staff may send again.
    DONE = (State.SENT, *STOPPED)

    sender = models.CharField(_("sender"), max_length=320)
    to = models.CharField(_("recipient"), max_length=320)
    reply_to = models.CharField(_("answers to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    language = models.CharField(_("language"), max_length=10)
    # The name of a file and the marker of what it is made of while the mail goes out.
    enclosed = models.CharField(max_length=300, blank=True)
    message_id = models.CharField("Message-ID", max_length=255, editable=False)

    # What staff find it by: the submission's reference, and other words (a school's name).
    reference = models.CharField(_("reference"), max_length=20, blank=True, db_index=True)
    about = models.CharField(_("about"), max_length=400, blank=True)
    # The template it was rendered from, and the events that it tells of: 'booking:12,13'.
    template = models.CharField(max_length=60, blank=True, editable=False)
    tells_of = models.TextField(blank=True, editable=False)
    # A number and no key: this app knows no hubs.
    hub = models.PositiveIntegerField(null=True, blank=True, editable=False)

    # The name of the file that could not be made while it went out.
    went_without = models.CharField(_("sent without"), max_length=200, blank=True)

    is_urgent = models.BooleanField(default=False)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.QUEUED)
    # When it may be tried (again); None is at once.
    scheduled_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    expires_at = models.DateTimeField(_("not sent any more after"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now, db_index=True)
    changed_at = models.DateTimeField(_("last tried"), default=timezone.now)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["is_urgent"],
                condition=Q(state__in=["queued", "put_off"]),
                name="mail_waiting",
            ),
            models.Index(fields=["state", "changed_at"], name="mail_by_state"),
        ]

    def __str__(self) -> str:
        return self.to

    def email_message(self) -> EmailMultiAlternatives:
        """As it lies in the queue: with markers (`markers.complete` makes what goes out)."""
        headers: dict[str, Any] = {
            "Message-ID": self.message_id,
            "Content-Language": self.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
        }
        if self.enclosed:
            headers[ENCLOSED] = self.enclosed
        message = EmailMultiAlternatives(
            self.subject,
            self.text,
            self.sender,
            [self.to],
            headers=headers,
            reply_to=[self.reply_to] if self.reply_to else None,
        )
        if self.html:
            message.attach_alternative(self.html, "text/html")
        for file in self.files.all():
            message.attach(file.name, bytes(file.content), file.mimetype)
        return message

    def file_names(self) -> list[str]:
        """The attachments in their order; what is enclosed comes last."""
        names = [file.name for file in self.files.all()]
        return [*names, self.enclosed_name] if self.enclosed else names

    @property
    def enclosed_name(self) -> str:
        """The name of the file that is made while the mail goes out; '' for none."""
        return self.enclosed.rpartition(" ")[0]


class MailFile(models.Model):
    """An attachment: a calendar file of some kilobytes, hence in the row and not on a disk."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    # With parameters if need be: 'text/calendar; method=REQUEST'.
    mimetype = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class MailReference(models.Model):
    """Another submission that a mail is about, besides the one in its own row: what staff write to
    somebody tells of all that stands of hers."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="also")
    reference = models.CharField(_("reference"), max_length=20, db_index=True)

    class Meta:
        verbose_name = _("also about")
        verbose_name_plural = _("also about")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reference


class MailAttempt(models.Model):
    """A try that failed, or why a mail is not sent any more."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("when"), default=timezone.now)
    error = models.CharField(_("kind of error"), max_length=100)
    message = models.TextField(_("what the mail server said"), blank=True)

    class Meta:
        verbose_name = _("attempt that failed")
        verbose_name_plural = _("attempts that failed")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%d-%m-%Y %H:%M} {self.error}"
