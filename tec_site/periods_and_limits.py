"""How long, how often and how many, of all hubs alike: what an owner may want otherwise.

A programme has its own where its differ (Beheer → Programma's): the lead time, until when numbers
can change and a visit is cancelled for free. What a rule makes of it stands in each app's
`rules.py`, and of what comes too late in its `refusals.py`.

Not here, but where they are used:

- of one programme or kit, with the default of a new one: how many pupils
  (`programmes/models/programme.py`), the length of a loan (`kits/models/kit.py`);
- who is erased because she was long away: `submissions/privacy/when_erased.py`; her pages and
  mails say it in words;
- who was confirmed too lately to be asked again: `bookings/still_coming.py`;
- from how few answers on figures tell of them: `LEAST` in `impact/results.py`;
- how many of something a page, mail or list shows, and how far it looks for them: at the head of
  the module that does, as `bookings/telling/other_dates.py` and each `dashboard.py`.
"""

from datetime import timedelta

LEAD_TIME_WORKING_DAYS = 5
CHANGE_NUMBERS_UNTIL_DAYS = 7
FREE_CANCELLATION_UNTIL_DAYS = 14
HOLD_FOR = timedelta(minutes=30)
MOST_CLASSES_AT_ONCE = 8  # in one booking
# With whom one booking is shared: far above any team; who invites more is no teacher.
MOST_COLLEAGUES = 20
# From the waiting list, counted on school days between these hours; less where the date is near.
OFFER_FOR, OFFER_HOURS = timedelta(hours=16), (8, 17)
OFFER_FOR_NEAR, OFFER_IS_NEAR_WITHIN = timedelta(hours=4), timedelta(days=7)
# 'Nearly full': so many classes still fit in a visit of more. Staff see those of the coming weeks.
NEARLY_FULL_CLASSES_LEFT, NEARLY_FULL_SHOWN_WEEKS = 1, 6
MATTERS_SHOWN = 6  # of a kind on the overview, a line each; one line leads to the others
DOUBTS_SHOWN_WITHIN_DAYS = 21  # there, of who has a shift and may not; the roster says all
REMIND_BEFORE_VISIT_DAYS = 7
ASK_AGAIN_BEFORE_VISIT_DAYS = 21  # 'are you still coming?'
SILENT_AFTER_DAYS = 7  # then staff hear that nobody answered it
REMIND_BEFORE_COLLECTING_DAYS = 3
REMIND_BEFORE_RETURNING_DAYS = 3
REMIND_OVERDUE_EVERY_DAYS = 7
# How a visit or kit was is asked on the day after, and of what was over a week ago at most.
EVALUATE_AFTER_DAYS, EVALUATE_BACK_DAYS = 1, 7
EVALUATE_WITHIN = timedelta(days=30)
PLEDGE_ON_PAPER_WITHIN = timedelta(days=30)  # then staff hear that it is still verbal
OVERDUE_KEEPS_WORKING_DAYS = 10  # nobody is promised a box that is not back, for so long
# The worker counts what the board's page shows so long after the last change, each view of it so
# often at most: those that were looked at in so many days, and of them so many.
COUNT_AHEAD_AFTER, COUNT_AHEAD_EVERY = timedelta(seconds=10), timedelta(minutes=3)
COUNT_AHEAD_FOR, COUNT_AHEAD_MOST = timedelta(days=7), 20
CODE_VALID_FOR = timedelta(minutes=10)
CODE_TRIES = 5
# How often at most, in so long: of one address, one person, one network (core/rate_limits.py). A
# whole school shares a network; of a larger one `.env` says how much it may post, and hold.
RATE_LIMITS = {
    "codes_per_address": (3, timedelta(minutes=10)),
    "invitations_per_address": (5, timedelta(hours=1)),
    "passwords_per_address": (10, timedelta(minutes=10)),
    "second_factors_per_user": (5, timedelta(minutes=5)),
    "posts_per_network": (300, timedelta(minutes=10)),
}
# What waits for a code.
MOST_HELD_PER_ADDRESS, MOST_HELD_PER_NETWORK = 4, 60
# The second of two clicks on a slow network comes so soon after the first.
SAME_CLICK_WITHIN = timedelta(minutes=1)
TEACHER_SESSION_AGE = timedelta(days=90)
STAFF_SESSION_AGE = timedelta(hours=12)
# A mail is tried again after 1, 2, 4, … and then every 60 minutes: some three days. An unreachable
# server does not count as a try.
MAIL_TRIES = 72
MAIL_KEPT_FOR = timedelta(days=90)
TASK_KEPT_FOR = timedelta(days=92)  # after it ended
SIGN_INS_KEPT_FOR = timedelta(days=90)  # of staff
# Open shifts are offered so long ahead, and what is as near as this without waiting for a day.
OFFER_SHIFTS_AHEAD, OFFER_SHIFTS_AT_ONCE = timedelta(days=42), timedelta(days=7)
# Staff are asked whether somebody was really here so much longer than her shift.
ASK_BEYOND_SHIFT = timedelta(hours=1)
# A certificate (VOG) counts so long after it was seen, as the members of staff of schools renew
# theirs; a new one takes some weeks.
CERTIFICATE_YEARS = 3
CERTIFICATE_RENEW_WITHIN = timedelta(days=60)
# Who is erased because she was long away hears so this long before; and the mail itself may wait
# for a server.
ERASURE_TOLD_BEFORE = timedelta(days=31)
ERASURE_MAIL_MAY_WAIT = timedelta(days=3)
