"""What the demo's programmes say of before, during and after, and to pupils. Examples."""

_TEACHER = (
    "Loop mee met een groepje en stel vragen in plaats van antwoorden te geven: wat denk je dat er "
    "gebeurt, en hoe kom je daarachter? Kies twee leerlingen van wie je het niet verwacht en kijk "
    "wat ze doen. Daar kom je in de klas op terug."
)
_TEACHER_EN = (
    "Walk along with a group and ask rather than answer: what do you think will happen, and how "
    "could you find out? Pick two pupils of whom you expect little and watch what they do. You "
    "come back to that in class."
)

AROUND = {
    "proeverij": {
        "preparation": (
            "Ga met de klas op technieksafari: in tweetallen zoeken de leerlingen in en om de "
            "school tien dingen die iemand heeft bedacht en gemaakt. Hang ze op bij zes woorden: "
            "bouwen, stroom, water, robots, ontwerpen, beeld en geluid.\n\n"
            "Laat iedereen daarna één vraag opschrijven voor bij ons. Maak ook alvast de groepjes "
            "uit de brief."
        ),
        "preparation_en": (
            "Go on a technology safari: in pairs the pupils look in and around the school for ten "
            "things that somebody thought up and made. Sort them under six words: building, "
            "electricity, water, robots, design, picture and sound.\n\n"
            "Then let everybody write down one question to take along. Please make the small "
            "groups of the letter as well."
        ),
        "preparation_minutes": 45,
        "teachers_part": _TEACHER,
        "teachers_part_en": _TEACHER_EN,
        "follow_up": (
            "Hang de vragen van vooraf weer op: welke zijn beantwoord, en welke zijn erbij "
            "gekomen? Elk groepje maakt een poster van het onderdeel dat het moeilijkst was, met "
            "wat het eerst niet lukte en toen wel.\n\n"
            "Kies samen welke Experience het best past bij wat jullie nu willen weten."
        ),
        "follow_up_en": (
            "Put up the questions again: which were answered, and which came up? Each group makes "
            "a poster of the station that was hardest, with what failed first and then worked.\n\n"
            "Choose together which Experience fits what you want to know now."
        ),
        "for_pupils": (
            "Je gaat in een groepje langs zes plekken. Op elke plek maak of onderzoek je zelf "
            "iets: een brug, een lamp die brandt, een robot die rijdt.\n\n"
            "Het hoeft niet in één keer te lukken. Als iets niet werkt, kijk je waarom en probeer "
            "je het opnieuw. Zo doen uitvinders het ook."
        ),
        "for_pupils_en": (
            "In a small group you go to six places. At each of them you make or find out "
            "something yourself: a bridge, a lamp that burns, a robot that drives.\n\n"
            "It need not work at once. If something fails, you look why and try again. That is "
            "how inventors do it."
        ),
    },
    "experience-slimme-stad": {
        "preparation": (
            "Laat de leerlingen thuis de meter van water of stroom opzoeken en het getal "
            "opschrijven, twee dagen na elkaar. Reken in de klas uit wat een gezin op een dag "
            "gebruikt.\n\nVraag daarna: wat gebeurt er in jullie straat als het een hele dag "
            "hard regent?"
        ),
        "preparation_minutes": 40,
        "teachers_part": _TEACHER,
        "teachers_part_en": _TEACHER_EN,
        "follow_up": (
            "Loop een rondje om de school met de plattegrond: waar blijft water staan, en waar kan "
            "het weg? Laat elk groepje één voorstel tekenen en aan de directeur vertellen."
        ),
        "for_pupils": (
            "Jullie bouwen een stad op tafel en laten het er stormen. Blijft het licht branden, en "
            "blijven de huizen droog? Jullie bedenken de oplossing en testen die."
        ),
    },
    "experience-handig-hulpmiddel": {
        "preparation": (
            "Doe een halve dag iets met één hand: je jas aan, een fles open, je naam schrijven. "
            "Schrijf op wat lastig was. Vraag iemand thuis of in de buurt wat voor haar of hem "
            "lastig is, en neem dat mee."
        ),
        "preparation_minutes": 30,
        "teachers_part": _TEACHER,
        "teachers_part_en": _TEACHER_EN,
        "follow_up": (
            "Laat de hulpmiddelen proberen door wie ze bedoeld zijn. Wat werkt, wat moet beter? "
            "Maak een tweede versie van karton."
        ),
        "for_pupils": (
            "Jullie bedenken een hulpmiddel voor iemand die iets lastig vindt, zoals een potje "
            "openen. Je maakt het echt en laat het uitproberen."
        ),
    },
    "experience-robots-in-de-kas": {
        "preparation": (
            "Zet twee bakjes tuinkers op de vensterbank: één krijgt elke dag water, één als de "
            "leerlingen vinden dat het nodig is. Schrijf een week lang op wat je ziet. Speel "
            "daarna 'robot': een leerling doet precies wat een ander zegt, en niets anders."
        ),
        "preparation_minutes": 45,
        "teachers_part": _TEACHER,
        "teachers_part_en": _TEACHER_EN,
        "follow_up": (
            "Schrijf samen het programma op voor de tuinkers in de klas: als …, dan …. Wie voert "
            "het uit als jullie er niet zijn?"
        ),
        "for_pupils": (
            "In onze kas zorgen robots voor de planten. Jullie leren de robot wanneer een plant "
            "water nodig heeft, en testen of hij het goed doet."
        ),
    },
    "green-screen-en-stop-motion": {
        "preparation": (
            "Bedenk in groepjes van vier een verhaal van vijf plaatjes, met een begin en een eind. "
            "Teken het op het werkblad of op een strook papier en neem het mee."
        ),
        "preparation_minutes": 30,
        "follow_up": (
            "Bekijk de films samen. Wat is echt en wat lijkt echt? Zoek in een reclame of filmpje "
            "drie plekken waar iets bewerkt is."
        ),
        "for_pupils": (
            "Jullie maken een eigen film. Voor het groene doek kun je vliegen of onder water zijn. "
            "Neem jullie verhaal in vijf plaatjes mee!"
        ),
    },
    "drones-en-vr": {
        "preparation": (
            "Waar zie je drones, en wie mag ermee vliegen? Verzamel voorbeelden en verdeel ze: "
            "handig, leuk, vervelend. Bespreek wat je zelf zou verbieden en waarom."
        ),
        "preparation_minutes": 25,
        "for_pupils": (
            "Je vliegt met een kleine drone door hoepels en kijkt met een VR-bril rond op een plek "
            "waar je niet zomaar kunt komen."
        ),
    },
    "fiets-en-huis": {
        "preparation": (
            "Neem een fiets mee de klas in en zoek in tweetallen alles wat draait. Voel daarna met "
            "je hand waar de klas warm is en waar het tocht, en teken het in een plattegrond."
        ),
        "preparation_minutes": 30,
        "for_pupils": (
            "Je plakt een band zoals een echte fietsenmaker en onderzoekt hoe een huis warm blijft."
        ),
    },
}

# kit → the programmes that it continues
CONTINUES = {
    "bouwen-met-buizen": ["proeverij"],
    "stroomkringen": ["proeverij", "experience-slimme-stad"],
    "robots-leren-rijden": ["proeverij", "experience-robots-in-de-kas"],
    "brug-in-een-kist": ["experience-slimme-stad", "fiets-en-huis"],
    "3d-printer-in-de-klas": ["experience-handig-hulpmiddel"],
}

WORKSHEET = {
    "title": "Werkblad: technieksafari",
    "title_en": "Worksheet: technology safari (Dutch)",
}
WORKSHEET_HTML = (
    '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
    "<title>Technieksafari</title></head><body><h1>Technieksafari</h1>"
    "<p>Zoek tien dingen die iemand heeft bedacht en gemaakt. Schrijf op waar ze voor zijn.</p>"
    "<table><thead><tr><th>Wat?</th><th>Waarvoor?</th><th>Hoe werkt het?</th></tr></thead><tbody>"
    + "<tr><td>&nbsp;<br>&nbsp;</td><td></td><td></td></tr>" * 10
    + "</tbody></table><h2>Mijn vraag</h2><p>Dit wil ik weten als we gaan:</p></body></html>"
)
