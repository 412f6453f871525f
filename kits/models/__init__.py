from kits.models.check import ChargeLine, Finding, ItemCount, Shortage
from kits.models.desk import CopyEvent, DeskDay, Repair
from kits.models.kit import Complexity, ContentItem, KitCopy, KitDocument, LessonKit
from kits.models.loan import Attention, Delivery, Loan, LoanEvent, RefusedDemand
from kits.models.state import LoanState
from kits.models.waiting import LOAN_WAIT_FACTS, LoanWait, LoanWaitEvent

__all__ = [
    "LOAN_WAIT_FACTS",
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
    "LoanWait",
    "LoanWaitEvent",
    "RefusedDemand",
    "Repair",
    "Shortage",
]
