"""Where no passkey can work, its pages say why."""

import pytest
from django.test import override_settings

pytestmark = pytest.mark.django_db
LOGIN = "/personeel/inloggen/?next=/beheer/"
ADVICE = 'href="{}">Open deze pagina op localhost</a>'


@pytest.mark.parametrize(
    ("host", "localhost"),
    [
        ("127.0.0.1:8437", "http://localhost:8437" + LOGIN),
        ("127.0.0.1", "http://localhost" + LOGIN),
        ("[::1]:8437", "http://localhost:8437" + LOGIN),
        ("[::1]", "http://localhost" + LOGIN),
    ],
)
def test_number_of_this_machine_leads_to_its_name(client, host, localhost):
    text = client.get(LOGIN, headers={"host": host}).content.decode()
    assert "Een passkey werkt hier niet" in text
    assert ADVICE.format(localhost) in text


@override_settings(ALLOWED_HOSTS=["192.0.2.7"])
def test_number_of_another_machine_has_no_other_name(client):
    text = client.get(LOGIN, headers={"host": "192.0.2.7"}).content.decode()
    assert "192.0.2.7 is een nummer" in text
    assert "localhost" not in text


def test_name_needs_no_explanation(client):
    text = client.get(LOGIN, headers={"host": "localhost:8437"}).content.decode()
    assert "Een passkey werkt hier niet" not in text
    assert 'data-trouble="De passkey is niet gebruikt.' in text
