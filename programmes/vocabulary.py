"""The education system's own words: facts that a new site starts with (programmes/migrations).

Core objectives: SLO's *kerndoelen* as numbered in the decrees of 2006, and SLO's concept of
March 2024 for digital literacy. Only those that a visit to the centre touches are here; staff
add others in the admin.
"""

# number (colour and drawing), code, name
WORLDS = [
    (1, "mens-gezondheid", "Mens & Gezondheid"),
    (2, "voeding-natuur", "Voeding & Natuur"),
    (3, "energie-water-veiligheid", "Energie, Water & Veiligheid"),
    (4, "wonen-werken-verkeer", "Wonen, Werken & Verkeer"),
    (5, "ontwerp-productie-wereldhandel", "Ontwerp, Productie & Wereldhandel"),
    (6, "digitaal-media-entertainment", "Digitaal, Media & Entertainment"),
    (7, "hi-tech-science", "Hi-tech & Science"),
]

# scheme, code, label, text ("" where the source gives a title only)
CORE_OBJECTIVES = [
    (
        "kerndoelen-po-2006",
        "40",
        "PO Kerndoel 40: Planten en dieren herkennen",
        "De leerlingen leren in de eigen omgeving veel voorkomende planten en dieren "
        "onderscheiden en benoemen en leren hoe ze functioneren in hun leefomgeving.",
    ),
    (
        "kerndoelen-po-2006",
        "41",
        "PO Kerndoel 41: Bouw van organismen",
        "De leerlingen leren over de bouw van planten, dieren en mensen en over de vorm en "
        "functie van hun onderdelen.",
    ),
    (
        "kerndoelen-po-2006",
        "42",
        "PO Kerndoel 42: Natuurkundige verschijnselen",
        "De leerlingen leren onderzoek doen aan materialen en natuurkundige verschijnselen, "
        "zoals licht, geluid, elektriciteit, kracht, magnetisme en temperatuur.",
    ),
    (
        "kerndoelen-po-2006",
        "43",
        "PO Kerndoel 43: Weer en klimaat",
        "De leerlingen leren hoe je weer en klimaat kunt beschrijven met behulp van "
        "temperatuur, neerslag en wind.",
    ),
    (
        "kerndoelen-po-2006",
        "44",
        "PO Kerndoel 44: Kennis van produkten",
        "De leerlingen leren bij producten uit hun eigen omgeving relaties te leggen tussen "
        "de werking, de vorm en het materiaalgebruik.",
    ),
    (
        "kerndoelen-po-2006",
        "45",
        "PO Kerndoel 45: Technische oplossingen",
        "De leerlingen leren oplossingen voor technische problemen te ontwerpen, deze uit te "
        "voeren en te evalueren.",
    ),
    (
        "kerndoelen-po-2006",
        "46",
        "PO Kerndoel 46: Dagritme en seizoenen",
        "De leerlingen leren dat de positie van de aarde ten opzichte van de zon, seizoenen "
        "en dag en nacht veroorzaakt.",
    ),
    (
        "kerndoelen-onderbouw-vo-2006",
        "28",
        "VO Kerndoel 28: Onderzoek leren doen",
        "",
    ),
    (
        "kerndoelen-onderbouw-vo-2006",
        "29",
        "VO Kerndoel 29: Sleutelbegrippen",
        "",
    ),
    (
        "kerndoelen-onderbouw-vo-2006",
        "31",
        "VO Kerndoel 31: Processen in de natuur",
        "",
    ),
    (
        "kerndoelen-onderbouw-vo-2006",
        "33",
        "VO Kerndoel 33: Techniek",
        "De leerling leert door onderzoek kennis te verwerven over voor hem relevante "
        "technische producten en systemen, leert deze kennis naar waarde te schatten en op "
        "planmatige wijze een technisch product te ontwerpen en te maken.",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "1",
        "Digitale systemen",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "2",
        "Digitale media en informatie",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "3",
        "Veiligheid en privacy",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "4",
        "Data",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "5",
        "Artificiële intelligentie (AI)",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "6",
        "Creëren met digitale technologie",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "7",
        "Programmeren",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "8",
        "Digitale technologie, jezelf en de ander",
        "",
    ),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "9",
        "Digitale technologie, de samenleving en de wereld",
        "",
    ),
]

# code, name, from which day it is law (None: it never was)
SCHEMES = [
    ("kerndoelen-po-2006", "Kerndoelen primair onderwijs (2006)", "2006-08-01"),
    ("kerndoelen-onderbouw-vo-2006", "Kerndoelen onderbouw vo (2006)", "2006-08-01"),
    ("kerndoelen-po-2026", "Nieuwe kerndoelen primair onderwijs", "2027-08-01"),
    ("kerndoelen-onderbouw-vo-2026", "Nieuwe kerndoelen onderbouw vo", "2027-08-01"),
    (
        "kerndoelen-digitale-geletterdheid-concept-2024-03",
        "Digitale geletterdheid (concept van 2024)",
        None,
    ),
]

# scheme, code → official id (SLO, *Onderwijsbegrippenkader*)
OFFICIAL_IDS = {
    ("kerndoelen-po-2006", "40"): "d803cf62-cf7e-404c-b650-8c7543534b6d",
    ("kerndoelen-po-2006", "41"): "1095e038-a147-4b0a-bbfa-a202789744da",
    ("kerndoelen-po-2006", "42"): "c3d8c8c0-0f94-4dec-8ce6-f52fab27158f",
    ("kerndoelen-po-2006", "43"): "efc344e0-4651-4c07-ad61-0091cb7aa69f",
    ("kerndoelen-po-2006", "44"): "3d12e0ca-bca7-4b78-a8ed-f4699570fb12",
    ("kerndoelen-po-2006", "45"): "e652ff27-3b26-4820-8d7b-32e9d38836e1",
    ("kerndoelen-po-2006", "46"): "518b5749-dbe3-4e31-a139-f520752566e4",
    ("kerndoelen-onderbouw-vo-2006", "28"): "477f29ac-dfd9-4497-8456-95956422a44e",
    ("kerndoelen-onderbouw-vo-2006", "29"): "fc3d9260-29f1-4c37-ae6f-82340c86aa02",
    ("kerndoelen-onderbouw-vo-2006", "31"): "d357271b-3cfd-40c4-881d-084b71ca05c8",
    ("kerndoelen-onderbouw-vo-2006", "33"): "0d102eae-8853-43a3-8788-5e26d80564b7",
}
