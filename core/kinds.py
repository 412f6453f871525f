"""The interface of a kind, and the one registry.

A *part* of the site has work for the worker. A *kind* is a part with a life: something that a
school can ask for. Each app registers its own in `AppConfig.ready()`, and whoever deals with all
of them goes over `parts()` or `kinds()`: nothing else lists them by name.
"""

import datetime
from collections.abc import Mapping


class Part:
    """What an app has done for it, and says for itself. By default nothing."""

    name = ""  # in logs; one of its own

    # The methods that the worker calls at its start, and then every so often. Each must be
    # harmless when two workers call it at once, and when it is stopped half way.
    jobs: Mapping[str, datetime.timedelta] = {}


class Kind(Part):
    """A thing with a life: a visit, a lesson kit."""


_registered: list[Part] = []


def register(part: Part) -> None:
    """Called by apps when they are ready."""
    if missing := [job for job in part.jobs if not hasattr(part, job)]:
        raise TypeError(f"{part.name} has no {missing[0]}")
    _registered.append(part)


def parts() -> list[Part]:
    """All, in the order in which the apps are installed."""
    return list(_registered)


def kinds() -> list[Kind]:
    return [part for part in _registered if isinstance(part, Kind)]
