"""Every address of the site. Dutch on the page, so Dutch in the addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from impact.pages import open_figures, school_year
from kits.desk.views import short_address
from programmes.files import handout, picture
from submissions.pages import own_details, sharing
from tec_site.pages import demo_mails, feeds, my_tec, site
from tec_site.pages.health import health
from tec_site.pages.what_is_free import what_is_free

handler404 = "tec_site.pages.site.not_found"
handler500 = "tec_site.pages.site.server_error"

urlpatterns = [
    path("", site.home, name="home"),
    path("privacy/", site.statement, {"page": "privacy"}, name="privacy"),
    path("toegankelijkheid/", site.statement, {"page": "accessibility"}, name="accessibility"),
    path("voorwaarden/", site.statement, {"page": "terms"}, name="terms"),
    path("robots.txt", site.robots, name="robots"),
    path("taal/", login_not_required(set_language), name="set_language"),
    path("beeld/<slug:folder>/<slug:token>.jpg", picture, name="picture"),
    path("bestand/<slug:token>.<slug:ending>", handout, name="handout"),
    path("wat-kan-er/", what_is_free, name="what_is_free"),
    path("programmas/", include("tec_site.pages.catalogue")),
    path("", include("schools.urls")),
    path("", include("submissions.urls")),
    path("agenda/<slug:kind>/<slug:key>/<text:token>.ics", feeds.feed, name="feed"),
    path("mijn/", my_tec.my_tec, name="my_tec"),
    path("mijn/school/", school_year.page, name="school_year"),
    path("mijn/school/jaar.pdf", school_year.pdf, name="school_year_pdf"),
    path("mijn/gegevens/", own_details.my_details, name="my_details"),
    path("mijn/gegevens/gegevens.json", own_details.download_json, name="my_details_json"),
    path("mijn/gegevens/gegevens.html", own_details.download_page, name="my_details_page"),
    path("mijn/gegevens/wissen/", own_details.erase_me, name="erase_me"),
    path("gewist/", own_details.erased, name="erased"),
    path("bewaren/<id:pk>/<token:token>/", own_details.keep_me, name="keep_me"),
    path("mijn/overdragen/", sharing.hand_over, name="hand_over"),
    path("mijn/overdragen/intrekken/", sharing.take_back_offer, name="take_back_offer"),
    path("delen/", include("submissions.pages.sharing_urls")),
    path("mijn/agenda/", feeds.my_calendar, name="my_calendar"),
    path("mijn/agenda/vernieuwen/", feeds.renew_addresses, name="renew_addresses"),
    path("boekingen/", include("bookings.pages.urls")),
    path("personeel/", include("tec_site.staff.urls")),
    path("gezond/", health, name="health"),
    path("demo/mails/", demo_mails.mails, name="demo_mails"),
    path("demo/mails/<id:pk>/html/", demo_mails.mail_html, name="demo_mail_html"),
    path(
        "demo/mails/<id:pk>/<id:number>/", demo_mails.mail_attachment, name="demo_mail_attachment"
    ),
    path("leskisten/", include("kits.pages.urls")),
    path("k/<text:code>/", short_address, name="box"),
    path("beheer/balie/", include("kits.desk.urls")),
    path("uitleen/", include("kits.pages.loan_urls")),
    path("inzet/", include("roster.pages.urls")),
    path("evaluatie/", include("impact.pages.urls")),
    path("open/cijfers/", open_figures.page, name="open_figures"),
    path("open/cijfers.json", open_figures.as_json, name="open_json"),
    path("open/cijfers.csv", open_figures.as_csv, name="open_csv"),
    path("beheer/cijfers/", include("impact.desk.urls")),
    path("beheer/", admin.site.urls),
]
