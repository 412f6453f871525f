"""DUO's spellings, and ours."""

import pytest

from schools.imports.spelling import place_name, postcode, website


@pytest.mark.parametrize(
    ("capitals", "name"),
    [
        ("DEVENTER", "Deventer"),
        ("Deventer", "Deventer"),
        ("'S-HERTOGENBOSCH", "'s-Hertogenbosch"),
        ("S GRAVENHAGE", "'s-Gravenhage"),
        ("'T HARDE", "'t Harde"),
        ("STAD AAN 'T HARINGVLIET", "Stad aan 't Haringvliet"),
        ("DEN HAAG", "Den Haag"),
        ("DE BILT", "De Bilt"),
        ("BERGEN OP ZOOM", "Bergen op Zoom"),
        ("ALPHEN AAN DEN RIJN", "Alphen aan den Rijn"),
        ("NIEUWERKERK AD IJSSEL", "Nieuwerkerk a/d IJssel"),
        ("IJSSELMUIDEN", "IJsselmuiden"),
        ("ALTEVEER GEM NOORDENVELD", "Alteveer gem. Noordenveld"),
        ("SPAARNDAM GEM. HAARLEM", "Spaarndam gem. Haarlem"),
        ("BERGEN NH", "Bergen NH"),
        ("VELP GLD", "Velp Gld"),
        ("NUENEN CA", "Nuenen c.a."),
        ("OLST-WIJHE", "Olst-Wijhe"),
        ("HENDRIK-IDO-AMBACHT", "Hendrik-Ido-Ambacht"),
        ("WEHE-DEN HOORN", "Wehe-den Hoorn"),
        ("HEI- EN BOEICOP", "Hei- en Boeicop"),
        ("2E EXLOERMOND", "2e Exloermond"),
        ("ST.-ANNAPAROCHIE", "St.-Annaparochie"),
        ("OUDEGA SUDWEST-FRYSLAN", "Oudega Súdwest-Fryslân"),
        ("Olst-Wijhe", "Olst-Wijhe"),
        ("", ""),
    ],
)
def test_place_name_reads_like_dutch(capitals, name):
    assert place_name(capitals) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7415 CD", "7415 CD"),
        ("7415cd", "7415 CD"),
        ("", ""),
        ("0415 CD", None),
        ("7415 C", None),
        ("B-2000", None),
    ],
)
def test_postcode_has_four_digits_and_two_letters(text, expected):
    assert postcode(text) == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.hagenpoort.nl", "https://www.hagenpoort.nl"),
        ("http://www.ugo.nl", "http://www.ugo.nl"),
        ("https://deark.nl/", "https://deark.nl/"),
        ("WWW.Kompas-Emmeloord.NL", "https://www.kompas-emmeloord.nl"),
        ("www.skoe.nl/De-Kubus", "https://www.skoe.nl/De-Kubus"),
        ("www. sterrenpad.fortior.nl", "https://www.sterrenpad.fortior.nl"),
        ("www.rkbsdereiger.nl.", "https://www.rkbsdereiger.nl"),
        ("www.dediabolo", ""),
        ("www.jozefrijen.n", ""),
        ("www.ikcdriemaster,nl", ""),
        ("info@school.nl", ""),
        ("javascript://deark.nl/%0aalert(1)", ""),
        ("http://[::1", ""),
        ("http://deark.nl:x/", ""),
        ("geen", ""),
        ("", ""),
        ("www." + "a" * 200 + ".nl", ""),
    ],
)
def test_website_is_complete_or_blank(text, address):
    assert website(text) == address
