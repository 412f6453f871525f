"""What the demo's kits, teacher guides and pupil cards say. Examples, all our own words.

The guides follow the seven steps of *onderzoekend en ontwerpend leren*, in the markup of
`core/markup.py`.
"""


def guide(
    question: str, explore: str, plan: str, make: str, test: str, tell: str, more: str
) -> str:
    """A teacher guide in the seven steps, the same for every kit so that it is found quickly."""
    return f"""De leerlingen onderzoeken en ontwerpen zelf. Jij stelt vragen en laat ze proberen.

# Vooraf
- Tel de inhoud van de kist na met de lijst op de uitleenbrief.
- Maak groepjes van drie of vier en geef ieder een taak: bouwer, tester, schrijver.
- Kopieer de instructiekaart voor elk groepje.

# In zeven stappen
1. Confronteren. {question}
2. Verkennen. {explore}
3. Opzetten. {plan}
4. Uitvoeren. {make}
5. Concluderen. {test}
6. Presenteren. {tell}
7. Verdiepen. {more}

# Na afloop
- Laat elk groepje zijn eigen materiaal tellen en in de zakjes doen.
- Is er iets kwijt of kapot? Meld het op de pagina van jullie uitleen, dan zorgen wij dat de
volgende klas een hele kist krijgt.
"""


BUIZEN = {
    "title": "Bouwen met buizen",
    "summary": "Torens, bruggen en bogen van kartonnen buizen: welke vorm blijft staan?",
    "story": (
        "Met buizen en verbindingsstukken bouwen de leerlingen groter dan ze zelf zijn. Ze "
        "ontdekken waarom een driehoek stevig is en een vierkant niet.\n\n"
        "Er komt geen gereedschap aan te pas. Ideaal als eerste les techniek."
    ),
    "charge_note": "Een kapotte buis kost niets. Verbindingsstukken rekenen we tegen kostprijs.",
    "title_en": "Building with tubes",
    "summary_en": "Towers, bridges and arches of cardboard tubes: which shape stays up?",
    "story_en": (
        "With tubes and connectors the pupils build things that are taller than they are. They "
        "discover why a triangle is sturdy and a square is not.\n\n"
        "No tools are needed. Ideal as a first lesson in technology."
    ),
    "charge_note_en": "A broken tube costs nothing. Connectors we charge at cost.",
}
BUIZEN_GUIDE = guide(
    "Zet een vierkant van vier buizen neer en duw er zacht tegen. Wat gebeurt er, en hoe komt dat?",
    "Laat de groepjes vrij bouwen met zes buizen. Welke vormen blijven staan, welke zakken in?",
    "Geef de opdracht: de hoogste toren die een boek kan dragen. Elk groepje tekent eerst.",
    "Bouwen. Vraag onderweg: waar buigt hij door, en wat kun je daar toevoegen?",
    "Meet de hoogte en leg er boeken op. Welke vorm won, en klopt dat met je tekening?",
    "Elk groepje wijst aan wat het na de eerste test heeft veranderd.",
    "Zoek driehoeken op het schoolplein: in het dak, in een kraan, in een fiets.",
)
BUIZEN_CARD = """# De opdracht
Bouw een toren die een boek kan dragen. Hoe hoog kom je?

# Zo ga je te werk
1. Teken je toren. Waar zitten driehoeken?
2. Bouw eerst de voet. Staat hij stevig?
3. Bouw verder tot de toren klaar is.
4. Leg er een boek op en tel tot tien.
5. Verbeter wat er doorzakt en test nog een keer.

# Denk aan
- Een buis die knikt, is niet sterk meer. Neem een nieuwe.
- Klim nooit op een bouwwerk.
"""

ROBOTS = {
    "title": "Robots leren rijden",
    "summary": "Programmeer een robot die zelf zijn weg vindt over een stadsplattegrond.",
    "story": (
        "Zes robots, een grote plattegrond en kaarten met opdrachten. De leerlingen schrijven "
        "een programma van stappen, laten het rijden en zoeken de fout als de robot in de "
        "gracht belandt.\n\n"
        "Je hoeft zelf niet te kunnen programmeren: de instructiekaart legt elke stap uit."
    ),
    "charge_note": "Een robot die kwijt of kapot is, kost € 85. Batterijen zijn van ons.",
    "title_en": "Robots learn to drive",
    "summary_en": "Program a robot that finds its own way across a map of the city.",
    "story_en": (
        "Six robots, a big map and cards with tasks. The pupils write a program of steps, let "
        "it drive and look for the mistake when the robot ends in the canal.\n\n"
        "You need not be able to program: the pupil card explains every step."
    ),
    "charge_note_en": "A robot that is lost or broken costs € 85. Batteries are on us.",
}
ROBOTS_GUIDE = guide(
    "Laat een leerling met een blinddoek door de klas lopen op aanwijzingen van de anderen.",
    "Elk groepje laat de robot één vakje rijden, en daarna een bocht maken. Wat is een stap?",
    "Kies een begin en een eind op de plattegrond. Schrijf de route eerst op papier.",
    "Voer het programma in en laat rijden. Gaat het mis, dan zoek je bij welke stap.",
    "Hoeveel stappen had je nodig? Kan het met minder, bijvoorbeeld met een herhaling?",
    "De groepjes ruilen programma’s. Voorspel waar de robot van de buren uitkomt.",
    "Praat over robots die echt rijden: in een magazijn, op een veld, op straat.",
)
ROBOTS_CARD = """# De opdracht
Breng de robot van het station naar de school, zonder in de gracht te rijden.

# Zo ga je te werk
1. Leg je vinger op het station en loop de route over de kaart.
2. Schrijf elke stap op: vooruit, links, rechts.
3. Zet de robot aan met de knop onderop.
4. Toets de stappen in en druk op start.
5. Komt hij ergens anders uit? Zoek de eerste stap die niet klopt.

# Klaar?
- Rijd dezelfde route terug.
- Bezorg onderweg een pakje bij de bakker.
"""

STROOM = {
    "title": "Stroomkringen",
    "summary": "Van een lampje dat brandt naar een alarm dat piept.",
    "story": (
        "Met batterijen, lampjes, zoemers en schakelaars maken de leerlingen kringen die het "
        "wel doen en kringen die het niet doen. Juist van die laatste leren ze het meest.\n\n"
        "Aan het eind ontwerpt elk groepje een eigen spel of alarm."
    ),
    "charge_note": "Lampjes en batterijen zijn van ons; zoemers rekenen we tegen kostprijs.",
    "title_en": "Electric circuits",
    "summary_en": "From a lamp that lights up to an alarm that beeps.",
    "story_en": (
        "With batteries, lamps, buzzers and switches the pupils make circuits that work and "
        "circuits that do not. From the latter they learn most.\n\n"
        "At the end every group designs a game or an alarm of its own."
    ),
    "charge_note_en": "Lamps and batteries are on us; buzzers we charge at cost.",
}
STROOM_GUIDE = guide(
    "Geef elk groepje een batterij, een lampje en één draadje. Wie krijgt het lampje aan?",
    "Onderzoek welke voorwerpen uit het etui stroom doorlaten. Maak twee stapels.",
    "Bedenk een spel of een alarm met een zoemer. Teken de kring met de tekens van de kaart.",
    "Bouwen en meten. Doet hij het niet, volg dan de kring met je vinger.",
    "Wat hebben alle kringen die werken met elkaar gemeen?",
    "Speel elkaars spel, of probeer langs elkaars alarm te komen.",
    "Waar in school zit een schakelaar die je nog nooit hebt opgemerkt?",
)
STROOM_CARD = """# De opdracht
Maak een alarm dat piept als iemand de la opent.

# Zo ga je te werk
1. Maak een kring met batterij, schakelaar en zoemer.
2. Druk op de schakelaar. Hoor je iets?
3. Bedenk hoe de la de schakelaar indrukt.
4. Bouw het alarm in en test het drie keer.

# Veilig
- Gebruik alleen de batterijen uit de kist, nooit het stopcontact.
- Wordt iets warm? Maak de kring open.
"""

BRUG = {
    "title": "Brug in een kist",
    "summary": "Ontwerp een brug van hout en touw die een emmer zand kan dragen.",
    "story": (
        "In de kist zit alles voor zes modelbruggen: latten, scharnieren, touw en gewichten. "
        "De klas is een ingenieursbureau dat een opdracht krijgt van de gemeente.\n\n"
        "De leerlingen meten, schatten en verbeteren, en leren dat de eerste brug bijna nooit "
        "de beste is."
    ),
    "charge_note": "Latten mogen breken. Een gewichtenset die kwijt is, kost € 24.",
    "title_en": "A bridge in a box",
    "summary_en": "Design a bridge of wood and rope that carries a bucket of sand.",
    "story_en": (
        "In the box there is all you need for six model bridges: laths, hinges, rope and "
        "weights. The class is an engineering office with a commission of the town council.\n\n"
        "The pupils measure, estimate and improve, and learn that the first bridge is hardly "
        "ever the best."
    ),
    "charge_note_en": "Laths may break. A set of weights that is lost costs € 24.",
}
BRUG_GUIDE = guide(
    "Leg een vel papier tussen twee stapels boeken. Hoe laat je het een gum dragen?",
    "Bekijk foto’s van bruggen: balk, boog, vakwerk, hangbrug. Waar gaat de kracht heen?",
    "Lees de opdracht van de gemeente voor. Elk bureau maakt een tekening met maten.",
    "Bouw op schaal. Om de tien minuten vertelt de schrijver wat er is veranderd.",
    "Hang gewicht aan het midden tot de brug bezwijkt. Waar brak hij het eerst?",
    "Elk bureau verdedigt zijn ontwerp: hoeveel draagt het, hoeveel materiaal kostte het?",
    "Bezoek een brug in de buurt en teken waar je de driehoeken ziet.",
)
BRUG_CARD = """# De opdracht
De gemeente wil een brug van 60 centimeter. Hij moet een emmer met twee kilo zand dragen.

# Zo ga je te werk
1. Kies een soort brug en teken hem met maten.
2. Tel hoeveel latten je nodig hebt.
3. Bouw de brug tussen twee tafels.
4. Hang de emmer in het midden en vul hem beetje bij beetje.
5. Schrijf op bij hoeveel gram er iets gebeurt.
6. Verbeter één ding en test opnieuw.
"""

PRINTER = {
    "title": "3D-printer in de klas",
    "summary": "Van idee naar tekening naar ding: ontwerp iets dat nog niet bestaat.",
    "story": (
        "Een gesloten 3D-printer met twee rollen kunststof en een tablet met een eenvoudig "
        "tekenprogramma. De leerlingen ontwerpen een hulpmiddel voor iemand die ze kennen.\n\n"
        "Een medewerker legt bij het ophalen in een half uur uit hoe de printer werkt."
    ),
    "charge_note": "Schade aan de printer bespreken we. Kunststof is inbegrepen: twee rollen.",
    "title_en": "A 3D printer in your classroom",
    "summary_en": "From idea to drawing to thing: design what does not exist yet.",
    "story_en": (
        "A closed 3D printer with two rolls of plastic and a tablet with a simple drawing "
        "program. The pupils design an aid for somebody they know.\n\n"
        "When you collect it, one of us explains in half an hour how the printer works."
    ),
    "charge_note_en": "Damage to the printer we talk over. Plastic is included: two rolls.",
}
PRINTER_GUIDE = guide(
    "Laat een sleutelhanger uit de printer rondgaan. Hoe zou dit gemaakt zijn, laag voor laag?",
    "Bouw een naamplaatje na in het tekenprogramma. Wat is breed, diep en hoog?",
    "Voor wie maak je iets? Vraag wat lastig is en schets drie oplossingen.",
    "Teken de beste in het programma. Print klein: een stuk duurt een half uur.",
    "Past het, doet het wat het moest doen? Meet na en noteer wat je verandert.",
    "Laat degene voor wie je het maakte erop reageren.",
    "Wat zou je nooit printen, en waarom niet? Denk aan materiaal, tijd en afval.",
)
PRINTER_CARD = """# De opdracht
Ontwerp een hulpmiddel voor iemand die je kent.

# Zo ga je te werk
1. Vraag wat er lastig is. Schrijf het op in één zin.
2. Schets drie oplossingen en kies er een.
3. Teken hem in het programma. Kleiner dan je duim is te klein.
4. Laat de juf of meester de printer starten.
5. Wacht tot het plaatje afgekoeld is. Haal dan je werk eraf.

# Veilig
- Het klepje blijft dicht zolang de printer draait.
- De printkop is heet, ook als het lampje uit is.
"""
