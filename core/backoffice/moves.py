"""The page in the back office of a row that has a lifecycle: its moves as buttons.

An app's admin names its table of moves, the moves that staff make and the verb of each; here is
how a move is asked for, made, refused with words, and shown afterwards.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.decorators import display

from core.addresses import row_number
from core.backoffice.asking import ask_page
from core.backoffice.base import Button, ModelAdmin, ReadOnly
from core.backoffice.filters import MoveFilter, RangeDateTimeFilter, RoleFilter
from core.backoffice.history import event_in_words, move_label, who_made
from core.kinds import kind_of
from core.lifecycle import Move, Refused, Role
from core.text.fields import ParagraphsField
from core.transactions import retried

# --- What is asked -----------------------------------------------------------------------------


class MoveForm(forms.Form):
    """A word along with the move: for the school if a mail goes out, else for colleagues.

    The fields of each form are the arguments of its verb.
    """

    note = ParagraphsField(
        required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    use_required_attribute = False

    def __init__(self, *args: Any, row: Any, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        note = self.fields["note"]
        if move.notice:
            note.label = _("A word to the school")
            note.help_text = _("Optional. Goes into the mail.")
        else:
            note.label = _("Note for colleagues")
            note.help_text = _("Optional. The school does not see it.")

    @property
    def arguments(self) -> dict[str, Any]:
        """For the verb; only after `is_valid()`."""
        return self.cleaned_data


class RequiredNoteForm(MoveForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        note = self.fields["note"]
        note.required = True
        # Without 'Optional.', as above.
        in_mail = kwargs["move"].notice
        note.help_text = _("Goes into the mail.") if in_mail else _("The school does not see it.")


class ChangedMeanwhile(Refused):
    message = gettext_lazy("Something changed here while you were busy. Look at the history first.")


# --- Which moves -------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffMove:
    verb: Callable[..., Any]
    done: Any
    form: type[MoveForm] = MoveForm
    style: str = ""


def _newer_events(request: HttpRequest, row: Any) -> QuerySet[Any]:
    """What people did with the row since the form was shown; nothing if the form does not say."""
    seen = row_number(request.POST.get("seen"))
    return row.events.filter(pk__gt=seen).exclude(by_role=Role.SITE) if seen else row.events.none()


def _moment(at: datetime.datetime) -> str:
    """Short, so that it stays on one line of a list."""
    return date_format(timezone.localtime(at), "BRIEF_DATETIME_FORMAT")


# --- The admin ---------------------------------------------------------------------------------


class EventAdmin(ReadOnly, ModelAdmin):
    """The history of all rows, read only: what happened last, and who did it."""

    list_display_links = ("moment",)
    list_filter = (MoveFilter, RoleFilter, ("at", RangeDateTimeFilter))
    ordering = ("-pk",)
    roles: ClassVar[tuple[Role, ...]] = (Role.TEACHER, Role.STAFF, Role.SITE)

    @property
    def moves(self) -> Mapping[str, Move]:
        return kind_of(self.model).moves

    @display(description=gettext_lazy("when"), ordering="at")
    def moment(self, event: Any) -> str:
        return _moment(event.at)

    @display(description=gettext_lazy("told at"), ordering="noticed_at")
    def told(self, event: Any) -> str:
        return _moment(event.noticed_at) if event.noticed_at else "–"

    @display(description=gettext_lazy("what"), ordering="move")
    def what(self, event: Any) -> str:
        return event_in_words(kind_of(self.model), event)

    @display(description=gettext_lazy("by"), ordering="by")
    def by_whom(self, event: Any) -> str:
        return who_made(event)

    @display(description=gettext_lazy("by"))
    def role(self, event: Any) -> str:
        return str(Role(event.by_role).label)


class MovesAdmin(ReadOnly, ModelAdmin):
    """Rows that change by moves only."""

    moves: ClassVar[Mapping[str, Move]]  # the table of the lifecycle
    staff_moves: ClassVar[Mapping[str, StaffMove]]  # in order of likelihood
    row_name: ClassVar[str]  # how the verbs call the row

    # What the list of each app adds to the page of a row, in one query.
    facts: ClassVar[tuple[str, ...]] = ()

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Rows change by moves only, so 'may change' means: may make moves."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def has_sense(self, name: str, row: Any) -> bool:
        """Whether a move that the state allows makes sense for the row."""
        return True

    def move_for(self, row: Any, name: str) -> Move:
        """The move as it is for this row: without its message where nobody gets one."""
        return self.moves[name]

    def about(self, row: Any) -> str:
        """The row in one line, above the form of a move."""
        return str(row)

    def buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        return self.move_buttons(row) if self.has_decide_permission(request) else []

    def move_buttons(self, row: Any) -> list[Button]:
        """The moves that make sense for this row as it is."""
        return [
            self.button_for(row, name, self.label_of(name))
            for name in self.staff_moves
            if row.state in self.moves[name].sources and self.has_sense(name, row)
        ]

    def button_for(self, row: Any, name: str, label: str) -> Button:
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_move"
        return Button(label, reverse(page, args=[row.pk, name]), self.staff_moves[name].style)

    def label_of(self, name: str) -> str:
        return move_label(self.moves, name)

    def with_facts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*self.facts) if self.facts else rows

    # --- Pages ------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        page = path(
            "<path:object_id>/doe/<slug:move>/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.move_page)),
            name=f"{self.opts.app_label}_{self.opts.model_name}_move",
        )
        return [page, *super().get_urls()]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        rows = self.with_facts(self.get_queryset(request))
        try:
            return rows.filter(pk=object_id).first()
        except ValueError:
            return None

    def move_page(self, request: HttpRequest, object_id: str, move: str) -> HttpResponse:
        """Ask what a move needs and make it; a refusal is shown above the form."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if row is None or move not in self.staff_moves:
            raise Http404
        staff_move = self.staff_moves[move]
        back = reverse(self._page_name("change"), args=[row.pk])
        data = request.POST if request.method == "POST" else None
        form = staff_move.form(data, row=row, move=self.move_for(row, move))
        if data is not None and self._is_second_click(request, row, move):
            return redirect(back)
        if data is not None and form.is_valid():
            try:
                self._make(request, row, move, form.arguments)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, staff_move.done)
                return redirect(back)
        return ask_page(
            request,
            row,
            form,
            title=self.label_of(move),
            about=self.about(row),
            style=staff_move.style or "primary",
            seen=row.events.aggregate(newest=Max("pk"))["newest"],
        )

    @method_decorator(retried)
    def _make(
        self, request: HttpRequest, row: Any, name: str, arguments: Mapping[str, Any]
    ) -> None:
        """The move, unless something happened to the row since the form was shown.

        Looks under the row's lock, so that the second of two clicks finds the event of the first.
        """
        list(type(row)._base_manager.select_for_update(of=("self",)).filter(pk=row.pk))
        if self._is_second_click(request, row, name):
            return
        if _newer_events(request, row).exists():
            raise ChangedMeanwhile
        self.staff_moves[name].verb(**{self.row_name: row}, by=request.user, **arguments)

    def _is_second_click(self, request: HttpRequest, row: Any, name: str) -> bool:
        """Whether this user just made this move. Long after, it is no repeat but another page."""
        since = timezone.now() - settings.SAME_CLICK_WITHIN
        newer = _newer_events(request, row).filter(at__gte=since)
        return newer.filter(move=name, by=request.user).exists()

    def _page_name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    # --- Several at once ----------------------------------------------------------------------

    def move_each(self, request: HttpRequest, rows: QuerySet[Any], verb: Any) -> int:
        """The move for each on its own: one refusal does not hold up the others."""
        done = 0
        for row in self.with_facts(rows).order_by("pk"):
            try:
                verb(**{self.row_name: row}, by=request.user)
            except Refused as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                done += 1
        return done
