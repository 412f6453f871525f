"""What the demo's programmes say. Examples, in the words that teachers use."""

ZONE_MAKEN = "Zagen, lijmen, solderen en naaien: hier maak je wat je net hebt bedacht."
ZONE_MEDIA = "3D-printers, robots en een studio met green screen."
ZONE_HARD = "Bouw, installatie en metaal, met echt gereedschap."
ZONE_TINY_HOUSE = "Een klein huis waarin alles over energie, water en slim wonen te zien is."
DIRECTIONS = (
    "Tien minuten lopen vanaf station Deventer. Een bus kan voor de deur stoppen; fietsen "
    "staan in de stalling naast de ingang."
)
BRING = "Kleren die vies mogen worden\nDichte schoenen\nIets te drinken voor in de pauze"

PROEVERIJ = {
    "title": "Proeverij: zes keer techniek proeven",
    "summary": "In een dagdeel langs zes onderdelen. Zo ontdekt je klas wat techniek allemaal is.",
    "story": (
        "Na een korte ontvangst gaat de klas in groepjes langs zes onderdelen. Bij elk "
        "onderdeel maken, onderzoeken of besturen de leerlingen zelf iets. Na twintig minuten "
        "schuift elk groepje door, zodat iedereen alles doet.\n\n"
        "Je hoeft vooraf niets te kunnen. Onze begeleiders leggen uit en helpen; de "
        "leerlingen doen het werk. Aan het eind vertelt elk groepje wat het leukst was en wat "
        "moeilijker was dan gedacht."
    ),
    "learning": (
        "De leerlingen maken kennis met de breedte van techniek en ontdekken waar ze zelf goed "
        "in zijn. Ze werken volgens de stappen van onderzoekend en ontwerpend leren: kijken, "
        "bedenken, maken, testen en verbeteren."
    ),
    "bring": BRING,
    "arrange": (
        "Vervoer heen en terug\n"
        "Een begeleider per tien leerlingen\n"
        "Groepjes: maak ze liefst vooraf, in de brief staat hoeveel"
    ),
    "mail_note": (
        "Maak vooraf de groepjes uit de brief. Dan kunnen we na de ontvangst meteen beginnen."
    ),
    "price_note": "Voorbeeldprijs. Jullie krijgen achteraf een factuur.",
}

# name, zone, description
COMPONENTS = [
    ("Bouw een brug", "hard", "Een brug van latjes die een volle broodtrommel draagt."),
    ("Licht aan", "tiny-house", "Een stroomkring met schakelaar, zoals in een echt huis."),
    ("Robot op pad", "media", "Programmeer een robot langs een route door de stad."),
    ("Van idee naar print", "media", "Teken een sleutelhanger en zie hoe de 3D-printer werkt."),
    ("Water in beweging", "tiny-house", "Pomp, filter en leiding: krijg jij het water schoon?"),
    ("Slim knutselen", "maken", "Maak een bewegend figuur met een motor en wat karton."),
]

SLIMME_STAD = {
    "title": "De slimme stad",
    "summary": "Geef een stad stroom, water en veilig verkeer. Wat gebeurt er als het stormt?",
    "story": (
        "De klas bouwt samen een stad op schaal. Elk team zorgt voor een deel: zonnepanelen, "
        "een dijk, verkeerslichten of het waterleidingnet. Dan komt de stormproef. Valt het "
        "licht uit? Blijven de straten droog?\n\n"
        "De teams meten, overleggen en verbeteren hun deel tot de hele stad het volhoudt."
    ),
    "learning": (
        "De leerlingen ontdekken hoe energie, water en verkeer in een stad samenhangen. Ze "
        "leren een probleem in stukken te verdelen en samen tot een oplossing te komen."
    ),
    "bring": BRING,
    "arrange": "Vervoer heen en terug\nTeams van vier of vijf leerlingen",
    "price_note": "Voorbeeldprijs.",
}

HULPMIDDEL = {
    "title": "Een handig hulpmiddel",
    "summary": "Ontwerp en maak iets waarmee iemand weer zelf een potje open krijgt.",
    "story": (
        "Iemand met weinig kracht in zijn handen krijgt geen pot open, geen knoop dicht en "
        "geen veter gestrikt. De leerlingen ervaren met dikke handschoenen hoe dat voelt. "
        "Daarna ontwerpen ze in tweetallen een hulpmiddel.\n\n"
        "Ze schetsen, maken een eerste versie van karton en dan een echte, van hout of "
        "kunststof. Testen hoort erbij, en opnieuw beginnen ook."
    ),
    "learning": (
        "De leerlingen doorlopen alle stappen van ontwerpen, van vraag tot getest product, en "
        "leren kijken naar wat een ander nodig heeft."
    ),
    "bring": f"{BRING}\nEen leeg potje met schroefdeksel per tweetal",
    "arrange": "Vervoer heen en terug",
    "price_note": "Voorbeeldprijs, met materiaal.",
}

KAS = {
    "title": "Robots in de kas",
    "summary": "Programmeer een robot die planten water geeft: niet te veel en niet te weinig.",
    "story": (
        "In onze kleine kas staan planten die elk iets anders nodig hebben. De leerlingen "
        "meten vocht, licht en warmte met sensoren en programmeren een robot die op tijd "
        "water geeft.\n\n"
        "Elk team heeft een eigen bak. Wie begrijpt het best wat een plant nodig heeft?"
    ),
    "learning": (
        "De leerlingen leren meten met sensoren, gegevens lezen en een programma stap voor "
        "stap verbeteren."
    ),
    "bring": "Iets te drinken voor in de pauze",
    "arrange": "Vervoer heen en terug",
    "price_note": "Voorbeeldprijs.",
}

GREEN_SCREEN = {
    "title": "Green screen en stop-motion",
    "summary": "Maak een film waarin alles kan: vliegen, krimpen of praten met een dinosaurus.",
    "story": (
        "De helft van de klas begint in de studio, voor het groene scherm. De andere helft "
        "maakt beeld voor beeld een film met klei en poppetjes. Na de wissel monteert elk "
        "groepje zijn film.\n\n"
        "Aan het eind kijken we alle films samen, met echte bioscoopstoelen."
    ),
    "learning": (
        "De leerlingen leren hoe beelden ons voor de gek kunnen houden, en vertellen zelf een "
        "verhaal met een begin, een midden en een eind."
    ),
    "bring": "Een verhaal in drie zinnen per groepje\nGeen groene kleren",
    "arrange": "Vervoer heen en terug\nLaat vooraf weten of iemand niet gefilmd mag worden",
    "price_note": "Voorbeeldprijs. Jullie krijgen de films mee.",
}

DRONES = {
    "title": "Drones en VR",
    "summary": "Vlieg een parcours, en loop rond op een plek waar je nooit kunt komen.",
    "story": (
        "In de vlieghal bestuurt elk groepje een kleine drone, eerst met de hand en dan met "
        "een programma dat ze zelf maken. In de VR-ruimte lopen ze over een bouwplaats, door "
        "een hart of over de zeebodem.\n\n"
        "We praten samen over de vraag waar zulke techniek helpt, en waar je haar liever niet "
        "hebt."
    ),
    "learning": (
        "De leerlingen begrijpen hoe een drone in de lucht blijft en hoe een VR-bril je "
        "hersenen overtuigt. Ze vormen een eigen mening over nieuwe techniek."
    ),
    "bring": "Een elastiekje voor lang haar",
    "arrange": "Vervoer heen en terug\nWie snel duizelig wordt, doet een ander onderdeel",
    "price_note": "Voorbeeldprijs.",
}

FIETS = {
    "title": "Fiets weer heel, huis weer warm",
    "summary": "Plak een band, stel een rem af en ontdek welke muur de warmte binnenhoudt.",
    "story": (
        "De klas werkt in twee helften. De ene helft repareert fietsen: een lekke band, een "
        "losse ketting, een rem die piept. De andere helft bouwt muren van stro, wol en oude "
        "spijkerbroeken en meet welke de warmte het langst vasthoudt.\n\n"
        "Halverwege wisselen we. De fietsen gaan naar kinderen die er nog geen hebben."
    ),
    "learning": (
        "De leerlingen leren gereedschap veilig gebruiken, en ontdekken dat repareren en "
        "isoleren slimmer is dan weggooien en stoken."
    ),
    "bring": BRING,
    "arrange": "Vervoer heen en terug: kom vooral op de fiets",
    "price_note": "Voorbeeld: gratis dankzij een subsidie.",
}

TEAMS = {
    "title": "Techniek proeven met je team",
    "summary": "Voor omscholers, bedrijven en andere groepen: een middag zelf aan het werk.",
    "story": (
        "Een middag lang werk je met hout, metaal en een lasersnijder, onder leiding van een "
        "vakman. Iedereen maakt een eigen werkstuk en neemt dat mee naar huis.\n\n"
        "Tussendoor vertellen we welk werk erbij hoort, welke opleidingen er zijn en hoe iemand "
        "zonder technisch diploma begint."
    ),
    "learning": "De deelnemers ontdekken of werken met hun handen bij hen past.",
    "bring": "Dichte schoenen\nKleren die vuil mogen worden",
    "arrange": "Eigen vervoer; er is plaats voor een busje",
    "price_note": "Voorbeeldprijs, met koffie en thee.",
}
