"""Quiet schools as a list to work through: whom to call, what was said, and the list itself."""

from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.backoffice.access import desk_page
from core.backoffice.exports import spreadsheet
from core.text.fields import ParagraphsField, PickedDayField
from core.transactions import retried
from impact.counting.quiet import Quiet, Silence, Wanted, quiet_schools, region, with_contacts
from impact.models import SchoolContact
from programmes.models import Hub
from schools.models import School, SchoolBoard, Sector, User
from submissions.access import SignedInRequest

ROWS_A_PAGE = 50
WHO, TOWN, BOARD, SECTOR, LEFT, HUB = "wie", "gemeente", "bestuur", "sector", "open", "hub"
MAY_SEE, MAY_NOTE = "impact.view_schoolcontact", "impact.add_schoolcontact"


@dataclass(frozen=True)
class QuietChoice:
    """What the address asks for; what it says wrong counts as not said."""

    wanted: Wanted
    hubs: list[Hub]
    hub: Hub | None

    @property
    def keys(self) -> list[int]:
        return [one.pk for one in ([self.hub] if self.hub else self.hubs)]

    @property
    def query(self) -> str:
        said = QueryDict(mutable=True)
        one = self.wanted
        values = {WHO: one.silence.value, TOWN: one.municipality, BOARD: one.board}
        values |= {SECTOR: one.sector, LEFT: "1" if one.is_left else ""}
        values |= {HUB: self.hub.slug if self.hub else ""}
        said.update({name: value for name, value in values.items() if value})
        return said.urlencode()


def _choice_of(request: HttpRequest) -> QuietChoice:
    asked, hubs = request.GET, list(Hub.objects.of_hubs(request.user))
    silence = asked.get(WHO, "")
    sector = asked.get(SECTOR, "")
    wanted = Wanted(
        silence=Silence(silence) if silence in list(Silence) else Silence.ANY,
        municipality=asked.get(TOWN, "")[:100],
        board=asked.get(BOARD, "")[:5],
        sector=sector if sector in Sector.values else "",
        is_left=bool(asked.get(LEFT)),
    )
    return QuietChoice(
        wanted, hubs, next((one for one in hubs if one.slug == asked.get(HUB)), None)
    )


@desk_page(MAY_SEE)
def quiet_list(request: SignedInRequest) -> HttpResponse:
    choice = _choice_of(request)
    rows = quiet_schools(choice.keys, choice.wanted) if choice.hubs else School.objects.none()
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("pagina"))
    boards = SchoolBoard.objects.filter(schools__in=region()).distinct()
    towns = region().order_by("municipality").values_list("municipality", flat=True).distinct()
    context = {
        **admin.site.each_context(request),
        "title": _("Quiet schools"),
        "choice": choice,
        "wanted": asdict(choice.wanted),
        "silences": list(Silence),
        "sectors": Sector.choices,
        "towns": towns,
        "boards": boards,
        "page": page,
        "rows": with_contacts(page.object_list, choice.keys),
        "may_note": request.user.has_perm(MAY_NOTE),
        "may_open": request.user.has_perm("schools.view_school"),
    }
    return TemplateResponse(request, "admin/impact/quiet.html", context)


@desk_page(MAY_NOTE, "POST")
def quiet_sheet(request: SignedInRequest, ending: str) -> HttpResponse:
    """The list as it is filtered, all pages of it; a POST, since the log keeps who took it."""
    choice = _choice_of(request)
    rows = quiet_schools(choice.keys, choice.wanted) if choice.hubs else School.objects.none()
    heading = [
        *(_("site code"), _("school"), _("sector"), _("place"), _("municipality")),
        *(_("school board"), _("website"), _("last visit"), _("last contact"), _("by way of")),
        *(_("spoken on"), _("note")),
    ]
    lines = [_line(one) for one in with_contacts(rows, choice.keys)]
    return spreadsheet(request, SchoolContact, _("Quiet schools"), [heading, *lines], ending)


def _line(one: Quiet) -> list[Any]:
    school, last, spoken = one.school, one.last, one.spoken
    return [
        *(school.site_code, school.name, school.get_sector_display(), school.city),
        *(school.municipality, school.board, school.website, one.visited),
        *((last.day, last.what) if last else (None, None)),
        *((spoken.day, spoken.note) if spoken else (None, None)),
    ]


# --- Noting what was said -------------------------------------------------------------------------


class NotedContactForm(forms.ModelForm):
    day = PickedDayField(label=gettext_lazy("Spoken on"))
    note = ParagraphsField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("With whom, and what was agreed. Only your hub reads it."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False

    class Meta:
        model = SchoolContact
        fields = ("hub", "day", "note")

    def __init__(self, *args: Any, hubs: list[Hub], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["hub"]
        choice.queryset = Hub.objects.filter(pk__in=[one.pk for one in hubs])
        choice.empty_label = None
        if len(hubs) == 1:
            self.instance.hub = hubs[0]
            del self.fields["hub"]

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("That day is still to come."))
        return day


@retried
def _note(line: SchoolContact, by: User) -> None:
    """Save it, unless she noted the same of that day: of two clicks on one button the second waits
    here for the first."""
    list(User.objects.select_for_update(no_key=True).filter(pk=by.pk).values_list("pk"))
    said = {"school": line.school_id, "hub": line.hub_id, "day": line.day, "note": line.note}
    if not SchoolContact.objects.filter(by=by, **said).exists():
        line.save()


@desk_page(MAY_NOTE, "GET", "HEAD", "POST")
def note_contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was said before, and a form for what is said now."""
    school = get_object_or_404(School.objects.select_related("board"), pk=pk)
    choice = _choice_of(request)
    data = request.POST if request.method == "POST" else None
    line = SchoolContact(school=school, by=request.user)
    today = {"day": timezone.localdate()}
    form = NotedContactForm(data, instance=line, initial=today, hubs=choice.hubs)
    back = f"{reverse('figures:quiet')}?{choice.query}"
    if choice.hubs and data is not None and form.is_valid():
        _note(form.instance, request.user)
        messages.success(request, _("Noted: %(school)s.") % {"school": school})
        return redirect(back)
    lines = SchoolContact.objects.of_hubs(request.user).filter(school=school)
    context = {
        **admin.site.each_context(request),
        "title": str(school),
        "school": school,
        "quiet": with_contacts([school], choice.keys)[0],
        "lines": lines.select_related("by", "hub"),
        "form": form,
        "back": back,
        "query": choice.query,
        "may_note": bool(choice.hubs),
    }
    return TemplateResponse(request, "admin/impact/quiet_school.html", context)


@desk_page(MAY_NOTE, "POST")
def take_back(request: SignedInRequest, school_id: int, pk: int) -> HttpResponse:
    """A line that was noted at the wrong school, or by mistake; the second of two clicks finds it
    gone. Of another hub nothing is removed."""
    school = get_object_or_404(School, pk=school_id)
    SchoolContact.objects.of_hubs(request.user).filter(school=school, pk=pk).delete()
    messages.success(request, _("The note is gone: %(school)s.") % {"school": school})
    page = reverse("figures:quiet_school", args=[school.pk])
    return redirect(f"{page}?{_choice_of(request).query}")
