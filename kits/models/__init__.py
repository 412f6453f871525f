from kits.models.check import ChargeLine, Finding, ItemCount, Shortage
from kits.models.desk import CopyEvent, DeskDay, Repair
from kits.models.kit import Complexity, ContentItem, KitCopy, KitDocument, LessonKit
from kits.models.loan import Attention, Delivery, Loan, LoanEvent, RefusedDemand
from kits.models.state import LoanState

__all__ = [
    "Attention",
    "ChargeLine",
    "Complexity",
    "ContentItem",
    "CopyEvent",
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
