"""Production's settings, with the floor's addresses and a count of statements per response."""

from datetime import timedelta

from tec_site.settings import *  # noqa: F403  # and what differs here
from tec_site.settings import LOGGING, MIDDLEWARE, RATE_LIMITS

ROOT_URLCONF = "benchmarks.floor"
# Measured is the list of staff, not the way to it.
STAFF_SECOND_FACTOR = False
# Outermost, so that it sees what all others ask of the database.
MIDDLEWARE = ["benchmarks.floor.StatementsMiddleware", *MIDDLEWARE]
# Measured is what the worker counts ahead, not how long it waits for it.
COUNT_AHEAD_AFTER = COUNT_AHEAD_EVERY = timedelta(0)
# One machine sends everything here.
RATE_LIMITS = {name: (1_000_000, period) for name, (_number, period) in RATE_LIMITS.items()}
MOST_HELD_PER_NETWORK = 1_000_000
# Whoever loses a race is answered 409, which is no news here.
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}
