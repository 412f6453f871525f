from .class_group import ClassGroup
from .code import CodeChallenge
from .holiday import HolidayRegion, SchoolHoliday
from .school import PupilCount, School, SchoolBoard, Sector
from .submission import PhotoAnswer, Submission
from .user import User

__all__ = [
    "ClassGroup",
    "CodeChallenge",
    "HolidayRegion",
    "PhotoAnswer",
    "PupilCount",
    "School",
    "SchoolBoard",
    "SchoolHoliday",
    "Sector",
    "Submission",
    "User",
]
