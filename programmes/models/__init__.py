from programmes.models.appearance import Drawing, Offer, picture_described
from programmes.models.around import ProgrammeFile
from programmes.models.closure import Closure, spans_off
from programmes.models.curriculum import CoreObjective, ObjectiveScheme, World
from programmes.models.hub import Hub, OfHubs, is_of_no_hub, read_hubs_of
from programmes.models.place import Venue, Zone
from programmes.models.programme import Component, Programme, ProgrammeKind

__all__ = [
    "Closure",
    "Component",
    "CoreObjective",
    "Drawing",
    "Hub",
    "ObjectiveScheme",
    "OfHubs",
    "Offer",
    "Programme",
    "ProgrammeFile",
    "ProgrammeKind",
    "Venue",
    "World",
    "Zone",
    "is_of_no_hub",
    "picture_described",
    "read_hubs_of",
    "spans_off",
]
