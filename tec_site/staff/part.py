"""What the accounts of staff add to the site: a link in their mails, and a job of the worker."""

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from core.kinds import Marker, Part
from tec_site.staff import sign_ins


class PasswordLink(Marker):
    """The address where a member of staff sets a new password."""

    name = "password"

    def reveal(self, user_id: str, to: str) -> str | None:
        staff = get_user_model().objects.filter(email=to, is_staff=True, is_active=True)
        user = staff.filter(pk=user_id).first()
        if user is None:
            return None
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)

    def otherwise(self) -> str:
        return _("(this link is too old)")


class StaffAccounts(Part):
    name = "staff accounts"
    markers = (PasswordLink(),)
    jobs = {"purge": timedelta(hours=6)}

    def purge(self) -> None:
        sign_ins.purge()
