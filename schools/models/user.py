"""People who sign in. The e-mail address is the name; teachers have no password."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text.fields import LineColumn, MailAddressColumn, TelephoneColumn
from core.text.searching import Folded, FoldedColumn, FoldedQuerySet, WordsInside
from schools.models.school import School


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> FoldedQuerySet["User"]:
        return FoldedQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Folded, AbstractBaseUser, PermissionsMixin):
    email = MailAddressColumn(_("e-mail address"), max_length=254, unique=True)
    name = LineColumn(_("name"), max_length=120, blank=True)
    phone = TelephoneColumn(_("telephone"), max_length=30, blank=True)
    school = models.ForeignKey(
        School,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("school"),
    )
    language = models.CharField(_("language"), max_length=2, default="nl")
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May sign in to the back office.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)
    # When she was last seen otherwise than by signing in, to the month; and the day on which she is
    # erased, once that was told (submissions/privacy/erasure_notice.py).
    seen_on = models.DateField(null=True, blank=True, editable=False)
    erase_on = models.DateField(null=True, blank=True, editable=False)
    # Raised to make every feed and link address derived from it invalid at once.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    search_text = FoldedColumn("email", "name")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        indexes = [WordsInside(fields=["search_text"], name="user_words")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("Somebody already uses this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email
