"""Teachers and staff.

A teacher has no password and never gets one here; a new member of staff sets her own by
'forgotten your password?' and then a second factor.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, badge
from schools.models import User


class KindFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("staff", _("staff")), ("teachers", _("teachers"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"staff", "teachers"}:
            return queryset.filter(is_staff=self.value() == "staff")
        return queryset


@admin.register(User)
class UserAdmin(NoDelete, ModelAdmin):
    list_display = ("email", "name", "kind", "school", "is_active", "last_login")
    list_select_related = ("school",)
    list_filter = (KindFilter, "is_active", ("school", AutocompleteSelectFilter))
    search_fields = ("search_text", "school__search_text")
    search_help_text = _("e-mail address, name or school")
    autocomplete_fields = ("school", "groups")
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", ("name", "phone"), "school", "is_active")}),
        (_("Staff"), {"fields": ("is_staff", "groups", "is_superuser")}),
        (_("Dates"), {"fields": (("joined_at", "last_login"),)}),
    )
    # What makes somebody staff, or more than that, is for those who may do everything.
    powers = ("is_staff", "groups", "is_superuser")

    @display(description=_("who"), ordering="is_staff")
    def kind(self, user: User) -> str:
        return badge(_("staff"), "info") if user.is_staff else badge(_("teacher"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users = super().get_queryset(request)
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *self.powers)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A colleague's address is the key to her account: only superusers change staff."""
        if isinstance(obj, User) and obj.is_staff and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change or (obj.is_staff and "is_staff" in form.changed_data):
            # Another one at each call, and no session outlives it: a code never signs in staff,
            # not even in the browser in which she was signed in before she became that.
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles. `manage.py roles` makes those that the site comes with."""

    logs_values = True
