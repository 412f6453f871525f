"""Ten schools that do not exist, in places that do, and the teachers who book for them."""

from typing import NamedTuple

from schools.models import School, SchoolBoard
from schools.models.holiday import HolidayRegion

NORTH, MIDDLE = HolidayRegion.NORTH, HolidayRegion.MIDDLE

BOARDS = [
    ("99901", "Stichting Voorbeeld Onderwijs"),
    ("99902", "Vereniging De Denkbeeldige School"),
]

# site code (no real one starts with ZZ), name, street, number, postcode, place, region, board
SCHOOLS = [
    ("ZZ0100", "OBS De Regenboog", "Wilgenlaan", "12", "7412 ZZ", "Deventer", NORTH, "99901"),
    ("ZZ0200", "CBS De Vlieger", "Kerkpad", "3", "7413 ZZ", "Deventer", NORTH, "99902"),
    ("ZZ0300", "Basisschool Het Kompas", "Molenweg", "41", "7431 ZZ", "Diepenveen", NORTH, "99901"),
    ("ZZ0400", "Daltonschool De Brug", "IJsselkade", "8", "7415 ZZ", "Deventer", NORTH, "99901"),
    ("ZZ0500", "OBS De Notenboom", "Dorpsstraat", "77", "7437 ZZ", "Bathmen", NORTH, "99901"),
    ("ZZ0600", "Montessorischool De Lier", "Parkweg", "5", "8121 ZZ", "Olst", NORTH, "99902"),
    ("ZZ0700", "PCB De Hoeksteen", "Stationsplein", "2", "7391 ZZ", "Twello", MIDDLE, "99902"),
    ("ZZ0800", "PCB De Schakel", "Lindelaan", "19", "7311 ZZ", "Apeldoorn", MIDDLE, "99902"),
    ("ZZ0900", "OBS De Kring", "Beukenlaan", "30", "7201 ZZ", "Zutphen", MIDDLE, "99901"),
    ("ZZ1000", "Basisschool De Ark", "Schoolstraat", "1", "7241 ZZ", "Lochem", MIDDLE, "99902"),
]  # fmt: skip

# From places of which a school came; nobody of these ever did.
QUIET = [
    ("ZZ1100", "OBS De Waterlelie", "Gasthuisstraat", "9", "7411 ZZ", "Deventer", NORTH, "99901"),
    ("ZZ1200", "SBO De Sleutel", "Ploegstraat", "24", "7412 ZZ", "Deventer", NORTH, "99902"),
    ("ZZ1300", "CBS De Esdoorn", "Esdoornlaan", "61", "7322 ZZ", "Apeldoorn", MIDDLE, "99902"),
]  # fmt: skip


class Teacher(NamedTuple):
    """Whoever books for the school of the same place in `SCHOOLS`."""

    name: str
    email: str


TEACHERS = [
    Teacher("Anouk Jansen", "anouk@deregenboog.example"),
    Teacher("Bram de Wit", "bram@devlieger.example"),
    Teacher("Carla Visser", "carla@hetkompas.example"),
    Teacher("Daan Bakker", "daan@debrug.example"),
    Teacher("Esra Yılmaz", "esra@denotenboom.example"),
    Teacher("Femke Hoekstra", "femke@delier.example"),
    Teacher("Guus van den Berg", "guus@dehoeksteen.example"),
    Teacher("Hanna Smit", "hanna@deschakel.example"),
    Teacher("Ilse Mulder", "ilse@dekring.example"),
    Teacher("Jaap Postma", "jaap@deark.example"),
]


def load() -> None:
    boards = {
        number: SchoolBoard.objects.get_or_create(number=number, defaults={"name": name})[0]
        for number, name in BOARDS
    }
    for code, name, street, number, postcode, city, region, board in (*SCHOOLS, *QUIET):
        School.objects.get_or_create(
            site_code=code,
            defaults={
                "name": name,
                "street": street,
                "house_number": number,
                "postcode": postcode,
                "city": city,
                "municipality": city,
                "holiday_region": region,
                "board": boards[board],
            },
        )
