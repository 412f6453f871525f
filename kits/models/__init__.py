from .check import ChargeLine, Finding, ItemCount, Shortage
from .desk import DeskDay, Repair
from .kit import Complexity, ContentItem, KitCopy, KitDocument, LessonKit
from .loan import AWAY, COMING, Delivery, Loan, LoanEvent, LoanState, RefusedDemand

__all__ = [
    "AWAY",
    "COMING",
    "ChargeLine",
    "Complexity",
    "ContentItem",
    "Delivery",
    "DeskDay",
    "Finding",
    "ItemCount",
    "KitCopy",
    "KitDocument",
    "LessonKit",
    "Loan",
    "LoanEvent",
    "LoanState",
    "RefusedDemand",
    "Repair",
    "Shortage",
]
