"""What staff's lists and pages of every waiting list have in common."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.backoffice.base import badge
from core.backoffice.filters import DefaultFilter
from core.backoffice.moves import EventAdmin, MoveForm, RequiredNoteForm, StaffMove
from core.kinds import kind_of
from core.text.normal import words
from schools.models import User
from submissions.admin.asked import ByPhoneAdmin
from submissions.admin.search import in_class_or_submission
from submissions.models import Ending, Waiting, WaitState
from submissions.models.waiting import IN_TURN
from submissions.waiting.lifecycle import LIVE, MOVES, WaitingList

# --- Moves ---------------------------------------------------------------------------------------


def _list_of(wait: Waiting) -> WaitingList:
    kind: Any = kind_of(type(wait))
    found: WaitingList = kind.waiting_list
    return found


def take(*, wait: Waiting, by: User, note: str = "") -> None:
    _list_of(wait).take(wait.submission, by=by, note=note)


def withdraw(*, wait: Waiting, by: User, note: str = "") -> None:
    _list_of(wait).withdraw(wait.submission, by=by, note=note)


def end(*, wait: Waiting, by: User, note: str = "") -> None:
    _list_of(wait).end(wait.submission, Ending.BY_US, by=by, note=note)


def add_note(*, wait: Waiting, by: User, note: str) -> None:
    _list_of(wait).note(wait, by=by, note=note)


class OfferForm(RequiredNoteForm):
    """Why something is offered to her before others who waited longer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("Why over the order")
        self.fields["note"].help_text = _("Stands in the history, and in the mail to the school.")


def waiting_moves(
    offer: Callable[..., Any], form: type[MoveForm] = OfferForm, **others: StaffMove
) -> dict[str, StaffMove]:
    """What staff do, in order of likelihood. `offer`: the verb of a kind, and `form` what it asks;
    `others`: moves that this kind has besides."""
    return {
        "offer": StaffMove(offer, gettext_lazy("Offered."), form, style="primary"),
        "take": StaffMove(take, gettext_lazy("Taken on the school’s behalf."), style="primary"),
        **others,
        "note": StaffMove(add_note, gettext_lazy("The note is in the history."), RequiredNoteForm),
        "cancel": StaffMove(withdraw, gettext_lazy("Withdrawn on the school’s behalf.")),
        "end": StaffMove(end, gettext_lazy("Ended; the school gets a mail."), style="danger"),
    }


# --- The list ------------------------------------------------------------------------------------


class LiveFilter(DefaultFilter):
    """Entries waiting now, unless one searches or asks for old ones."""

    title, parameter_name = gettext_lazy("which"), "which"
    default = gettext_lazy("who waits now")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("past", _("of before")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all" or (request.GET.get("q") and not self.value()):
            return queryset
        live = Q(state__in=LIVE)
        return queryset.exclude(live) if self.value() == "past" else queryset.filter(live)


class EntryPaginator(Paginator):
    """Counts places on the list: the plural of the model names the list, of which there is one."""

    template_name = "admin/_wait_pages.html"


class WaitAdmin(ByPhoneAdmin):
    """Who waits; those who did not type their code do not."""

    paginator = EntryPaginator
    moves, row_name = MOVES, "wait"
    ordering = IN_TURN

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(state__in=(WaitState.HELD, WaitState.LAPSED))

    def page_title(self) -> str:
        return _("Waiting list")

    # --- Columns ------------------------------------------------------------------------------

    @display(description=gettext_lazy("school"))
    def asker(self, row: Waiting) -> str:
        return row.submission.asker_name

    @display(description=gettext_lazy("waits since"), ordering="asked_at")
    def since(self, row: Waiting) -> str:
        return (
            date_format(timezone.localtime(row.asked_at), "BRIEF_DATETIME_FORMAT")
            if row.asked_at
            else ""
        )

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Waiting) -> str:
        state = WaitState(row.state)
        return badge(state.label, state.standing.colour)


class WaitEventAdmin(EventAdmin):
    list_display = ("moment", "what", "wait", "by_whom", "note", "told")
    list_select_related = (
        *(f"wait__submission__{name}" for name in ("school", "organisation", "hub")), "by",
    )  # fmt: skip
    search_fields = ("wait__party_name",)
    search_help_text = gettext_lazy("reference, school, class or contact")
    fields = ("wait", "move", ("from_state", "to_state"), "at", ("by", "role"), "note")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The history of the entries that are found."""
        model: Any = self.opts.get_field("wait").related_model
        for word in words(search_term):
            entries = model.objects.filter(in_class_or_submission(model, word)).order_by()
            queryset = queryset.filter(wait__in=entries.values("pk"))
        return queryset, False
