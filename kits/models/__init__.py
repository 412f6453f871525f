from kits.models.check import ChargeLine, Finding, ItemCount, Shortage
from kits.models.desk import DeskDay, Repair
from kits.models.kit import Complexity, ContentItem, KitCopy, KitDocument, LessonKit
from kits.models.loan import AWAY, COMING, Delivery, Loan, LoanEvent, LoanState, RefusedDemand

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
