from .curriculum import CoreObjective, World
from .place import Venue, Zone
from .programme import Component, Kind, Programme

__all__ = ["Component", "CoreObjective", "Kind", "Programme", "Venue", "World", "Zone"]
