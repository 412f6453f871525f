"""The core objectives of 2026: *mens en natuur* and *digitale geletterdheid*.

SLO, curriculum-fo, release 2026.52 (MIT): a final concept, in force on 1 August 2027 at the
earliest. Primary and lower secondary schools share numbers, so that the official id names one.
"""

# scheme, code, title ("" where the source has none), text, official id
OBJECTIVES_2026 = [
    (
        "kerndoelen-po-2026",
        "22A",
        "",
        "De leerling zet digitale systemen functioneel in.",
        "ce50e801-b592-4d0b-bbd3-d3bb8d6316c4",
    ),
    (
        "kerndoelen-po-2026",
        "22B",
        "",
        "De leerling navigeert doelgericht in het digitale media- en informatielandschap "
        "voor het verwerven en verwerken van informatie.",
        "76f135a8-8792-48fb-a021-aec93bb5ed61",
    ),
    (
        "kerndoelen-po-2026",
        "22C",
        "",
        "De leerling verkent het gebruik van data en dataverwerking.",
        "8d046216-3c30-4a99-8980-ea6a593d804a",
    ),
    (
        "kerndoelen-po-2026",
        "22D",
        "",
        "De leerling verkent AI.",
        "af6e4525-85f8-4983-8acb-1d47722d58d8",
    ),
    (
        "kerndoelen-po-2026",
        "23A",
        "",
        "De leerling gebruikt passende werkwijzen bij het creëren en gebruiken van "
        "verschillende typen digitale producten.",
        "05d479ca-3603-477d-ad0b-a0f7ea795650",
    ),
    (
        "kerndoelen-po-2026",
        "23B",
        "",
        "De leerling programmeert een computerprogramma met behulp van computationele "
        "denkstrategieën.",
        "ae77a766-38e8-4950-8c6a-fbcd5575e81f",
    ),
    (
        "kerndoelen-po-2026",
        "24A",
        "",
        "De leerling gaat veilig om met digitale systemen, data en de privacy van "
        "zichzelf en anderen.",
        "de8600bb-8064-4bd1-b6c7-cfcec5163c40",
    ),
    (
        "kerndoelen-po-2026",
        "24B",
        "",
        "De leerling maakt weloverwogen keuzes bij het gebruik van digitale technologie "
        "en digitale media.",
        "d20582f3-9a01-41d3-8d4d-a258c51cc094",
    ),
    (
        "kerndoelen-po-2026",
        "24C",
        "",
        "De leerling verkent hoe digitale technologie, digitale media en de samenleving "
        "elkaar wederzijds beïnvloeden.",
        "4c612506-f5d3-4b01-91df-b59b3e984e6c",
    ),
    (
        "kerndoelen-po-2026",
        "29A",
        "Vraagstukken",
        "De leerling verkent de leefomgeving en onderzoekt vraagstukken uit de leefomgeving.",
        "2c236437-c9c7-4cb0-943d-08ed4bd951f9",
    ),
    (
        "kerndoelen-po-2026",
        "29B",
        "Denkwijzen",
        "De leerling gebruikt natuurwetenschappelijke en technologische denkwijzen bij "
        "het ontdekken en verklaren van de wereld.",
        "1248c338-c92e-4f6c-93fb-ee40369bf921",
    ),
    (
        "kerndoelen-po-2026",
        "29C",
        "Werkwijzen",
        "De leerling gebruikt natuurwetenschappelijke en technologische werkwijzen bij "
        "het ontdekken en begrijpen van de wereld.",
        "9291d00a-51a0-476c-85aa-9eb86061be44",
    ),
    (
        "kerndoelen-po-2026",
        "29D",
        "Aard van natuurwetenschappen en technologie",
        "De leerling verkent de aard van natuurwetenschappen en technologie.",
        "36851bf1-56d1-4ecc-9b43-45f43f3fbc80",
    ),
    (
        "kerndoelen-po-2026",
        "30A",
        "Technische systemen",
        "De leerling toont inzicht in en experimenteert met voorwerpen en technische "
        "systemen uit de leefomgeving.",
        "f310dace-65d9-48db-899a-aaf56a196f8c",
    ),
    (
        "kerndoelen-po-2026",
        "30B",
        "Stoffen en hun eigenschappen",
        "De leerling toont inzicht in en experimenteert met stoffen en veranderingen die "
        "stoffen kunnen ondergaan.",
        "f2d0f530-dac0-434a-a1e4-043ea3740cb1",
    ),
    (
        "kerndoelen-po-2026",
        "30C",
        "Licht, geluid, energie en krachten",
        "De leerling toont inzicht in en experimenteert met licht, geluid, energie, krachten.",
        "1ae1b962-9f95-48a3-9fc6-6e978d202d5b",
    ),
    (
        "kerndoelen-po-2026",
        "31A",
        "Organismen",
        "De leerling toont inzicht in organismen.",
        "88cbb408-2bea-4b42-b907-4f0c1b361f9a",
    ),
    (
        "kerndoelen-po-2026",
        "31B",
        "Gezond leven",
        "De leerling toont inzicht in leefstijl, gezondheid en ziekte en verkent keuzes hierin.",
        "8b6ebb67-0fef-492e-a55f-1fd4552ccc33",
    ),
    (
        "kerndoelen-po-2026",
        "32A",
        "Aarde",
        "De leerling toont inzicht in en verkent veranderingen aan het aardoppervlak door "
        "natuurverschijnselen en menselijk handelen.",
        "2f03060b-ec29-4952-9deb-810549cdcb94",
    ),
    (
        "kerndoelen-po-2026",
        "32B",
        "Weer, klimaat en water",
        "De leerling toont inzicht in waterkringloop, weer en klimaat en verkent deze in "
        "de eigen leefomgeving.",
        "23b8bf43-68b0-4140-a330-713a056088cf",
    ),
    (
        "kerndoelen-po-2026",
        "32C",
        "Ecosystemen",
        "De leerling verkent verschillende ecosystemen en verklaart interacties binnen "
        "het systeem.",
        "36ad7c27-0819-4814-bfad-82aa70c1f93d",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "21A",
        "",
        "De leerling zet digitale systemen functioneel in.",
        "e128c4a5-55dd-4b3c-87d5-26999b69aaee",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "21B",
        "",
        "De leerling navigeert doelgericht in het digitale media- en informatielandschap "
        "voor het verwerven en verwerken van informatie.",
        "547264c5-f9eb-4ed4-8120-9c58444ca26b",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "21C",
        "",
        "De leerling verkent het gebruik van data en dataverwerking.",
        "200f505d-4b3c-42ef-8db5-e6240a43df57",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "21D",
        "",
        "De leerling verkent mogelijkheden en beperkingen van AI.",
        "5244dbf9-e723-4294-8958-aedb1b50edf9",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "22A",
        "",
        "De leerling gebruikt passende werkwijzen bij het creëren en gebruiken van "
        "verschillende typen digitale producten.",
        "5a3e2b59-c1fd-443c-b66a-a7ec909da4ff",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "22B",
        "",
        "De leerling programmeert een computerprogramma met behulp van computationele "
        "denkstrategieën.",
        "f52e6fa6-72d8-46c4-96a3-87d7184ff773",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "23A",
        "",
        "De leerling gaat veilig om met digitale systemen, data en de privacy van "
        "zichzelf en anderen.",
        "ebb3b7b0-702e-4c7c-91a2-07646b9928c9",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "23B",
        "",
        "De leerling maakt weloverwogen keuzes bij het gebruik van digitale technologie "
        "en digitale media.",
        "2bae7ce0-6fc1-4f4e-8331-60efa245489e",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "23C",
        "",
        "De leerling analyseert hoe digitale technologie, digitale media en de "
        "samenleving elkaar wederzijds beïnvloeden.",
        "4908c3c7-9004-4686-9bdd-e150af7e19fb",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "29A",
        "Vraagstukken",
        "De leerling verkent de leefomgeving en onderzoekt vraagstukken uit de wereld.",
        "935258e3-2288-41ae-ae26-29527c602fef",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "29B",
        "Denkwijzen",
        "De leerling gebruikt natuurwetenschappelijke en technologische denkwijzen bij "
        "het ontdekken en verklaren van de wereld.",
        "751e7a41-3cba-4ab8-aa87-f99289162da4",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "29C",
        "Werkwijzen",
        "De leerling gebruikt natuurwetenschappelijke en technologische werkwijzen bij "
        "het ontdekken en verklaren van de wereld.",
        "5e5ac821-5cd4-4350-961a-665c4521cbca",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "29D",
        "Aard van natuurwetenschappen en technologie",
        "De leerling verkent de aard van natuurwetenschappen en technologie.",
        "7620a64b-a1fd-4055-9cec-fd0ef66d84f0",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "29E",
        "Veiligheid",
        "De leerling toont begrip van gevaren van fysische, geologische, chemische en "
        "biologische verschijnselen, mogelijke voorzorgsmaatregelen en hoe te handelen in "
        "geval van nood.",
        "8667d300-61bf-43d3-ba61-fbc55a3cf173",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "30A",
        "Technische systemen",
        "De leerling toont inzicht in en experimenteert met voorwerpen en technische systemen.",
        "faa37759-7d21-4f59-b640-a6d4fcc836c4",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "30B",
        "Krachten",
        "De leerling toont inzicht in en experimenteert met krachten en beweging.",
        "a31cd5f3-978e-45d0-8898-c92e945e5b8a",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "30C",
        "Energie",
        "De leerling toont inzicht in elektrische schakelingen en energiesystemen, en "
        "experimenteert met elektrische schakelingen",
        "bb0f433a-08a8-4ecf-8ed5-a8475293f3f2",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "30D",
        "Licht (havo-vwo)",
        "De leerling verklaart optische verschijnselen vanuit eigenschappen van licht",
        "8494fc10-bde0-4045-98c2-db694c26c863",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "31A",
        "Deeltjes",
        "De leerling toont inzicht in deeltjes, faseovergangen, scheidingsmethoden en "
        "chemische reacties en experimenteert met deze verschijnselen en methoden.",
        "500ab0ab-1fff-4a96-bd07-6043757dcbec",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "31B",
        "Processen",
        "De leerling toont inzicht in chemische processen en circulariteit en verkent de "
        "impact van processen op de omgeving.",
        "6f89b77d-7b02-42d0-9e35-05c1a2f4dcf5",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "32A",
        "Organismen",
        "De leerling toont inzicht in de bouw, werking en het gebruik van bacteriën, "
        "schimmels, planten en dieren en verkent de diversiteit aan organismen.",
        "f767d699-f3b4-4e21-89f8-91d7cbf8f91f",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "32B",
        "Voortbestaan van leven op aarde",
        "De leerling toont inzicht in het voortbestaan van leven op aarde.",
        "29e499f6-dc17-4714-b566-6da1ff53d9df",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "32C",
        "Gezond leven",
        "De leerling toont inzicht in leefstijl, lichamelijke- en mentale gezondheid en "
        "reflecteert hierop.",
        "498a491c-87f2-4c9a-aed2-c4c44f3ca0aa",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "32D",
        "Relationele en seksuele gezondheid",
        "De leerling toont inzicht in relationele en seksuele gezondheid en draagt bij "
        "aan een veilige en respectvolle omgeving rondom gedrag, diversiteit en "
        "seksualiteit.",
        "98082185-5cc7-49d5-95c3-da063198cd7b",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "33A",
        "Aarde",
        "De leerling toont inzicht in en verkent veranderingen in fysische omstandigheden "
        "op aarde op verschillende tijdschalen.",
        "ea19f8a0-8498-4d7d-bcf9-25cf7e08d894",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "33B",
        "Weer, klimaat en water",
        "De leerling toont inzicht in en verkent weer, klimaat en watersystemen en hun "
        "veranderingen.",
        "2dfa939b-aa71-4d10-9761-e5f70dc868e4",
    ),
    (
        "kerndoelen-onderbouw-vo-2026",
        "33C",
        "Ecosystemen",
        "De leerling toont inzicht in ecosystemen en verkent de relatie tussen mens en ecosysteem.",
        "15441e2e-9ebf-4a9a-842b-ca6ff45f7cee",
    ),
]
