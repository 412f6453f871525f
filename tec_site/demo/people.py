"""The demo's staff: one who may do everything, and one of the second hub."""

import base64

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils.crypto import salted_hmac

from tec_site.staff import roles

STAFF_EMAIL = "balie@tec.example"
# Of the second hub only; the same password.
OTHER_STAFF_EMAIL = "balie@newtechpark.example"


def staff_password() -> str:
    """Derived from this machine's own key: the same at every start, elsewhere another."""
    digest = salted_hmac("tec_site.demo.people", STAFF_EMAIL, algorithm="sha256").digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join((letters[:4], letters[4:8], letters[8:12], letters[12:16]))


def load() -> None:
    roles.load()
    users = get_user_model().objects
    if not users.filter(email=STAFF_EMAIL).exists():
        users.create_superuser(STAFF_EMAIL, staff_password(), name="Demo Balie")
    if not users.filter(email=OTHER_STAFF_EMAIL).exists():
        other = users.create_user(
            OTHER_STAFF_EMAIL, staff_password(), name="Balie Apeldoorn", is_staff=True
        )
        other.groups.add(Group.objects.get(name=roles.MANAGEMENT))
