"""A second hub, so that everything that speaks for a hub is seen to speak for the right one.

NewTechPark Apeldoorn with all its people, prices and addresses is an example, and says so.
"""

import datetime

from bookings import lifecycle
from bookings.models import SchedulePattern, VisitSlot
from bookings.planning.schedule import make_slots
from bookings.rules import VisitItem, VisitRequest
from core.dates import Weekday
from core.lifecycle import Refused
from kits import lifecycle as lending
from kits.models import Complexity, ContentItem, Delivery, DeskDay, KitCopy, KitDocument, LessonKit
from kits.rules import LoanItem, LoanRequest
from kits.versions import save_version
from programmes.models import Drawing, Hub, Programme, ProgrammeKind, Venue, World, Zone
from schools.models import HolidayRegion, School, User
from schools.years import YearGroup, current_school_year, school_year_end, school_year_start
from submissions.models import Submission
from submissions.rules import Party, Rule, first_bookable_moment
from tec_site.demo.loans import offered_days
from tec_site.demo.people import OTHER_STAFF_EMAIL
from tec_site.demo.schools import SCHOOLS, TEACHERS

SLUG = "newtechpark-apeldoorn"
MORNING = datetime.time(9, 15), datetime.time(12)
PROGRAMME = {
    "kind": ProgrammeKind.WORKSHOP,
    "slug": "meten-in-het-bos",
    "title": "Meten in het bos",
    "summary": "Bouw een meetstation en ontdek wat bomen doen met warmte, licht en geluid.",
    "story": (
        "Elk groepje soldeert een sensor op een printplaatje en sluit die aan op een kleine "
        "computer. Daarna gaan we naar buiten: wie meet het stilste plekje, en waar is het op "
        "een warme dag het koelst?\n\n"
        "Binnen zetten we alle metingen op één kaart en kijken we wat eraan opvalt."
    ),
    "learning": "De leerlingen leren eerlijk meten, en zien hoe een sensor een getal maakt.",
    "bring": "Een jas die tegen regen kan",
    "arrange": "Vervoer heen en terug",
    "price_note": "Voorbeeldprijs.",
    "price": "85.00",
    "year_from": YearGroup.GROUP_6,
    "year_to": YearGroup.GROUP_8,
    "duration": 120,
    "max_groups": 1,
    "max_pupils": 32,
    "max_pupils_per_class": 32,
    "title_en": "Measuring in the woods",
    "summary_en": "Build a weather station and find out what trees do to warmth, light and noise.",
    "story_en": (
        "Every group solders a sensor to a circuit board and connects it to a small computer. "
        "Then we go outside: who measures the quietest spot, and where is it coolest on a warm "
        "day?\n\n"
        "Inside we put all measurements on one map and look at what stands out."
    ),
    "learning_en": "The pupils learn to measure fairly, and see how a sensor makes a number.",
    "bring_en": "A coat that can stand rain",
    "arrange_en": "Transport there and back",
    "price_note_en": "An example price.",
    "artwork": Drawing.MEASURING_WOODS,
}
KIT = {
    "slug": "meetkist-lucht-en-geluid",
    "title": "Meetkist lucht en geluid",
    "summary": "Meet hoe druk, warm en muf het in de klas is, en maak het beter.",
    "story": (
        "De leerlingen hangen sensoren op in het lokaal, de gang en het plein, en lezen een "
        "dag lang af wat die meten. Daarna bedenken ze wat er stiller of frisser kan."
    ),
    "artwork": Drawing.AIR_AND_SOUND,
    "complexity": Complexity.MIDDLE,
    "year_from": YearGroup.GROUP_5,
    "year_to": YearGroup.GROUP_8,
    "lesson_minutes": 60,
    "lessons": 2,
    "charge_note": "Voorbeeld: een kwijtgeraakte sensor kost € 35.",
    "title_en": "Measuring kit for air and noise",
    "summary_en": "Measure how noisy, warm and stuffy the classroom is, and make it better.",
    "story_en": (
        "The pupils hang sensors in the classroom, the corridor and the yard, and read for a "
        "day what those measure. Then they think up what could be quieter or fresher."
    ),
    "charge_note_en": "Example: a sensor that is lost costs € 35.",
}
GUIDE = """# Vooraf
Laad de meters een dag van tevoren op.

# In de les
1. Verdeel de klas in zes groepjes en geef elk een meter.
2. Laat voorspellen waar het het stilst is, en meet het na.
3. Zet alle metingen op één plattegrond.
"""
CARD = """# Wie meet het stilst?
1. Zet de meter aan en wacht tien tellen.
2. Schrijf op wat je ziet, en waar je staat.
3. Zet je getal op de plattegrond.
"""


def load() -> None:
    """Add the hub with all that is its own, and seasons that are not there yet."""
    if not Hub.objects.filter(slug=SLUG).exists():
        venue = _venue(_hub())
        _programme(venue)
        _kit(venue)
        _season(venue)
        _asked()
    else:
        _season(Venue.objects.get(slug=SLUG))


def _hub() -> Hub:
    hub = Hub.objects.create(
        name="NewTechPark Apeldoorn (voorbeeld)",
        short_name="NewTechPark",
        slug=SLUG,
        street="Voorbeeldpark 8",
        postcode="7311 AA",
        city="Apeldoorn",
        phone="055 000 00 00",
        email="info@newtechpark.example",
        sender_name="NewTechPark Apeldoorn",
        sender_email="bezoek@newtechpark.example",
        desk_hours="woensdag van 9.00 tot 16.00 uur",
        desk_hours_en="Wednesdays from 9:00 to 16:00",
        mail_note="Het park is een voorbeeld: er staat geen gebouw op dit adres.",
        mail_note_en="This park is an example: there is no building at this address.",
        position=1,
    )
    hub.staff.set(User.objects.filter(email=OTHER_STAFF_EMAIL))
    return hub


def _venue(hub: Hub) -> Venue:
    venue = Venue.objects.create(
        hub=hub,
        name="NewTechPark Apeldoorn",
        slug=SLUG,
        street=hub.street,
        postcode=hub.postcode,
        city=hub.city,
        holiday_region=HolidayRegion.MIDDLE,
        directions="De bus stopt voor het hek. Fietsen staan achter het gebouw.",
        directions_en="Coaches stop at the gate. Bicycles stand behind the building.",
    )
    Zone.objects.create(
        venue=venue,
        slug="boslab",
        name="Boslab",
        description="Solderen aan de bank, meten tussen de bomen.",
        description_en="Soldering at the bench, measuring among the trees.",
    )
    DeskDay.objects.create(
        venue=venue,
        weekday=Weekday.WEDNESDAY,
        opens_at=datetime.time(9),
        closes_at=datetime.time(16),
    )
    return venue


def _programme(venue: Venue) -> None:
    programme = Programme.objects.create(venue=venue, position=20, is_example=True, **PROGRAMME)
    programme.zones.set(venue.zones.all())
    programme.worlds.set(World.objects.filter(code="voeding-natuur"))


def _kit(venue: Venue) -> None:
    kit = LessonKit.objects.create(venue=venue, position=20, is_example=True, **KIT)
    kit.worlds.set(World.objects.filter(code="mens-gezondheid"))
    ContentItem.objects.create(
        kit=kit,
        name="Meter met sensor",
        name_en="Meter with sensor",
        quantity=6,
        unit_cost="35.00",
        is_essential=True,
    )
    ContentItem.objects.create(
        kit=kit, name="Plattegrond", name_en="Map", quantity=6, is_consumable=True
    )
    KitCopy.objects.create(kit=kit, code="MEET-01", shelf="A1")
    for kind, name, text in (
        (KitDocument.Kind.TEACHER_GUIDE, "lesbrief", GUIDE),
        (KitDocument.Kind.PUPIL_CARD, "opdracht", CARD),
    ):
        save_version(KitDocument(kit=kit, kind=kind, title=f"{kit.title}: {name}", text=text))


def _season(venue: Venue) -> None:
    for year in (current_school_year(), current_school_year() + 1):
        first, last = school_year_start(year), school_year_end(year)
        if SchedulePattern.objects.filter(venue=venue, season_from=first).exists():
            continue
        pattern = SchedulePattern.objects.create(
            venue=venue,
            weekday=Weekday.WEDNESDAY,
            starts_at=MORNING[0],
            ends_at=MORNING[1],
            season_from=first,
            season_to=last,
            max_pupils=32,
        )
        pattern.programmes.set(venue.programmes.all())
        make_slots(pattern)


def _asked() -> None:
    """A class that comes and a box that goes out; both have a mail."""
    staff = User.objects.get(email=OTHER_STAFF_EMAIL)
    school, teacher = SCHOOLS[7], TEACHERS[7]
    who = {
        "contact_name": teacher.name,
        "email": teacher.email,
        "phone": "055 000 00 07",
        "school": School.objects.get(site_code=school[0]),
    }
    party = Party("Groep 7C", YearGroup.GROUP_7, YearGroup.GROUP_7, 24, 3)
    coming = VisitSlot.objects.filter(
        programmes__slug=PROGRAMME["slug"], starts_at__gte=first_bookable_moment(None)
    )
    kit = LessonKit.objects.get(slug=KIT["slug"])
    try:
        for slot in coming[2:3]:
            key = f"demo-{SLUG}-visit"
            submission = Submission(submission_key=key, data_hash=key, **who)
            items = [VisitItem(slot, Programme.objects.get(slug=PROGRAMME["slug"]), party)]
            lifecycle.book(VisitRequest(submission, items, set(Rule), "Voorbeeld"), by=staff)
        key = f"demo-{SLUG}-loan"
        submission = Submission(submission_key=key, data_hash=key, **who)
        days = offered_days(kit, Delivery.DESK, 28, 35)
        item = LoanItem(kit, *days, Delivery.DESK)
        lending.book(LoanRequest(submission, item, party), by=staff)
    except Refused:
        return  # in the holidays there is nothing to ask for; the dates simply stay empty
