"""Every address × every kind of person: what comes back, and what it says browsers may do with it.

One line per address in TABLE. A new page fails `test_every_address_has_a_line` until it has
one; pages of the admin have theirs in ADMIN_PAGES, and a model in the admin in ADMIN_MODELS.
"""

import copy
import itertools
import re
from urllib.parse import urlencode

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from core import worker
from impact.models import Kept
from tests.addresses import ADMIN, Site, answer, every_route, walks
from tests.factories import NOW

# A number is a status, an arrow a redirect. In a line with only POST the answers are those to
# an empty POST; otherwise to GET (and HEAD). 'owner' is the teacher who booked, 'stranger' another
# one, 'desk' staff without superuser, 'factorless' staff who showed no second factor; 'elsewhere'
# staff of another hub, who may do everything with what is theirs.
TO = {
    "→home": "→/",
    "→sign-in": "→/inloggen/",
    "→staff": "→/personeel/inloggen/",
    "→again": "→/personeel/bevestig/",
    "→password": "→/personeel/wachtwoord/",
    "→enrol": "→/personeel/tweede-stap/",
    "→login": "→/beheer/login/",
    "→desk": "→/beheer/",
    "→calendar": "→/mijn/agenda/",
    "→import": "→/beheer/schools/school/inlezen/",
    "→box": "→/beheer/balie/ROB-01/",
    "→kit": "→/leskisten/robots/",
}
TABLE = r"""
# address                                                              methods   anonymous  owner      stranger   desk       staff      factorless
/                                                                      GET       200        200        200        200        200        200
/privacy/                                                              GET       200        200        200        200        200        200
/toegankelijkheid/                                                     GET       200        200        200        200        200        200
/voorwaarden/                                                          GET       200        200        200        200        200        200
/robots.txt                                                            GET       200        200        200        200        200        200
/taal/                                                                 GET,POST  →home      →home      →home      →home      →home      →home
/wat-kan-er/                                                           GET       200        200        200        200        200        200
/programmas/                                                           GET       200        200        200        200        200        200
/beeld/<slug:folder>/<slug:token>.jpg                                  GET       200        200        200        200        200        200
/bestand/<slug:token>.<slug:ending>                                    GET       200        200        200        200        200        200
/programmas/<slug:slug>/                                               GET       200        200        200        200        200        200
/leskisten/<slug:slug>/<kit_document:page_name>.pdf                    GET       200        200        200        200        200        200
/inloggen/                                                             GET,POST  200        →home      →home      →home      →home      →home
/inloggen/code/                                                        GET,POST  →sign-in   →home      →home      →home      →home      →home
/uitloggen/                                                            POST      →home      →home      →home      →home      →home      →home
/scholen/zoeken/                                                       GET       200        200        200        200        200        200
/agenda/<slug:kind>/<slug:key>/<text:token>.ics                        GET       200        200        200        200        200        200
/mijn/                                                                 GET       →sign-in   200        200        200        200        200
/mijn/agenda/                                                          GET       →sign-in   200        200        200        200        200
/mijn/agenda/vernieuwen/                                               POST      →sign-in   →calendar  →calendar  →calendar  →calendar  →calendar
/boekingen/samen/                                                      GET,POST  →sign-in   200        200        200        200        200
/boekingen/klas/<id:class_id>/                                         GET       →sign-in   200        404        404        404        404
/boekingen/nieuw/<slug:slug>/<id:slot_id>/                             GET,POST  200        200        200        200        200        200
/boekingen/wens/<slug:slug>/                                           GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/wachtlijst/code/                           GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/wachtlijst/adres/                          POST      404        422        404        404        404        404
/boekingen/<uuid:public_id>/wachtlijst/                                GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/wachtlijst/aantallen/<id:wait_id>/         GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/<token:token>/wachtlijst/                  GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/wachtlijst/aantallen/<id:wait_id>/  GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/code/                                      GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/adres/                                     POST      404        422        404        404        404        404
/boekingen/<uuid:public_id>/                                           GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/annuleren/<id:booking_id>/                 GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/aantallen/<id:booking_id>/                 GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/verzetten/<id:booking_id>/                 GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/komen/                                     GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/voorbereiding/<id:booking_id>/             GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/vervolg/<id:booking_id>/                   GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/ouders/<id:booking_id>/                    GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/ouders/<id:booking_id>/brief.pdf           GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/leerlingen/<id:booking_id>/                GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/gegevens/                                  GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/klassen/                                   GET,POST  404        200        404        404        404        404
/boekingen/<uuid:public_id>/bezoek.ics                                 GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/brief.pdf                                  GET       404        200        404        404        404        404
/boekingen/<uuid:public_id>/<token:token>/                             GET       200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/annuleren/<id:booking_id>/   GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/aantallen/<id:booking_id>/   GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/verzetten/<id:booking_id>/   GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/komen/                       GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/voorbereiding/<id:booking_id>/ GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/vervolg/<id:booking_id>/     GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/ouders/<id:booking_id>/      GET       200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/ouders/<id:booking_id>/brief.pdf GET       200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/leerlingen/<id:booking_id>/  GET       200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/gegevens/                    GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/klassen/                     GET,POST  200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/bezoek.ics                   GET       200        200        200        200        200        200
/boekingen/<uuid:public_id>/<token:token>/brief.pdf                    GET       200        200        200        200        200        200
/leskisten/                                                            GET       200        200        200        200        200        200
/leskisten/<slug:slug>/                                                GET       200        200        200        200        200        200
/leskisten/<slug:slug>/reserveren/                                     GET,POST  →kit       →kit       →kit       →kit       →kit       →kit
/uitleen/<uuid:public_id>/wachtlijst/code/                             GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/wachtlijst/adres/                            POST      404        422        404        404        404        404
/uitleen/<uuid:public_id>/wachtlijst/                                  GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/<token:token>/wachtlijst/                    GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/code/                                        GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/adres/                                       POST      404        422        404        404        404        404
/uitleen/<uuid:public_id>/                                             GET       404        200        404        404        404        404
/uitleen/<uuid:public_id>/verlengen/                                   GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/verzetten/                                   GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/annuleren/                                   GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/gegevens/                                    GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/melden/                                      GET,POST  404        200        404        404        404        404
/uitleen/<uuid:public_id>/foto/<id:finding_id>/                        GET       404        200        404        404        404        404
/uitleen/<uuid:public_id>/leskist.ics                                  GET       404        200        404        404        404        404
/uitleen/<uuid:public_id>/brief.pdf                                    GET       404        200        404        404        404        404
/uitleen/<uuid:public_id>/<token:token>/                               GET       200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/verlengen/                     GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/verzetten/                     GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/annuleren/                     GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/gegevens/                      GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/melden/                        GET,POST  200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/foto/<id:finding_id>/          GET       200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/leskist.ics                    GET       200        200        200        200        200        200
/uitleen/<uuid:public_id>/<token:token>/brief.pdf                      GET       200        200        200        200        200        200
/personeel/aanmelden/                                                  GET,POST  200        404        404        →desk      →desk      →desk
/personeel/inloggen/                                                   GET,POST  200        404        404        →desk      →desk      →desk
/personeel/uitloggen/                                                  GET,POST  →home      404        404        200        200        200
/personeel/inactief/                                                   GET       200        404        404        200        200        200
/personeel/bevestig/                                                   GET,POST  →staff     404        404        200        200        200
/personeel/wachtwoord/instellen/                                       GET,POST  →staff     404        404        →password  →password  →password
/personeel/wachtwoord/                                                 GET,POST  →staff     404        404        200        200        200
/personeel/wachtwoord/vergeten/                                        GET,POST  200        404        404        200        200        200
/personeel/wachtwoord/vergeten/verstuurd/                              GET       200        404        404        200        200        200
/personeel/^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$    GET,POST  200        404        404        200        200        200
/personeel/wachtwoord/nieuw/klaar/                                     GET       200        404        404        200        200        200
/personeel/tweede-stap/                                                GET       →staff     404        404        200        200        200
/personeel/tweede-stap/inloggen/                                       GET,POST  →staff     404        404        →desk      →desk      →desk
/personeel/tweede-stap/bevestig/                                       GET,POST  →staff     404        404        200        200        →again
/personeel/tweede-stap/app/                                            GET,POST  →staff     404        404        →again     →again     →again
/personeel/tweede-stap/app/uit/                                        GET,POST  →staff     404        404        →again     →again     404
/personeel/tweede-stap/herstelcodes/                                   GET       →staff     404        404        404        404        404
/personeel/tweede-stap/herstelcodes/nieuw/                             GET,POST  →staff     404        404        →again     →again     →again
/personeel/tweede-stap/herstelcodes/bestand/                           GET       →staff     404        404        404        404        404
/personeel/tweede-stap/sleutels/                                       GET       →staff     404        404        200        200        200
/personeel/tweede-stap/sleutels/nieuw/                                 GET,POST  →staff     404        404        →again     →again     →again
/personeel/tweede-stap/sleutels/inloggen/                              GET,POST  →staff     404        404        →desk      →desk      →desk
/personeel/tweede-stap/sleutels/bevestig/                              GET,POST  →staff     404        404        →again     →again     →again
/personeel/tweede-stap/sleutels/<id:pk>/weg/                           GET,POST  →staff     404        404        →again     →again     →again
/personeel/tweede-stap/sleutels/<id:pk>/naam/                          GET,POST  →staff     404        404        →again     →again     →again
/k/<text:code>/                                                        GET       404        404        404        →box       →box       →box
/gezond/                                                               GET       200        200        200        200        200        200
/open/cijfers/                                                         GET       200        200        200        200        200        200
/demo/mails/                                                           GET       404        404        404        404        404        404
/demo/mails/<id:pk>/html/                                              GET       404        404        404        404        404        404
/demo/mails/<id:pk>/<id:number>/                                       GET       404        404        404        404        404        404
"""

# In the admin everybody but the last two is sent to its sign-in, which is a 404 for teachers.
ADMIN_PAGES = r"""
# address                                                                   desk    staff
/beheer/balie/                                                              403     200
/beheer/balie/lijsten/                                                      403     200
/beheer/balie/rit/                                                          403     200
/beheer/balie/boodschappen/                                                 403     200
/beheer/balie/voorraad/                                                     403     200
/beheer/balie/etiketten/                                                    403     200
/beheer/balie/gebruik/                                                      403     200
/beheer/balie/foto/<id:pk>/                                                 403     200
/beheer/balie/<text:code>/                                                  403     200
/beheer/balie/<text:code>/reparatie/                                        403     200
/beheer/search/                                                             200     200
/beheer/                                                                    200     200
/beheer/login/                                                              →desk   →desk
/beheer/logout/                                                             405     405
/beheer/password_change/                                                    200     200
/beheer/password_change/done/                                               200     200
/beheer/autocomplete/                                                       403     403
/beheer/jsi18n/                                                             200     200
/beheer/r/<path:content_type_id>/<path:object_id>/                          404     404
/beheer/bookings/booking/<path:object_id>/doe/<slug:move>/                  403     200
/beheer/bookings/visitwait/<path:object_id>/doe/<slug:move>/                403     200
/beheer/bookings/booking/<path:object_id>/papier/<slug:paper>/              403     200
/beheer/bookings/booking/<path:object_id>/bevestiging/                      405     405
/beheer/programmes/closure/sluit/                                           403     200
/beheer/programmes/closure/<id:closure_id>/regel/                           403     404
/beheer/bookings/booking/dag/                                               403     200
/beheer/bookings/booking/export/                                            403     200
/beheer/bookings/visit/export/                                              403     200
/beheer/kits/loan/export/                                                   403     200
/beheer/kits/chargeline/export/                                             403     200
/beheer/submissions/submission/export/                                      403     200
/beheer/bookings/visitslot/kies/<id:programme_id>/                          403     200
/beheer/bookings/visit/week/                                                403     200
/beheer/bookings/visit/<id:visit_id>/verplaats/                             403     200
/beheer/bookings/visit/<id:visit_id>/maximum/                               403     200
/beheer/bookings/visit/<id:visit_id>/afzeggen/                              403     200
/beheer/bookings/visit/<id:visit_id>/samen/                                 403     200
/beheer/bookings/visit/<id:visit_id>/ruimtes/                               403     200
/beheer/bookings/visit/<id:visit_id>/daglijst/                              403     200
/beheer/bookings/visit/<id:visit_id>/zonebladen/                            403     200
/beheer/bookings/visit/<id:visit_id>/deurlijst/                             403     200
/beheer/bookings/visit/<id:visit_id>/rondgang/                              403     200
/beheer/bookings/visit/<id:visit_id>/weekoverzicht/                         403     200
/beheer/bookings/schedulepattern/<id:pattern_id>/dagdelen/                  403     404
/beheer/bookings/schedulepattern/seizoen/                                   403     200
/beheer/submissions/submission/schrijven/                                   403     200
/beheer/programmes/programme/<id:row_id>/mails/                             403     200
/beheer/programmes/hub/<id:row_id>/mails/                                   403     200
/beheer/kits/lessonkit/<id:row_id>/mails/                                   403     200
/beheer/schools/school/export/                                              403     200
/beheer/schools/school/<id:school_id>/samenvoegen/                          403     404
/beheer/handleiding/                                                        200     200
/beheer/handleiding/<slug:name>/                                            200     200
/beheer/handleiding/beeld/<slug:name>.webp                                  200     200
/beheer/schools/school/inlezen/                                             403     200
/beheer/schools/school/inlezen/<uuid:upload>/                               403     →import
/beheer/kits/kitdocument/<path:object_id>/pdf/                              403     200
/beheer/kits/loan/<path:object_id>/doe/<slug:move>/                         403     200
/beheer/kits/loanwait/<path:object_id>/doe/<slug:move>/                     403     200
/beheer/kits/loan/<path:object_id>/papier/<slug:paper>/                     403     200
/beheer/kits/loan/<path:object_id>/bevestiging/                             405     405
/beheer/submissions/submission/<path:object_id>/naar-nieuw-adres/           403     200
/beheer/^(?P<app_label>…)/$  404     200
/beheer/(?P<url>.*)$                                                        404     404
"""

# What the desk's role gets / what a superuser gets, on the pages that each model has.
ADMIN_MODELS = """
# model                     list     add      change       delete       history
auth.group                403|200  403|200  403|200      403|200      403|200
mfa.authenticator         403|200  403|403  403|200      403|200      403|200
core.mail                 403|200  403|403  403|200      403|403      403|200
core.task                 403|200  403|403  403|200      403|403      403|200
tec_site.signin           403|200  403|403  403|200      403|403      403|200
tec_site.export           403|200  403|403  403|→desk    403|403      →desk|→desk
tec_site.statement        403|200  403|403  403|200      403|403      403|200
bookings.booking          403|200  403|200  403|200      403|403      →desk|200
bookings.bookingevent     403|200  403|403  403|200      403|403      403|200
programmes.closure        403|200  403|200  403|→desk    403|→desk    →desk|→desk
bookings.schedulepattern  403|200  403|200  403|→desk    403|403      →desk|→desk
bookings.visitwait        403|200  403|200  403|200      403|403      403|200
bookings.visitwaitevent   403|200  403|403  403|200      403|403      403|200
bookings.visit            403|200  403|403  403|200      403|403      →desk|200
bookings.visitslot        403|200  403|200  403|200      403|403      403|200
kits.chargeline           403|200  403|403  403|→desk    403|403      →desk|→desk
kits.deskday              403|200  403|200  403|200      403|200      403|200
kits.finding              403|200  403|403  403|200      403|403      403|200
kits.kitcopy              403|200  403|200  403|200      403|403      403|200
kits.kitdocument          403|200  403|200  403|200      403|403      403|200
kits.lessonkit            403|200  403|200  403|200      403|200      403|200
kits.loan                 403|200  403|200  403|200      403|403      403|200
kits.loanwait             403|200  403|200  403|200      403|403      403|200
kits.loanwaitevent        403|200  403|403  403|200      403|403      403|200
kits.loanevent            403|200  403|403  403|200      403|403      403|200
kits.refuseddemand        403|200  403|403  403|→desk    403|403      →desk|→desk
kits.repair               403|200  403|200  403|→desk    403|→desk    →desk|→desk
kits.shortage             403|200  403|403  403|→desk    403|403      →desk|→desk
programmes.coreobjective  403|200  403|200  403|200      403|403      403|200
programmes.objectivescheme  403|200  403|200  403|200      403|403      403|200
programmes.hub            403|200  403|200  403|200      403|403      403|200
programmes.programme      403|200  403|200  403|200      403|403      403|200
programmes.venue          403|200  403|200  403|200      403|403      403|200
programmes.zone           403|200  403|200  403|200      403|403      403|200
programmes.world          403|200  403|200  403|200      403|403      403|200
schools.classgroup        403|200  403|200  403|200      403|403      403|200
schools.school            403|200  403|200  403|200      403|403      403|200
schools.organisation      403|200  403|200  403|→desk    403|403      →desk|→desk
schools.schoolboard       403|200  403|200  403|→desk    403|403      →desk|→desk
schools.schoolholiday     403|200  403|200  403|200      403|200      403|200
submissions.submission    403|200  403|403  403|200      403|403      403|200
schools.user              403|200  403|200  403|200      403|403      403|200
"""

TABLE += "".join(walk.TABLE for walk in walks())
ADMIN_MODELS += "".join(walk.ADMIN_MODELS for walk in walks())
ADMIN_PAGES += "".join(walk.ADMIN_PAGES for walk in walks())

PEOPLE = ("anonymous", "owner", "stranger", "desk", "staff", "factorless")
OUTSIDE = ("anonymous", "owner", "stranger", "factorless")
MODEL_PAGES = {
    "list": "",
    "add": "add/",
    "change": "<path:object_id>/change/",
    "delete": "<path:object_id>/delete/",
    "history": "<path:object_id>/history/",
}


def lines(table: str) -> dict[str, list[str]]:
    rows = [line.split() for line in table.splitlines() if line and not line.startswith("#")]
    return {row[0]: [TO.get(cell, cell) for cell in row[1:]] for row in rows}


def expected(table: str) -> list[tuple[str, str, dict[str, str]]]:
    """(route, methods, person → answer)"""
    return [
        (route.removeprefix("/"), methods, dict(zip(PEOPLE, cells, strict=True)))
        for route, (methods, *cells) in lines(table).items()
    ]


def model_routes() -> dict[str, dict[str, str]]:
    """Model → page → route, for every model in the admin."""
    return {
        model._meta.label_lower: {
            page: f"{ADMIN}{model._meta.app_label}/{model._meta.model_name}/{end}"
            for page, end in MODEL_PAGES.items()
        }
        for model in admin.site._registry
    }


def object_routes() -> set[str]:
    """The old short addresses, which lead to the page to change."""
    return {routes["list"] + "<path:object_id>/" for routes in model_routes().values()}


@pytest.fixture
def site(db, letters_once):
    with time_machine.travel(NOW, tick=False):
        worker.beat()
        yield Site()


def ask(site: Site, person: str, method: str, path: str):
    """As that person, leaving her session and the database as they were."""
    with transaction.atomic():
        response = look(site, person, path, method)
        transaction.set_rollback(True)
    return response


def look(site: Site, person: str, path: str, method: str = "GET"):
    """As that person, leaving her cookies as they were."""
    client = Client(raise_request_exception=False)
    client.handler = site.people[person].handler  # which has loaded the middleware
    client.cookies = copy.copy(site.people[person].cookies)  # an answer replaces them, one by one
    return looked_at(client.generic(method, path), path)


def looked_at(response, path: str):
    """Every answer carries the policies, and only the admin's is looser."""
    if response.streaming:
        response.close()
    policy_said = response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff", path
    assert response.headers["Referrer-Policy"] == "same-origin", path
    assert "frame-ancestors 'none'" in policy_said, path
    if not path.startswith(f"/{ADMIN}"):
        assert response.headers["X-Frame-Options"] == "DENY", path
        assert "unsafe" not in policy_said, path
    return response


def test_every_address_has_a_line():
    of_models = {route for pages in model_routes().values() for route in pages.values()}
    of_models |= object_routes()
    found = {f"/{route}" for route in every_route() if route not in of_models}
    found = {re.sub(r"(?<=app_label>)[a-z_|]+", "…", route) for route in found}
    in_table = lines(TABLE).keys() | lines(ADMIN_PAGES).keys()
    assert sorted(found - in_table) == [], "without a line"
    assert sorted(in_table - found) == [], "a line without an address"
    assert sorted(lines(ADMIN_MODELS)) == sorted(model_routes())


# Who ask with HEAD too.
PEOPLE_WHO_LOOK = ("anonymous", "owner", "staff")


def test_every_address_answers_each_person_as_written_and_looking_changes_no_row(site):
    """Mail scanners and prefetching browsers open every link; nothing may come of it. Staff look
    at the admin in `test_staff_forms.py`."""
    wrong, before = [], everything()
    for route, methods, cells in expected(TABLE):
        path = site.address(route)
        for person, cell in cells.items():
            if methods == "POST":
                found = {"POST": ask(site, person, "POST", path)}
            else:
                asked = ("GET", "HEAD") if person in PEOPLE_WHO_LOOK else ("GET",)
                found = {method: look(site, person, path, method) for method in asked}
            wrong += [
                f"{method} /{route} as {person}: {got}, not {cell}"
                for method, response in found.items()
                if (got := answer(response)) != cell
            ]
    assert wrong == []
    assert changed_since(before) == []


def test_every_address_refuses_the_wrong_method(site):
    wrong = []
    for route, methods, cells in expected(TABLE):
        insiders = [person for person, cell in cells.items() if cell[:1] != "→" and cell != "404"]
        for method in {"GET", "POST"} - set(methods.split(",")):
            for person in insiders[:1]:
                got = answer(ask(site, person, method, site.address(route)))
                if got != "405":
                    wrong.append(f"{method} /{route} as {person}: {got}")
    assert wrong == []


def test_number_too_long_for_the_database_is_no_address(site):
    """Of every address with a number in it; SQLite looks up no more than 64 bits."""
    assert [route for route in every_route() if "<int:" in route] == []
    longest = site.people["anonymous"].get(f"/boekingen/nieuw/x/{'9' * 18}/")
    too_long = site.people["anonymous"].get(f"/boekingen/nieuw/x/{'9' * 30}/")
    assert (longest.status_code, too_long.status_code) == (404, 404)


def test_text_with_a_nul_is_no_address(site):
    """PostgreSQL refuses to look one up."""
    assert [route for route in every_route() if "<str:" in route] == []
    for path in ("/k/%00/", "/beheer/balie/%00/", "/agenda/mijn/1/%00.ics"):
        assert site.people["staff"].get(path).status_code == 404


def test_every_address_refuses_a_post_from_whom_it_refuses_a_look(site):
    wrong = []
    for route, methods, cells in expected(TABLE):
        if methods != "GET,POST":
            continue
        for person, cell in cells.items():
            if cell == "404" or cell == TO["→sign-in"]:
                got = answer(ask(site, person, "POST", site.address(route)))
                if got != cell:
                    wrong.append(f"POST /{route} as {person}: {got}, not {cell}")
    assert wrong == []


# --- The admin -----------------------------------------------------------------------------------


def first_of(model) -> str:
    row = model._base_manager.order_by("pk").first()
    return str(row.pk) if row else "1"


def admin_addresses(site: Site) -> dict[str, tuple[str, str]]:
    """Address → (what the desk gets, what a superuser gets), or '' where that is anything."""
    found = {}
    for route, (desk, staff) in lines(ADMIN_PAGES).items():
        found[site.address(route.removeprefix("/"))] = (desk, staff)
    routes = model_routes()
    for label, cells in lines(ADMIN_MODELS).items():
        key = first_of(apps.get_model(label))
        for page, cell in zip(MODEL_PAGES, cells, strict=True):
            desk, staff = cell.split("|")
            path = "/" + routes[label][page].replace("<path:object_id>", key)
            found[path] = (TO.get(desk, desk), TO.get(staff, staff))
    return found


# What staff of another hub get where it is not what a superuser gets: of what is not theirs, the
# answer that there is no such thing.
ELSEWHERE = """
/beheer/balie/foto/<id:pk>/                                 404
/beheer/balie/<text:code>/                                  →/beheer/balie/
/beheer/balie/<text:code>/reparatie/                        404
/beheer/bookings/booking/<path:object_id>/doe/<slug:move>/  404
/beheer/bookings/visitwait/<path:object_id>/doe/<slug:move>/  404
/beheer/bookings/booking/<path:object_id>/papier/<slug:paper>/  404
/beheer/bookings/visitslot/kies/<id:programme_id>/          404
/beheer/bookings/visit/<id:visit_id>/verplaats/             404
/beheer/bookings/visit/<id:visit_id>/maximum/               404
/beheer/bookings/visit/<id:visit_id>/afzeggen/              404
/beheer/bookings/visit/<id:visit_id>/samen/                 404
/beheer/bookings/visit/<id:visit_id>/ruimtes/               404
/beheer/bookings/visit/<id:visit_id>/daglijst/              404
/beheer/bookings/visit/<id:visit_id>/zonebladen/            404
/beheer/bookings/visit/<id:visit_id>/deurlijst/             404
/beheer/bookings/visit/<id:visit_id>/rondgang/              404
/beheer/bookings/visit/<id:visit_id>/weekoverzicht/         404
/beheer/kits/kitdocument/<path:object_id>/pdf/              404
/beheer/kits/loan/<path:object_id>/doe/<slug:move>/         404
/beheer/kits/loanwait/<path:object_id>/doe/<slug:move>/     404
/beheer/kits/loan/<path:object_id>/papier/<slug:paper>/     404
/beheer/submissions/submission/<path:object_id>/naar-nieuw-adres/  404
/beheer/programmes/programme/<id:row_id>/mails/  404
/beheer/programmes/hub/<id:row_id>/mails/        404
/beheer/kits/lessonkit/<id:row_id>/mails/        404
"""
ELSEWHERE += "".join(walk.ELSEWHERE for walk in walks())
# Whose rows are of no hub: shared by all, or of the site.
SHARED = {
    "auth.group",
    "programmes.coreobjective",
    "programmes.objectivescheme",
    "programmes.world",
    "schools.classgroup",
    "schools.organisation",
    "schools.school",
    "schools.schoolboard",
    "schools.schoolholiday",
    "schools.user",
    "tec_site.statement",
}


def addresses_of_another_hub(site: Site) -> dict[str, str]:
    """Address → what staff of another hub get there."""
    want = {}
    for route, (_desk, staff) in lines(ADMIN_PAGES).items():
        want[site.address(route.removeprefix("/"))] = staff
    for route, (cell,) in lines(ELSEWHERE).items():
        want[site.address(route.removeprefix("/"))] = cell
    for label, cells in lines(ADMIN_MODELS).items():
        key = first_of(apps.get_model(label))
        for page, cell in zip(MODEL_PAGES, cells, strict=True):
            found = TO.get(staff := cell.split("|")[1], staff)
            is_ours = label not in SHARED | {"core.mail"}  # the mail there is one of the site
            if is_ours and "<path:object_id>" in MODEL_PAGES[page] and found == "200":
                found = TO["→desk"]
            path = "/" + model_routes()[label][page].replace("<path:object_id>", key)
            want[path] = found
    return want


def test_another_hubs_rows_are_answered_like_rows_that_do_not_exist(site):
    want = addresses_of_another_hub(site)
    got = {path: answer(ask(site, "elsewhere", "GET", path)) for path in want}
    assert {path: cell for path, cell in got.items() if cell != want[path]} == {}


def test_every_list_of_the_admin_is_of_ones_own_hub_or_shared():
    scoped = {
        model._meta.label_lower
        for model in admin.site._registry
        if hasattr(model._default_manager, "of_hubs")
    }
    # These belong to a person; their admins show those of colleagues (`colleagues_of`).
    of_colleagues = {"mfa.authenticator", "tec_site.signin", "tec_site.export"}
    assert scoped | SHARED | of_colleagues == set(model_routes())
    assert not scoped & SHARED


def test_every_page_of_the_admin_is_closed_to_everybody_else(site):
    paths = admin_addresses(site).keys() - {"/beheer/login/", "/beheer/logout/"}
    shorts = {site.address(route) for route in object_routes()}
    wrong = []
    asked = [(person, "GET") for person in OUTSIDE] + [("factorless", "POST"), ("owner", "POST")]
    for path, (person, method) in itertools.product(sorted(paths | shorts), asked):
        got = ask(site, person, method, path)
        if (got.status_code, got.headers.get("Location")) != (
            302,
            f"/beheer/login/?{urlencode({'next': path}, safe='/')}",
        ):
            wrong.append(f"{method} {path} as {person}: {answer(got)}")
    assert wrong == []
    assert answer(ask(site, "owner", "GET", "/beheer/login/")) == "404"
    assert answer(ask(site, "factorless", "GET", "/beheer/login/")) == TO["→enrol"]


# --- Looking changes nothing ---------------------------------------------------------------------


def everything() -> dict[str, list[tuple]]:
    """All rows of all tables but sessions, and numbers that were kept for who looks again."""
    models = [model for model in apps.get_models() if model not in (Session, Kept)]
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=repr) for model in models
    }


def changed_since(before: dict[str, list[tuple]]) -> list[str]:
    after = everything()
    return [label for label in before if before[label] != after[label]]
