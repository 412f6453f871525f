"""Second factors of staff: who lost hers is helped by a colleague.

What the libraries register of accounts is replaced, or not wanted.
"""

from typing import Any

from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, ReadOnly
from core.dates import moment_in_table
from tec_site.staff.lost_factors import PERMISSION, colleagues_of, may_help

_replaced = (account_admin, mfa_admin)  # imported here, they have registered their pages
for _model in (EmailAddress, Authenticator):
    admin.site.unregister(_model)
# Called as in the menu, where these libraries call them otherwise.
_NAMES: dict[Any, Any] = {
    Authenticator: (_("second factor"), _("second factors")),
    Group: (_("role"), _("roles")),
}
for _model, (_one, _many) in _NAMES.items():
    _model._meta.verbose_name, _model._meta.verbose_name_plural = _one, _many


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly, ModelAdmin):
    """Lost telephone: a colleague deletes the factor (`tec_site/staff/lost_factors.py`)."""

    list_display = fields = ("whose", "way", "made", "used")
    list_select_related = ("user",)
    search_fields = ("user__email",)

    # The library's own columns have no names in Dutch.

    @display(description=_("who"), ordering="user__email")
    def whose(self, factor: Authenticator) -> str:
        return str(factor.user)

    @display(description=_("how"), ordering="type")
    def way(self, factor: Authenticator) -> str:
        return str(factor)

    @display(description=_("since"), ordering="created_at")
    def made(self, factor: Authenticator) -> str:
        return moment_in_table(factor.created_at)

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, factor: Authenticator) -> str:
        return moment_in_table(factor.last_used_at) if factor.last_used_at else ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Says whose they are, too: all apps with codes are called the same."""
        _names, *rest = super().get_deleted_objects(objs, request)
        return [f"{self.whose(one)}: {one}" for one in objs], *rest

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authenticator]:
        return super().get_queryset(request).filter(user__in=colleagues_of(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return request.user.has_perm(PERMISSION)
        return may_help(request.user, obj.user)
