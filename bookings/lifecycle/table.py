"""The table of a booking's moves.

The table is the documentation: from which states, to which state, and which message goes out
(`bookings/telling/notices.py`). What a state means stands in the table of states
(`bookings/models/state.py`). Each move frees what the booking held before it and takes what it
holds after it (`places.change`), so no verb counts places itself.

Where each is made (a test compares):

- `bookings/lifecycle/asking.py`: hold, verify, request
- `bookings/lifecycle/deciding.py`: confirm, decline, cancel, reinstate, ask_to_cancel, reschedule,
  change_numbers, correct_level, note, flag, settle
- `bookings/moving.py`: ask_to_move, keep_date
- `bookings/changes.py`: retime, readdress
- `bookings/visits/rooms.py`: rehouse
- `bookings/visits/joining.py`: propose, let_be
- `bookings/still_coming.py`: reconfirm
- `bookings/preparing.py`: prepare, unprepare, follow_up, unfollow
- `bookings/attendance.py`: attend, recount, miss
- `bookings/waiting/offering.py`: offer
- `bookings/waiting/visit_list.py`: prolong, take, take_up
- `bookings/clock.py`: lapse, remind, ask_again
- `submissions/changing.py`: describe
- `submissions/sharing/lifecycle.py`: hand_over
"""

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from bookings import places
from bookings.models import Booking, Footprint, State, VisitSlot
from bookings.refusals import ClassAlreadyBooked, GroupAlreadyBooked, NothingHeld
from core.lifecycle import NEW, Move, lock_row
from programmes.models import Programme
from submissions.lifecycle import AskedLifecycle

S = State
COMING = S.where(is_coming=True)
HOLDING = S.where(holds=True)


class BookingLifecycle(AskedLifecycle):
    nothing_held = NothingHeld

    def change_places(self, before: Footprint | None, after: Footprint | None) -> None:
        places.change(before, after)

    def refusal_of(self, error: IntegrityError) -> Exception:
        # Both engines name the columns of the constraint.
        if "visit_id" not in str(error):
            return error
        return GroupAlreadyBooked() if "organisation_id" in str(error) else ClassAlreadyBooked()


# fmt: off
MOVES = BookingLifecycle(
    #                   what is done                from                        to            message
    hold=           Move(_("hold a place"),          (NEW,),                     S.HELD),
    verify=         Move(_("confirm with the code"), (S.HELD, S.LAPSED),         S.CONFIRMED,  "confirmed"),
    request=        Move(_("request with the code"), (S.HELD, S.LAPSED),         S.REQUESTED,  "requested"),
    confirm=        Move(_("confirm"),               (S.REQUESTED,),             S.CONFIRMED,  "confirmed"),
    decline=        Move(_("decline"),               (S.REQUESTED,),             S.DECLINED,   "declined"),
    lapse=          Move(_("let lapse"),             (S.HELD, S.OFFERED),        S.LAPSED),
    offer=          Move(_("offer a place"),         (NEW,),                     S.OFFERED),
    prolong=        Move(_("give more time"),        (S.OFFERED,),               None),
    take=           Move(_("take the offer"),        (S.OFFERED,),               S.CONFIRMED,  "confirmed"),
    take_up=        Move(_("request what is offered"), (S.OFFERED,),             S.REQUESTED,  "requested"),
    cancel=         Move(_("cancel"),                (S.HELD, *COMING),          S.CANCELLED,  "cancelled"),
    reinstate=      Move(_("reinstate"),             (S.CANCELLED, S.DECLINED),  S.CONFIRMED,  "confirmed"),
    ask_to_cancel=  Move(_("ask to cancel"),         (*COMING,),                 None),
    ask_to_move=    Move(_("ask for another date"),  (*COMING,),                 None),
    keep_date=      Move(_("keep the date"),         (*COMING,),                 None,         "date_kept"),
    reschedule=     Move(_("move to another date"),  (*COMING,),                 None,         "changed"),
    retime=         Move(_("change the length"),     (*COMING,),                 None,         "changed"),
    readdress=      Move(_("change the address"),    (*COMING,),                 None,         "changed"),
    rehouse=        Move(_("change the rooms"),      (*HOLDING,),                None),
    propose=        Move(_("propose to come with another class"), (S.CONFIRMED,), None,        "proposed"),
    let_be=         Move(_("goes ahead, though small"), (S.CONFIRMED,),          None),
    change_numbers= Move(_("change numbers"),        (*COMING,),                 None,         "changed"),
    describe=       Move(_("change the details"),    (*COMING,),                 None),
    correct_level=  Move(_("correct the level"),     (*COMING, S.ATTENDED, S.NO_SHOW), None),
    remind=         Move(_("remind"),                (S.CONFIRMED,),             None,         "reminder"),
    ask_again=      Move(_("ask whether they come"), (S.CONFIRMED,),             None,         "still_coming"),
    reconfirm=      Move(_("they still come"),       (S.CONFIRMED,),             None),
    prepare=        Move(_("prepared in class"),     (*COMING,),                 None),
    unprepare=      Move(_("not prepared yet"),      (*COMING,),                 None),
    follow_up=      Move(_("followed up in class"),  (S.CONFIRMED, S.ATTENDED),  None),
    unfollow=       Move(_("not followed up yet"),   (S.CONFIRMED, S.ATTENDED),  None),
    attend=         Move(_("was here"),              (S.CONFIRMED, S.NO_SHOW),   S.ATTENDED),
    recount=        Move(_("correct how many came"), (S.ATTENDED,),              None),
    miss=           Move(_("did not come"),          (S.CONFIRMED, S.ATTENDED),  S.NO_SHOW),
    hand_over=      Move(_("hand over to a colleague"), (*COMING,),              None),
    note=           Move(_("note"),                  (*S,),                      None),
    flag=           Move(_("needs attention"),       (*S,),                      None),
    settle=         Move(_("settled"),               (*S,),                      None),
)
# fmt: on


def make_way(slot: VisitSlot, programme: Programme) -> None:
    """Lapse the holds in the way here whose time is up."""
    MOVES.lapse_all(Booking.objects.expired().in_the_way(slot, programme))


def lock(booking: Booking, move: str) -> None:
    """Bring it up to date and keep it so: what the page showed may be old. Raises IllegalMove."""
    lock_row(booking, Booking.objects.with_facts())
    MOVES.check(booking, move)
