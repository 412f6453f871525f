"""The people of a hub: what they can run, when they can, their certificate and hours."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from core.backoffice.asking import ask_page
from core.backoffice.base import Button, ModelAdmin, NoDelete, TabularInline, badge
from core.backoffice.filters import DefaultFilter, RelatedDropdownFilter
from core.backoffice.refused import RefusableAdmin, RefusableForm
from core.lifecycle import Refused
from core.mail import sending
from core.models import Mail
from roster import people
from roster.admin.hours import hours_page, hours_sheet
from roster.models import Availability, OtherDays, Person
from roster.models.person import PersonQuerySet
from roster.telling.notices import send_link, went_elsewhere


class PersonForm(RefusableForm):
    """What a person can run is of her hub; a certificate that was seen ends some day; nobody has
    left before her last day. Refused is an address of somebody with shifts at the same times."""

    was_wrong = forms.BooleanField(
        label=gettext_lazy("The role was wrong: change it for what is past, too"),
        help_text=gettext_lazy("Without a tick, hours until now stay of the role that she had."),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        hub = data.get("hub") or (self.instance.hub if self.instance.pk else None)
        others = [one for one in data.get("programmes") or () if one.venue.hub != hub]
        if hub and others:
            names = ", ".join(map(str, others))
            self.add_error("programmes", _("Not of this hub: %(names)s.") % {"names": names})
        seen = data.get("certificate_seen_on")
        if seen and seen > timezone.localdate():
            self.add_error("certificate_seen_on", _("That day is still to come."))
        if seen and not data.get("certificate_renew_by"):
            data["certificate_renew_by"] = people.ends_after(seen)
        left = data.get("left_on")
        if left and left > timezone.localdate():  # it would work at once
            self.add_error("left_on", _("That day is still to come."))
        return data


class LinkForm(forms.Form):
    """Which missed mails go out along with her link, which is mailed in any case."""

    mails = forms.MultipleChoiceField(
        label=gettext_lazy("These mails went to another address; send them to that of now"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    renew = forms.BooleanField(
        label=gettext_lazy("Somebody else has her link: make a new one"),
        required=False,
        help_text=gettext_lazy("The old link and calendar address stop working at once."),
    )

    def __init__(self, data: Any, *, missed: list[Mail]) -> None:
        super().__init__(data)
        field: Any = self.fields["mails"]
        field.choices = [(mail.pk, f"{mail.subject} ({mail.to})") for mail in missed]
        field.initial = [mail.pk for mail in missed]
        self.fields["renew"].initial = bool(missed)  # each of them holds her link
        if not missed:
            del self.fields["mails"]


class AvailabilityInline(TabularInline):
    model = Availability
    extra = 0
    fields = ("weekday", "starts_at", "ends_at")


class OtherDaysInline(TabularInline):
    model = OtherDays
    extra = 0
    fields = ("first_on", "last_on", "can", "starts_at", "ends_at")


class StillHereFilter(DefaultFilter):
    title = gettext_lazy("who")
    parameter_name = "who"
    default = gettext_lazy("of the team now")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("left", gettext_lazy("who left")), ("all", gettext_lazy("everybody"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "left":
                return queryset.exclude(left_on=None)
            case "all":
                return queryset
        return queryset.working()


class CertificateFilter(admin.SimpleListFilter):
    title = gettext_lazy("certificate (VOG)")
    parameter_name = "certificate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("renew", gettext_lazy("not seen, or ends soon"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.to_renew_soon() if self.value() == "renew" else queryset


@admin.register(Person)
class PersonAdmin(NoDelete, RefusableAdmin, ModelAdmin):
    form = PersonForm
    list_display = ("name", "role", "age_class", "email", "phone", "days", "certificate")
    list_filter = (
        StillHereFilter,
        CertificateFilter,
        ("role", ChoicesDropdownFilter),
        ("age_class", ChoicesDropdownFilter),
        ("programmes", RelatedDropdownFilter),
        ("hub", RelatedDropdownFilter),
    )
    search_fields = ("name", "email")
    autocomplete_fields = ("programmes",)
    readonly_fields = ("certificate_seen_by",)
    inlines = (AvailabilityInline, OtherDaysInline)
    actions = ("send_links",)
    fieldsets = (
        (None, {"fields": ("hub", ("name", "role"), ("email", "phone", "language"))}),
        (gettext_lazy("What she can run"), {"fields": ("programmes", "age_class")}),
        (
            gettext_lazy("Certificate of conduct (VOG)"),
            {
                "fields": (
                    ("certificate_seen_on", "certificate_renew_by"),
                    "certificate_seen_by",
                )
            },
        ),
        (gettext_lazy("Leaving"), {"fields": ("left_on",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).prefetch_related("availabilities")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever is here already can have had another role."""
        (name, first), *others = super().get_fieldsets(request, obj)
        if obj and self.has_change_permission(request, obj):
            hub, role, *rest = first["fields"]
            first = {"fields": (hub, role, "was_wrong", *rest)}
        return [(name, first), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """She stays of the hub in which her shifts are."""
        return (*self.readonly_fields, "hub") if obj else self.readonly_fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        asking = require_http_methods(["GET", "POST"])
        return [
            path("uren/", view(require_safe(hours_page)), name="roster_person_hours"),
            path(
                "uren.<slug:ending>",
                view(require_POST(hours_sheet)),
                name="roster_person_hours_sheet",
            ),
            path("<id:pk>/link/", view(asking(self.link_page)), name="roster_person_link"),
            path("<id:pk>/vergeten/", view(asking(self.forget_page)), name="roster_person_forget"),
            *super().get_urls(),
        ]

    def buttons(self, request: HttpRequest, row: Person) -> list[Button]:
        found = super().buttons(request, row)
        if not self.has_change_permission(request, row):
            return found
        if row.email and not row.has_left:
            address = reverse("admin:roster_person_link", args=[row.pk])
            found.append(Button(_("Mail her own link"), address))
        if row.has_left and row.name != people.ERASED:
            address = reverse("admin:roster_person_forget", args=[row.pk])
            found.append(Button(_("Forget who she was"), address, "danger"))
        return found

    # --- Saving -------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        by: Any = request.user
        if "certificate_seen_on" in form.changed_data:
            obj.certificate_seen_by = by if obj.certificate_seen_on else None
        super().save_model(request, obj, form, change)
        if change:
            if "role" in form.changed_data and not form.cleaned_data["was_wrong"]:
                people.keep_role(obj, form.initial["role"])
            vars(obj)["is_readdressed"] = "email" in form.changed_data
            people.hold_under(obj)
            if obj.has_left and (number := people.let_go_all(obj, by=by)):
                text = _("%(number)d of her shifts are open again.") % {"number": number}
                messages.info(request, text)

    def response_change(self, request: HttpRequest, obj: Person) -> HttpResponse:
        """Offer at once her link, and what went to the old address, if she has another."""
        if vars(obj).get("is_readdressed") and obj.email and not obj.has_left:
            text = _("Saved. The address is now %(email)s.") % {"email": obj.email}
            messages.success(request, text)
            return redirect("admin:roster_person_link", obj.pk)
        return super().response_change(request, obj)

    # --- Pages of our own ---------------------------------------------------------------------

    def link_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self._load(request, pk)
        if not person.email or person.has_left:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        form = LinkForm(posted, missed=went_elsewhere(person))
        if form.is_valid():
            if form.cleaned_data["renew"]:
                people.renew_links(person)
            send_link(person)
            chosen = form.cleaned_data.get("mails", [])
            sending.send_to_address_of_now(Mail.objects.filter(pk__in=chosen))
            messages.success(request, _("A mail with her own link is on its way."))
            return redirect("admin:roster_person_change", person.pk)
        explanation = _(
            "She gets a mail with the link to her own page: her shifts, what is open, when she can."
        )
        title = _("Mail her own link")
        return ask_page(request, person, form, title=title, explanation=explanation)

    def forget_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self._load(request, pk)
        if not person.has_left:
            raise Http404
        if request.method == "POST":
            try:
                people.forget(person)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("Forgotten; her hours stay, of nobody."))
            return redirect("admin:roster_person_change", person.pk)
        explanation = _(
            "Her name, address, telephone, days and certificate are erased. This cannot be undone. "
            "The hours that she worked stay, of nobody."
        )
        return ask_page(
            request,
            person,
            forms.Form(),
            title=_("Forget who she was"),
            explanation=explanation,
            style="danger",
        )

    def _load(self, request: HttpRequest, pk: int) -> Person:
        person = self.get_object(request, str(pk))
        if not request.user.has_perm("roster.change_person"):
            raise PermissionDenied
        if person is None:
            raise Http404
        return person

    @admin.action(description=gettext_lazy("Mail them their own link"), permissions=["change"])
    def send_links(self, request: HttpRequest, queryset: PersonQuerySet) -> HttpResponse | None:
        """Names them first; then those that were named get theirs."""
        reachable = list(queryset.working().exclude(email="").select_related("hub").order_by("pk"))
        if "sure" not in request.POST:
            explanation = ngettext(
                "%(number)d mail goes out, with the link to her own page, to:",
                "%(number)d mails go out, each with the link to her own page, to:",
                len(reachable),
            )
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Mail them their own link"),
                "explanation": explanation % {"number": len(reachable)},
                "lines": [f"{person.name} ({person.email})" for person in reachable],
                "action": "send_links",
                "rows": reachable,
                "back": request.get_full_path(),
            }
            return TemplateResponse(request, "admin/ask_action.html", context)
        for person in reachable:
            send_link(person)
        text = ngettext(
            "%(number)d mail is on its way.", "%(number)d mails are on their way.", len(reachable)
        )
        messages.success(request, text % {"number": len(reachable)})
        return None

    # --- Columns ------------------------------------------------------------------------------

    @display(description=gettext_lazy("can on"))
    def days(self, person: Person) -> str:
        return ", ".join(one.in_short for one in person.availabilities.all())

    @display(description=gettext_lazy("certificate (VOG)"), ordering="certificate_renew_by")
    def certificate(self, person: Person) -> str:
        last = person.certificate_renew_by
        if last is None:
            return badge(_("not seen"), "danger")
        if last < timezone.localdate():
            return badge(_("ended"), "danger")
        soon = timezone.localdate() + settings.CERTIFICATE_RENEW_WITHIN
        return badge(
            date_format(last, "BRIEF_DATE_FORMAT"), "warning" if last < soon else "success"
        )
