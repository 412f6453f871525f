"""Funding sources, in which parts they pay for programmes, what they pledged; rates of hours."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import Button, ModelAdmin, NoDelete, TabularInline, badge
from core.backoffice.filters import RelatedDropdownFilter
from impact.models import Division, FundingSource, HourRate, Pledge, Report, Share, Target


@admin.register(FundingSource)
class FundingSourceAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("name", "kind", "hub")
    list_select_related = ("hub",)
    list_filter = (("hub", RelatedDropdownFilter),)
    search_fields = ("name",)
    fields = ("hub", "name", "kind")

    def buttons(self, request: HttpRequest, row: FundingSource) -> list[Button]:
        """They lead to what hangs on it."""
        return [
            Button(str(model._meta.verbose_name_plural).capitalize(), _of_source(model, row))
            for model in (Target, Pledge, Report, Division)
            if self.admin_site.get_model_admin(model).has_view_permission(request)
        ]


def _of_source(model: type[Model], source: FundingSource) -> str:
    """The list of those that are of this source."""
    lookups = {Target: "funder", Report: "funder", Division: "shares__source"}
    address = reverse(f"admin:impact_{model._meta.model_name}_changelist")
    return f"{address}?{lookups.get(model, 'source')}__id__exact={source.pk}"


class SharesFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """Together they are the whole. The division is locked while it is saved, so what another
        added meanwhile is seen here, too."""
        super().clean()
        if any(self.errors):
            return
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("parts") and not form.cleaned_data.get("DELETE")
        ]
        here = [form.instance.pk for form in self.forms if form.instance.pk]
        unseen = list(
            self.instance.shares.exclude(pk__in=here).values_list("parts", flat=True)
            if self.instance.pk
            else ()
        )
        together = sum([form.cleaned_data["parts"] for form in kept], sum(unseen))
        if together != self.instance.whole:
            raise ValidationError(
                _("The parts are %(sum)d together; they must be %(whole)d."),
                params={"sum": together, "whole": self.instance.whole or 0},
            )
        venue = getattr(self.instance.programme_id and self.instance.programme, "venue", None)
        if venue and any(one.cleaned_data["source"].hub_id != venue.hub_id for one in kept):
            raise ValidationError(_("A source pays for programmes of its own hub only."))


class ShareInline(TabularInline):
    model = Share
    formset = SharesFormSet
    extra = 3

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the menu that makes another source: on a phone it lies over the parts."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Shares are rewritten as one thing."""
        return self.has_change_permission(request, obj)


@admin.register(Division)
class DivisionAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("programme", "first", "last", "in_words")
    list_select_related = ("programme",)
    list_filter = (("programme", RelatedDropdownFilter), ("shares__source", RelatedDropdownFilter))
    search_fields = ("programme__title",)
    fields = ("programme", ("first", "last"), "whole")
    inlines = (ShareInline,)
    save_as = True  # for the next programme, or the next year

    def get_queryset(self, request: HttpRequest) -> QuerySet[Division]:
        return super().get_queryset(request).prefetch_related("shares__source")

    @display(description=_("who pays"))
    def in_words(self, row: Division) -> str:
        return ", ".join(f"{one.source} {one.parts}/{row.whole}" for one in row.shares.all())


@admin.register(Pledge)
class PledgeAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("source", "about", "euros", "state_shown", "promised_on", "paper_shown")
    list_select_related = ("source__hub",)
    list_filter = (("source", RelatedDropdownFilter), ("source__hub", RelatedDropdownFilter))
    search_fields = ("source__name", "about")
    fields = (
        "source", "about", ("amount", "is_in_kind"), "promised_on", ("written_on", "paper"),
        "received_on", "ended_on", "remarks",
    )  # fmt: skip

    @display(description=_("amount (euro)"), ordering="amount")
    def euros(self, row: Pledge) -> str:
        amount = f"{row.amount:,.2f}".translate(str.maketrans(",.", ".,"))
        in_kind = _("in kind")
        return f"{amount} ({in_kind})" if row.is_in_kind else amount

    @display(description=_("state"))
    def state_shown(self, row: Pledge) -> str:
        return badge(row.state.label, "danger" if row.is_verbal_too_long else row.state.colour)

    @display(description=_("paper"))
    def paper_shown(self, row: Pledge) -> str:
        if not row.paper:
            return ""
        address = reverse("figures:paper", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("PDF"))


@admin.register(HourRate)
class HourRateAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("since", "amount", "hub")
    list_select_related = ("hub",)
    fields = ("hub", ("since", "amount"))
