"""What closing days does to all that stands on them: found, chosen, and rehearsed.

The rehearsal is the deed itself in a transaction that is undone: the days are closed, each thing
is moved or called off by the verbs that everybody uses, and the mails are made of the events that
this leaves. So what is shown is what will be done, refusals included.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from core.lifecycle import Event, Refused
from core.mail import outbox
from core.mail.queue import Message
from programmes.closing_days.sweeper import LEAVE, Hit, Way, do_together, sweepers
from programmes.models import Closure


@dataclass(frozen=True)
class ClosedSpan:
    """The days that close, and what the schools read about it."""

    closure: Closure  # perhaps not saved yet
    note: str

    @property
    def values(self) -> list[str]:
        one = self.closure
        return [str(one.venue_id), one.reason, str(one.starts_on), str(one.ends_on), self.note]

    def close(self) -> Closure:
        """The row, saved in the caller's transaction; the one at hand stays as it was."""
        one = self.closure
        if one.pk is not None:
            return one
        return Closure.objects.create(
            venue=one.venue, reason=one.reason, starts_on=one.starts_on, ends_on=one.ends_on
        )


@dataclass
class PlanLine:
    """A hit, what was chosen for it, and what came of that in the rehearsal."""

    hit: Hit
    way: Way
    refusal: str = ""
    remark: str = ""

    @property
    def part(self) -> list[str]:
        return [self.hit.key, self.way.value, self.hit.stands]


@dataclass
class Unit:
    """Lines of which somebody hears in one mail: done together, or not at all."""

    lines: list[PlanLine]
    mails: list[Message] = field(default_factory=list)

    @property
    def parts(self) -> list[list[str]]:
        return [line.part for line in self.lines]


@dataclass
class ClosingPlan:
    units: list[Unit]

    @property
    def lines(self) -> list[PlanLine]:
        lines = [line for unit in self.units for line in unit.lines]
        return sorted(lines, key=lambda line: (line.hit.day, line.hit.text))

    @property
    def mails(self) -> list[Message]:
        return [mail for unit in self.units for mail in unit.mails]

    @property
    def is_possible(self) -> bool:
        return not any(line.refusal for line in self.lines)

    @property
    def shown(self) -> list[list[str]]:
        return [[*line.part, line.hit.text] for line in self.lines]


def rehearse(span: ClosedSpan, chosen: Mapping[str, str], *, by: Any) -> ClosingPlan:
    """What doing it would do, as things stand; afterwards nothing has changed."""
    with outbox.rehearsal() as heard:
        plan = find(span.close(), chosen, by=by)
        for unit in plan.units:
            _rehearse(unit, chosen, by, span.note, heard)
    return plan


def find(closure: Closure, chosen: Mapping[str, str], *, by: Any) -> ClosingPlan:
    """What stands on days that are closed already, with what was chosen for it."""
    units = _together(list(_hits(closure, by)))
    return ClosingPlan([Unit([PlanLine(hit, _way(hit, chosen)) for hit in hits]) for hits in units])


def _hits(closure: Closure, by: Any) -> Iterator[Hit]:
    for sweeper in sweepers():
        may = by.has_perm(sweeper.permission)
        for hit in sweeper.hits(closure.venue, closure.starts_on, closure.ends_on):
            ways = [way for way in hit.ways if may or way.action == LEAVE]
            yield replace(hit, ways=ways)


def _way(hit: Hit, chosen: Mapping[str, str]) -> Way:
    wanted = chosen.get(hit.key)
    return next((way for way in hit.ways if way.value == wanted), hit.ways[0])


def _together(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Hits of one kind that were asked for in one go, to be told in one mail."""
    units: list[list[Hit]] = []
    for hit in hits:
        prefix = hit.key.partition("-")[0]
        joined = [
            unit
            for unit in units
            if unit[0].key.startswith(f"{prefix}-")
            and any(other.submissions & hit.submissions for other in unit)
        ]
        units = [unit for unit in units if unit not in joined]
        units.append([*(one for unit in joined for one in unit), hit])
    return units


def _rehearse(
    unit: Unit, chosen: Mapping[str, str], by: Any, note: str, heard: list[Event]
) -> None:
    """Try what was chosen, or, where nothing was, each way until one can be done."""
    first = unit.lines[0]
    is_open = len(unit.lines) == 1 and first.hit.key not in chosen
    for way in first.hit.ways if is_open else [first.way]:
        first.way = way
        for line in unit.lines:
            line.refusal = line.remark = ""
        try:
            remarks = do_together(unit.parts, by=by, note=note)
        except Refused as refusal:
            key = getattr(refusal, "key", first.hit.key)
            refused = next(line for line in unit.lines if line.hit.key == key)
            refused.refusal = str(refusal)
        else:
            unit.mails = outbox.told_of(heard)
            for line in unit.lines:
                line.remark = remarks[line.hit.key]
            return


# --- What was shown, and what there is now -------------------------------------------------------


def differences(shown: Iterable[Sequence[str]], plan: ClosingPlan) -> list[str]:
    """What is otherwise than the preview said, a line each."""
    before = {key: (way, stands, text) for key, way, stands, text in shown}
    now = {line.hit.key: line for line in plan.lines}
    found = [
        _("New since you looked: %(what)s") % {"what": line.hit.text}
        for key, line in now.items()
        if key not in before
    ]
    for key, (way, stands, text) in before.items():
        if key not in now:
            found.append(_("Not there any more: %(what)s") % {"what": text})
        elif now[key].hit.stands != stands:
            found.append(_("Changed since you looked: %(what)s") % {"what": now[key].hit.text})
        elif now[key].way.value != way:
            found.append(_("Cannot be done like that any more: %(what)s") % {"what": text})
    return found
