"""Requests that name an encoding nobody sends: a bad request, never an error."""

import pytest
from django.test import Client, RequestFactory

from tec_site import wsgi
from tests.addresses import Site, every_route
from tests.factories import make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
UNTOLD = ["utf-7", "utf-16", "latin-1", "niets", "é"]
# Django cannot even make a request of these; nor of a parameter in an encoding that is none.
BROKEN = ["charset=rot13", "charset=base64", "charset=undefined", "charset=punycode", "x*=niets''a"]


@pytest.mark.parametrize("form", FORMS)
def test_every_address_refuses_a_body_in_utf7(form, letters_once):
    site = Site()
    client = Client(raise_request_exception=False)
    client.cookies.update(site.people["owner"].cookies)
    found = {
        route: client.generic("POST", site.address(route), b"a=b", f"{form}; charset=utf-7")
        for route in every_route()
    }
    assert {route for route, answer in found.items() if answer.status_code != 400} == set()


@pytest.mark.parametrize("name", UNTOLD)
@pytest.mark.parametrize("form", FORMS)
def test_nonsense_is_refused_in_a_body_and_ignored_without_one(client, form, name):
    kind = f"{form}; charset={name}"
    path = "/inloggen/?next=/%C3%A9/"
    answer = client.generic("POST", path, b"email=a%40b.example", content_type=kind)
    assert (answer.status_code, answer["X-Content-Type-Options"]) == (400, "nosniff")
    page = client.get(path, CONTENT_TYPE=kind)
    assert (page.status_code, page.context["next"]) == (200, "/é/")


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "utf8", "us-ascii", '"utf-8"', ""])
def test_forms_that_say_they_are_utf8_are_read(client, name):
    make_teacher(email="anna@school.example")
    kind = f"{FORMS[0]}; charset={name}"
    answer = client.generic("POST", "/inloggen/", b"email=anna%40school.example", kind)
    assert answer.status_code == 302


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("parameter", [*(f"charset={name}" for name in UNTOLD), *BROKEN])
def test_web_server_is_told_a_bad_request_whatever_the_header_says(method, parameter):
    assert served(method, f"text/plain; {parameter}") == ("400 Bad Request", b"Bad request")


@pytest.mark.django_db(transaction=True)  # the end of a real request closes the connection
@pytest.mark.parametrize("parameter", BROKEN)
def test_web_server_gets_a_page_that_needs_no_body(parameter):
    status, body = served("GET", f"text/plain; {parameter}")
    assert status == "200 OK"
    assert b"Inloggen" in body


def served(method, content_type):
    """Status and body, as gunicorn gets them."""
    told = []
    environ = RequestFactory().get("/inloggen/").environ
    environ |= {"REQUEST_METHOD": method, "CONTENT_TYPE": content_type}
    body = wsgi.application(environ, lambda status, headers: told.append(status))
    return told[0], b"".join(body)
