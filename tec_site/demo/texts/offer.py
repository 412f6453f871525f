"""What the demo's programmes say. Examples, in the words that teachers use."""

ZONE_MAKEN = "Zagen, lijmen, solderen en naaien: hier maak je wat je net hebt bedacht."
ZONE_MEDIA = "3D-printers, robots en een studio met green screen."
ZONE_HARD = "Bouw, installatie en metaal, met echt gereedschap."
ZONE_TINY_HOUSE = "Een klein huis waarin alles over energie, water en slim wonen te zien is."
ZONE_MAKEN_EN = "Sawing, gluing, soldering and sewing: here you make what you have just thought up."
ZONE_MEDIA_EN = "3D printers, robots and a studio with a green screen."
ZONE_HARD_EN = "Building, installation and metal, with real tools."
ZONE_TINY_HOUSE_EN = "A small house that shows all about energy, water and smart living."
DIRECTIONS = (
    "Tien minuten lopen vanaf station Deventer. Een bus kan voor de deur stoppen; fietsen "
    "staan in de stalling naast de ingang."
)
DIRECTIONS_EN = (
    "A ten-minute walk from Deventer station. A coach can stop in front of the door; bicycles "
    "stand in the shed beside the entrance."
)
BRING = "Kleren die vies mogen worden\nDichte schoenen\nIets te drinken voor in de pauze"
BRING_EN = "Clothes that may get dirty\nClosed shoes\nSomething to drink in the break"

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
        "Vervoer heen en terug\nGroepjes: maak ze liefst vooraf, in de brief staat hoeveel"
    ),
    "mail_note": (
        "Maak vooraf de groepjes uit de brief. Dan kunnen we na de ontvangst meteen beginnen."
    ),
    "price_note": "Voorbeeldprijs. Jullie krijgen achteraf een factuur.",
    "title_en": "Proeverij: six tastes of technology",
    "summary_en": "Half a day, six stations. Your class finds out all that technology can be.",
    "story_en": (
        "After a short welcome the class goes round six stations in small groups. At each of "
        "them the pupils make, investigate or steer something themselves. After twenty minutes "
        "every group moves on, so that everybody does everything.\n\n"
        "Nothing needs to be known beforehand. Our guides explain and help; the pupils do the "
        "work. At the end each group tells what was most fun, and what was harder than "
        "expected."
    ),
    "learning_en": (
        "The pupils get to know the breadth of technology and find out what they are good at. "
        "They follow the steps of inquiry and design: looking, thinking up, making, testing "
        "and improving."
    ),
    "bring_en": BRING_EN,
    "arrange_en": (
        "Transport there and back\n"
        "Small groups: make them beforehand if you can, the letter says how many"
    ),
    "mail_note_en": (
        "Please make the small groups of the letter beforehand. Then we can start right after "
        "the welcome."
    ),
    "price_note_en": "An example price. You will get an invoice afterwards.",
}

# zone, and the component's own fields
COMPONENTS = [
    (
        "hard",
        {
            "name": "Bouw een brug",
            "description": "Een brug van latjes die een volle broodtrommel draagt.",
            "name_en": "Build a bridge",
            "description_en": "A bridge of laths that carries a full lunch box.",
        },
    ),
    (
        "tiny-house",
        {
            "name": "Licht aan",
            "description": "Een stroomkring met schakelaar, zoals in een echt huis.",
            "name_en": "Lights on",
            "description_en": "A circuit with a switch, as in a real house.",
        },
    ),
    (
        "media",
        {
            "name": "Robot op pad",
            "description": "Programmeer een robot langs een route door de stad.",
            "name_en": "Robot on its way",
            "description_en": "Program a robot along a route through the city.",
        },
    ),
    (
        "media",
        {
            "name": "Van idee naar print",
            "description": "Teken een sleutelhanger en zie hoe de 3D-printer werkt.",
            "name_en": "From idea to print",
            "description_en": "Draw a key ring and see how the 3D printer works.",
        },
    ),
    (
        "tiny-house",
        {
            "name": "Water in beweging",
            "description": "Pomp, filter en leiding: krijg jij het water schoon?",
            "name_en": "Water on the move",
            "description_en": "Pump, filter and pipe: can you get the water clean?",
        },
    ),
    (
        "maken",
        {
            "name": "Slim knutselen",
            "description": "Maak een bewegend figuur met een motor en wat karton.",
            "name_en": "Smart crafts",
            "description_en": "Make a moving figure with a motor and some cardboard.",
        },
    ),
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
    "title_en": "The smart city",
    "summary_en": "Give a city power, water and safe traffic. What happens in a storm?",
    "story_en": (
        "Together the class builds a city to scale. Each team sees to one part: solar panels, "
        "a dike, traffic lights or the water mains. Then comes the storm test. Does the light "
        "go out? Do the streets stay dry?\n\n"
        "The teams measure, talk and improve their part until the whole city stands firm."
    ),
    "learning_en": (
        "The pupils discover how energy, water and traffic hang together in a city. They learn "
        "to divide a problem into pieces and to find a solution together."
    ),
    "bring_en": BRING_EN,
    "arrange_en": ("Transport there and back\nTeams of four or five pupils"),
    "price_note_en": "An example price.",
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
    "title_en": "A handy aid",
    "summary_en": "Design and make something with which somebody can open a jar again.",
    "story_en": (
        "Somebody with little strength in their hands opens no jar, closes no button and ties "
        "no lace. With thick gloves on, the pupils feel what that is like. Then they design an "
        "aid in pairs.\n\n"
        "They sketch, make a first version of cardboard and then a real one, of wood or "
        "plastic. Testing is part of it, and so is starting again."
    ),
    "learning_en": (
        "The pupils go through all the steps of designing, from a question to a tested "
        "product, and learn to look at what somebody else needs."
    ),
    "bring_en": (
        "Clothes that may get dirty\n"
        "Closed shoes\n"
        "Something to drink in the break\n"
        "An empty jar with a screw lid for every two pupils"
    ),
    "arrange_en": "Transport there and back",
    "price_note_en": "An example price, with material.",
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
    "title_en": "Robots in the greenhouse",
    "summary_en": "Program a robot that waters plants: not too much and not too little.",
    "story_en": (
        "In our little greenhouse there are plants that each need something else. With sensors "
        "the pupils measure moisture, light and warmth, and they program a robot that waters "
        "in time.\n\n"
        "Every team has a tray of its own. Who understands best what a plant needs?"
    ),
    "learning_en": (
        "The pupils learn to measure with sensors, to read data and to improve a program step "
        "by step."
    ),
    "bring_en": "Something to drink in the break",
    "arrange_en": "Transport there and back",
    "price_note_en": "An example price.",
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
    "title_en": "Green screen and stop motion",
    "summary_en": "Make a film in which all is possible: flying, shrinking, talking to a dinosaur.",
    "story_en": (
        "Half of the class starts in the studio, before the green screen. The other half makes "
        "a film frame by frame, with clay and figures. After changing over, every group edits "
        "its film.\n\n"
        "At the end we watch all films together, in real cinema seats."
    ),
    "learning_en": (
        "The pupils learn how images can fool us, and tell a story of their own with a "
        "beginning, a middle and an end."
    ),
    "bring_en": ("A story in three sentences for each group\nNo green clothes"),
    "arrange_en": ("Transport there and back\nTell us beforehand if somebody may not be filmed"),
    "price_note_en": "An example price. You take the films home.",
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
    "title_en": "Drones and VR",
    "summary_en": "Fly a course, and walk about in a place where you can never be.",
    "story_en": (
        "In the flying hall every group steers a small drone, first by hand and then with a "
        "program of their own. In the VR room they walk over a building site, through a heart "
        "or on the bottom of the sea.\n\n"
        "Together we talk about where such technology helps, and where you would rather not "
        "have it."
    ),
    "learning_en": (
        "The pupils understand how a drone stays in the air and how VR glasses convince your "
        "brain. They form an opinion of their own about new technology."
    ),
    "bring_en": "A hair tie for long hair",
    "arrange_en": ("Transport there and back\nWhoever gets dizzy easily does another station"),
    "price_note_en": "An example price.",
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
    "title_en": "Mend a bicycle, warm a house",
    "summary_en": "Patch a tyre, adjust a brake and find out which wall keeps the warmth in.",
    "story_en": (
        "The class works in two halves. One half repairs bicycles: a flat tyre, a loose chain, "
        "a brake that squeaks. The other half builds walls of straw, wool and old jeans, and "
        "measures which of them holds the warmth longest.\n\n"
        "Halfway we change over. The bicycles go to children who have none yet."
    ),
    "learning_en": (
        "The pupils learn to use tools safely, and discover that repairing and insulating is "
        "smarter than throwing away and heating."
    ),
    "bring_en": BRING_EN,
    "arrange_en": "Transport there and back: best of all by bicycle",
    "price_note_en": "Example: free of charge thanks to a grant.",
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
    "title_en": "Taste technology with your team",
    "summary_en": "For career changers, companies and other groups: an afternoon of making things.",
    "story_en": (
        "For an afternoon you work with wood, metal and a laser cutter, led by a craftsman. "
        "Everybody makes a piece of their own and takes it home.\n\n"
        "In between we tell what jobs go with it, which courses there are and how somebody "
        "starts without a technical diploma."
    ),
    "learning_en": "The participants discover whether working with their hands suits them.",
    "bring_en": ("Closed shoes\nClothes that may get dirty"),
    "arrange_en": "Transport of your own; there is room for a minibus",
    "price_note_en": "An example price, with coffee and tea.",
}
