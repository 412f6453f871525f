"""The statements at the foot of the site: the site's text until staff write their own."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tec_site.models import Statement
from tec_site.pages.statements import shipped, text_of
from tests.addresses import PASSWORD
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

PAGES = [("privacy", "Privacy"), ("accessibility", "Toegankelijkheid"), ("terms", "Voorwaarden")]


@pytest.fixture
def desk(settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client, staff = Client(), make_staff()
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    return client


def row(page: str = "privacy", language: str = "nl") -> Statement:
    return Statement.objects.get(page=page, language=language)


def edit(client: Client, text: str, **which: str) -> int:
    address = reverse("admin:tec_site_statement_change", args=[row(**which).pk])
    return client.post(address, {"text": text}).status_code


def read(page: str = "privacy", language: str = "nl") -> str:
    client = Client()
    client.cookies["django_language"] = language
    html = client.get(reverse(page)).content.decode()
    return html.partition('<div class="prose">')[2].partition("</main>")[0]


def test_every_page_has_an_empty_row_in_each_language():
    rows = Statement.objects.values_list("page", "language", "text")
    assert set(rows) == {(page, lang, "") for page, _title in PAGES for lang in ("nl", "en")}


@pytest.mark.parametrize(("page", "title"), PAGES)
def test_page_shows_the_text_of_the_site_while_there_is_no_other(page, title):
    html = read(page)
    first, heading = shipped(page, "nl").splitlines()[0], shipped(page, "nl").splitlines()[2]
    assert f"<h1>{title}</h1>" in html
    assert f'<p class="lead">{first}</p>' in html
    assert f"<h2>{heading.removeprefix('# ')}</h2>" in html
    assert "#" not in html.replace("&#x27;", "")


def test_text_of_the_site_follows_the_settings_and_the_language(settings):
    settings.FREE_CANCELLATION_UNTIL_DAYS = 9
    settings.SITE_EMAIL = "o'neill&zn@tec.example"
    with translation.override("nl"):
        assert "Cancelling is free until 9 days before the visit." in shipped("terms", "en")
    assert "Mail o'neill&zn@tec.example" in shipped("accessibility", "en")


def test_own_text_is_shown_in_its_language_only(desk):
    assert edit(desk, "Wij bewaren weinig.\r\n\r\n# Hoe lang?\r\n- Een jaar\r\n1. Vraag\r\n") == 302
    assert " ".join(read().split()) == (
        '<h1>Privacy</h1> <p class="lead">Wij bewaren weinig.</p> <h2>Hoe lang?</h2> '
        '<ul><li>Een jaar</li></ul> <ol start="1"><li>Vraag</li></ol> </div> </div>'
    )
    assert text_of("privacy", "en") == shipped("privacy", "en")


def test_own_text_stays_text(desk):
    edit(desk, "<script>alert(1)</script> {{ centre }} {% now 'Y' %} [x](javascript:x)")
    html = read()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ centre }} {% now &#x27;Y&#x27; %}" in html
    assert "<script" not in html


def test_form_begins_with_the_text_of_the_site_and_leaves_it_the_sites(desk, settings):
    address = reverse("admin:tec_site_statement_change", args=[row("terms").pk])
    form = desk.get(address).context["adminform"].form
    assert form.initial["text"] == shipped("terms", "nl")

    edit(desk, shipped("terms", "nl").replace("\n", "\r\n"), page="terms")

    settings.FREE_CANCELLATION_UNTIL_DAYS = 9
    assert row("terms").text == ""
    assert "tot 9 dagen" in read("terms")


def test_emptied_text_gives_the_sites_back(desk):
    edit(desk, "Eigen tekst.")
    assert '<p class="lead">Eigen tekst.</p>' in read()
    edit(desk, "  \r\n ")
    assert row().text == ""
    assert shipped("privacy", "nl").splitlines()[0] in read()


def test_statement_without_a_row_is_the_sites():
    Statement.objects.all().delete()
    assert text_of("privacy", "nl") == shipped("privacy", "nl")


def test_staff_add_and_delete_no_statements(desk):
    assert desk.get(reverse("admin:tec_site_statement_add")).status_code == 403
    assert desk.get(reverse("admin:tec_site_statement_delete", args=[row().pk])).status_code == 403
