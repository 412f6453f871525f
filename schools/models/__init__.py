from schools.models.class_group import ClassGroup
from schools.models.holiday import HolidayRegion, SchoolHoliday
from schools.models.organisation import GroupKind, Organisation
from schools.models.school import PupilCount, School, SchoolBoard, Sector
from schools.models.upload import UploadPart
from schools.models.user import User

__all__ = [
    "ClassGroup",
    "GroupKind",
    "HolidayRegion",
    "Organisation",
    "PupilCount",
    "School",
    "SchoolBoard",
    "SchoolHoliday",
    "Sector",
    "UploadPart",
    "User",
]
