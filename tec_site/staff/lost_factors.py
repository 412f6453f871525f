"""Who helps a colleague that lost her second factor: nobody wins rights by it.

She who helps deletes the factor; its owner enrols a new one with her password. Until then the
password alone opens the back office, so nobody is helped by somebody who may do less.
"""

from typing import Any

from django.db.models import QuerySet

from programmes.models import Hub
from schools.models import User

PERMISSION = "mfa.delete_authenticator"


def colleagues_of(helper: Any) -> QuerySet[User]:
    """Whose factors she sees: of staff of her hubs, but for superusers."""
    if helper.is_superuser:
        return User.objects.all()
    hubs = Hub.objects.of_hubs(helper)
    return User.objects.filter(hubs__in=hubs, is_superuser=False).distinct()


def may_help(helper: Any, owner: User) -> bool:
    """Whether she may delete a factor of `owner`: a colleague who may do what she may at most, in
    her hubs only. A superuser helps everybody, also herself."""
    if helper.is_superuser:
        return True
    if not helper.has_perm(PERMISSION) or owner == helper or owner.is_superuser:
        return False
    # Who is not active has no permissions, until she is active again.
    if not owner.is_active or not owner.get_all_permissions() <= helper.get_all_permissions():
        return False
    hers, theirs = (set(Hub.objects.of_hubs(one)) for one in (owner, helper))
    return bool(hers) and hers <= theirs
