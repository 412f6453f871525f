import datetime
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from bookings import changes, lifecycle, visits
from bookings.kind import BookingKind
from bookings.models import Booking, State
from core.kinds import Feed, kinds
from kits import lifecycle as kits_lifecycle
from kits.kind import LoanKind
from kits.models import Delivery, DeskDay, KitCopy, LessonKit, LoanState
from programmes.models import Venue
from schools.lifecycle import merge_schools
from schools.models import School, User
from submissions.models import Submission
from tec_site.pages import feeds
from tests.core.calendar_readers import read_with_vobject
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine, settings):
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    settings.SITE_URL = "http://testserver"


@pytest.fixture
def anouk():
    return make_teacher(name="Anouk", school=make_school(name="OBS De Regenboog"))


@pytest.fixture
def bram(anouk):
    """A colleague of Anouk's."""
    return make_teacher(name="Bram", school=anouk.school)


@pytest.fixture
def carla():
    """A teacher of another school."""
    return make_teacher(name="Carla", school=make_school(name="De Wilg"))


@pytest.fixture
def desk():
    return make_staff()


def book(user, **fields) -> Booking:
    return make_booking(submission=make_submission(user=user), **fields)


def summaries(response) -> list[str | None]:
    assert response.status_code == 200
    return [event.summary for event in read_with_vobject(response.content)]


def statuses(response) -> list[str]:
    return re.findall(r"\nSTATUS:(\w+)", response.content.decode())


def uids(response) -> set[str]:
    assert response.status_code == 200
    return {event.uid.partition("@")[0] for event in read_with_vobject(response.content)}


def uids_of(*bookings: Booking) -> set[str]:
    return {str(booking.uid) for booking in bookings}


# --- What is in it -------------------------------------------------------------------------


def test_my_feed_has_my_bookings_only(client, anouk, bram):
    mine = book(anouk)
    book(bram)

    response = client.get(feeds.feed_address("mijn", anouk))

    assert uids(response) == uids_of(mine)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"X-WR-CALNAME:Mijn bezoeken en leskisten\r\n" in response.content
    assert b"METHOD" not in response.content


def test_school_feed_has_the_bookings_of_the_school_only(client, anouk, bram, carla):
    mine, colleagues = book(anouk), book(bram)
    book(carla)

    response = client.get(feeds.feed_address("school", anouk))

    assert uids(response) == uids_of(mine, colleagues)
    assert b"Bram" not in response.content


def test_school_feed_of_a_former_school_is_not_found_and_the_new_one_has_its_own(
    client, anouk, carla
):
    book(anouk)
    theirs = book(carla)
    old = feeds.feed_address("school", anouk)
    assert client.get(feeds.feed_address("school", anouk, carla.school)).status_code == 404

    User.objects.filter(pk=anouk.pk).update(school=carla.school)

    assert client.get(old).status_code == 404
    assert uids(client.get(feeds.feed_address("school", anouk, carla.school))) == uids_of(theirs)


def test_school_feed_stays_when_a_typed_school_turns_out_to_be_a_listed_one(client, anouk):
    mine = book(anouk)
    address = feeds.feed_address("school", anouk)
    typed, listed = anouk.school, make_school()
    School.objects.filter(pk=typed.pk).update(is_verified=False)
    typed.refresh_from_db()

    merge_schools(source=typed, target=listed)

    assert uids(client.get(address)) == uids_of(mine)


def test_school_feed_of_a_teacher_without_school_is_not_found(client):
    address = feeds.feed_address("school", make_teacher(), make_school())

    assert client.get(address).status_code == 404


def test_desk_feed_has_everything(client, desk, anouk, carla):
    first, second = book(anouk), book(carla)

    response = client.get(feeds.feed_address("balie", desk))

    assert uids(response) == uids_of(first, second)


def test_venue_feed_has_the_visits_at_that_venue(client, desk, anouk):
    here, _elsewhere = book(anouk), book(anouk)
    venue = here.visit.slot.venue

    response = client.get(feeds.feed_address("locatie", desk, venue))

    assert uids(response) == uids_of(here)
    assert f"X-WR-CALNAME:{venue.name}\r\n".encode() in response.content


def test_zone_feed_has_the_visits_that_use_that_zone(client, desk, anouk):
    zone, other = make_zone(), make_zone()
    booking = book(anouk, visit=make_visit(programme=make_programme(zones=[zone])))
    book(anouk, visit=make_visit(programme=make_programme(zones=[other])))

    response = client.get(feeds.feed_address("zone", desk, zone))

    assert uids(response) == uids_of(booking)


def test_feed_shows_what_takes_place(client, anouk):
    shown = {State.REQUESTED, State.CONFIRMED, State.OFFERED, State.ATTENDED, State.NO_SHOW}
    bookings = {state: book(anouk, state=state) for state in State}

    response = client.get(feeds.feed_address("mijn", anouk))

    assert uids(response) == uids_of(*(bookings[state] for state in shown))


def test_feed_goes_back_to_this_month_a_year_ago_and_ahead_without_end(client, anouk):
    def on(*day: int) -> Booking:
        slot = make_slot(starts_at=amsterdam(*day))
        programme = make_programme(venue=slot.venue)
        return book(anouk, visit=make_visit(slot=slot, programme=programme))

    on(2025, 8, 31, 23, 59)
    first, last = on(2025, 9, 1, 0, 0), on(2031, 1, 1, 9)

    response = client.get(feeds.feed_address("mijn", anouk))

    assert uids(response) == uids_of(first, last)


def test_feed_is_fetched_anew_where_its_owner_reads_another_language(client, anouk):
    """That of a venue is called as the venue is, in every language."""
    venue = book(anouk).visit.slot.venue
    staff = make_staff()
    address = feeds.feed_address("locatie", staff, venue)
    first = client.get(address)["ETag"]
    User.objects.filter(pk=staff.pk).update(language="en")
    assert client.get(address)["ETag"] != first


def test_feed_speaks_its_owners_language_whatever_the_reader_asks(client, anouk):
    book(anouk)
    User.objects.filter(pk=anouk.pk).update(language="en")
    client.cookies["django_language"] = "nl"

    [summary] = summaries(client.get(feeds.feed_address("mijn", anouk)))

    assert summary is not None
    assert summary.endswith(" with Groep 7")


# --- Who gets in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("mijn", ""), ("school", ""), ("balie", ""), ("locatie", "-1"), ("zone", "-1")],
)
@pytest.mark.parametrize("key", ["0", "7-x", "x", "-", "9" * 18, "9" * 5000])
def test_wrong_key_or_token_is_not_found(client, kind, subject, key):
    for token in ("x", "a" * 32, "%00", "é"):
        assert client.get(f"/agenda/{kind}/{key}{subject}/{token}.ics").status_code == 404


def test_token_opens_one_feed_of_one_person(client, anouk, bram, desk):
    address = feeds.feed_address("mijn", anouk)

    for wrong in (
        address.replace("/mijn/", "/school/"),
        address.replace("/mijn/", "/geen/"),
        address.replace(f"/{anouk.pk}/", f"/{bram.pk}/"),
        address.replace(f"/{anouk.pk}/", f"/{anouk.pk}-{desk.pk}/"),
        address.replace(f"/{anouk.pk}/", f"/0{anouk.pk}/"),
        address.removesuffix(".ics") + "a.ics",
    ):
        assert client.get(wrong).status_code == 404
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("kind", ["balie", "locatie", "zone"])
def test_staff_feed_closes_for_who_is_no_longer_staff(client, desk, kind):
    zone = make_zone()
    subject = {"balie": None, "locatie": zone.venue, "zone": zone}[kind]
    address = feeds.feed_address(kind, desk, subject)
    assert client.get(address).status_code == 200

    User.objects.filter(pk=desk.pk).update(is_staff=False)

    assert client.get(address).status_code == 404


def test_feed_of_all_visits_is_not_called_by_the_name_of_one_hub(client):
    address = feeds.feed_address("balie", make_staff(hubs=[make_other_hub()]))
    assert b"X-WR-CALNAME:Alle bezoeken op alle locaties\r\n" in client.get(address).content


def test_staff_feed_of_a_venue_or_zone_that_is_gone_is_not_found(client, desk):
    zone = make_zone()
    address = feeds.feed_address("zone", desk, zone)
    zone.delete()

    assert client.get(address).status_code == 404


def test_feed_closes_for_who_is_not_active(client, anouk):
    address = feeds.feed_address("mijn", anouk)
    User.objects.filter(pk=anouk.pk).update(is_active=False)

    assert client.get(address).status_code == 404


def test_feed_refuses_posts(client, anouk):
    assert client.post(feeds.feed_address("mijn", anouk)).status_code == 405


# --- Unchanged and changed -----------------------------------------------------------------


def follow(client, address):
    """Fetch a feed as a calendar program does: a function that asks again with what it has."""
    first = client.get(address)
    assert first.status_code == 200

    def again(**headers: str):
        return client.get(address, headers={"If-None-Match": first["ETag"]} | headers)

    return first, again


def test_unchanged_feed_is_not_sent_again(client, anouk, time_machine):
    book(anouk)
    first, again = follow(client, feeds.feed_address("mijn", anouk))
    time_machine.move_to(amsterdam(2026, 9, 20, 10), tick=False)

    assert (again().status_code, again().content) == (304, b"")
    assert client.get(feeds.feed_address("mijn", anouk)).content == first.content


def test_feed_says_when_it_last_changed_and_is_sent_to_who_knows_no_more(client, anouk):
    """The date does not tell of another title, nor of a booking that went to another venue."""
    booking = book(anouk)

    first, _again = follow(client, feeds.feed_address("mijn", anouk))
    _rename_programme(booking)

    assert first["Last-Modified"] == "Tue, 15 Sep 2026 08:00:00 GMT"
    since = {"If-Modified-Since": first["Last-Modified"]}
    response = client.get(feeds.feed_address("mijn", anouk), headers=since)
    assert summaries(response) == ["Animatie met Groep 7"]


def test_empty_feed_is_a_calendar_too(client, anouk):
    first, again = follow(client, feeds.feed_address("mijn", anouk))

    assert summaries(first) == []
    assert again().status_code == 304


def _cancel(booking):
    lifecycle.cancel(booking=booking, by=None)


def _change_numbers(booking):
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=2, by=None)


def _move(booking):
    slot = make_slot(starts_at=amsterdam(2026, 11, 10, 9), venue=booking.visit.slot.venue)
    visits.move_visit(visit=booking.visit, slot=slot, by=make_staff())


def _book_another(booking):
    make_booking(submission=booking.submission)


def _erase_name_of_class(booking):
    submissions = Submission.objects.filter(pk=booking.submission_id)
    BookingKind().erase_words(submissions, lambda text: text == booking.party_name)


def _rename_programme(booking):
    programme = booking.visit.programme
    programme.title = "Animatie"
    programme.save()


def _move_house(booking):
    venue = booking.visit.slot.venue
    venue.street = "Nieuwstraat 2"
    venue.save()


@pytest.mark.parametrize(
    "change",
    [
        *(_cancel, _change_numbers, _move, _book_another, _erase_name_of_class),
        *(_rename_programme, _move_house),
    ],
)
@pytest.mark.parametrize("kind", ["mijn", "school", "balie"])
def test_changed_feed_is_sent_again(client, anouk, kind, change):
    user = anouk
    booking = book(anouk)
    if kind == "balie":
        user = make_staff()
    first, again = follow(client, feeds.feed_address(kind, user))

    change(booking)  # at the same moment, so only the tag tells

    response = again()
    assert response.status_code == 200
    assert response["ETag"] != first["ETag"]
    assert response.content != first.content


def _rename_school(booking):
    school = booking.submission.school
    school.name = "OBS De Zonnebloem"
    school.save(update_fields=["name"])


def _merge_school(booking):
    School.objects.filter(pk=booking.submission.school_id).update(is_verified=False)
    merge_schools(source=booking.submission.school, target=make_school(name="De Vlieger"))


@pytest.mark.parametrize("change", [_rename_school, _merge_school])
@pytest.mark.parametrize("kind", ["balie", "locatie", "zone"])
def test_staff_feed_is_sent_again_when_a_school_changes(client, anouk, desk, kind, change):
    zone = (booking := book(anouk)).visit.programme.zones.get()
    subject = {"balie": None, "locatie": zone.venue, "zone": zone}[kind]
    first, again = follow(client, feeds.feed_address(kind, desk, subject))

    change(booking)

    assert (again().status_code, again().content == first.content) == (200, False)


def test_zone_feed_is_sent_again_when_the_programme_leaves_the_zone(client, anouk, desk):
    programme = book(anouk).visit.programme
    zone = programme.zones.get()
    _first, again = follow(client, feeds.feed_address("zone", desk, zone))

    programme.zones.set([make_zone(venue=zone.venue)])
    changes.keep_rooms(programme, programme.duration, desk, tell=False)

    assert summaries(again()) == []


def test_feed_is_sent_again_under_another_name(client, anouk, desk):
    zone = book(anouk).visit.programme.zones.get()
    addresses = [
        feeds.feed_address("school", anouk),
        feeds.feed_address("zone", desk, zone),
    ]
    before = [follow(client, address) for address in addresses]

    anouk.school.name, zone.name = "De Zonnebloem", "De smederij"
    anouk.school.save()
    zone.save()

    assert [again().status_code for _first, again in before] == [200, 200]


def _cancel_loan(loan):
    kits_lifecycle.cancel(loan=loan, by=None)


def _extend_loan(loan):
    kits_lifecycle.extend(loan=loan, ends_on=datetime.date(2026, 11, 24), by=make_staff())


def _lend_another(loan):
    make_loan(submission=loan.submission)


def _erase_name_of_class_of_loan(loan):
    submissions = Submission.objects.filter(pk=loan.submission_id)
    LoanKind().erase_words(submissions, lambda text: text == loan.party_name)


def _rename_kit(loan):
    LessonKit.objects.update(title="Weerstation")


def _put_box_under_another_kit(loan):
    KitCopy.objects.filter(pk=loan.copy_id).update(kit=make_kit())


def _open_later(loan):
    DeskDay.objects.update(opens_at=datetime.time(9))


def _give_postcode(loan):
    Venue.objects.update(postcode="7411 AA")


@pytest.mark.parametrize(
    "change",
    [
        *(_cancel_loan, _extend_loan, _lend_another, _erase_name_of_class_of_loan, _rename_kit),
        *(_put_box_under_another_kit, _open_later, _give_postcode, _rename_school, _merge_school),
    ],
)
def test_feed_is_sent_again_when_a_loan_changes(client, anouk, change):
    # One to collect, and one that comes to school: their events say different things.
    desk_loan = make_loan(submission=make_submission(user=anouk))
    loan = make_loan(submission=make_submission(user=anouk), delivery=Delivery.ROUND)
    first, again = follow(client, feeds.feed_address("mijn", anouk))

    change(loan if change in (_rename_school, _merge_school) else desk_loan)

    assert (again().status_code, again().content == first.content) == (200, False)


def test_feed_lets_go_of_what_is_over_once_a_month(client, anouk, time_machine):
    slot = make_slot(starts_at=amsterdam(2025, 9, 2, 9))
    book(anouk, visit=make_visit(slot=slot, programme=make_programme(venue=slot.venue)))
    _first, again = follow(client, feeds.feed_address("mijn", anouk))

    time_machine.move_to(amsterdam(2026, 9, 30, 23, 59), tick=False)
    assert again().status_code == 304
    time_machine.move_to(amsterdam(2026, 10, 1), tick=False)

    assert summaries(again()) == []


@pytest.mark.parametrize("kind", ["mijn", "zone"])
def test_cancellation_counts_as_a_change_for_who_asks_by_date(client, anouk, time_machine, kind):
    booking = book(anouk)
    user = anouk if kind == "mijn" else make_staff()
    subject = None if kind == "mijn" else booking.visit.programme.zones.get()
    address = feeds.feed_address(kind, user, subject)
    since = {"If-Modified-Since": client.get(address)["Last-Modified"]}
    time_machine.move_to(amsterdam(2026, 9, 15, 11), tick=False)

    _cancel(booking)

    response = client.get(address, headers=since)
    assert (uids(response), statuses(response)) == (uids_of(booking), ["CANCELLED"])


def test_what_was_called_off_stays_cancelled_until_its_day_has_passed(client, anouk, time_machine):
    """S27: some programs hide it then, others strike it out; none keeps it for years."""
    _cancel(book(anouk))
    address = feeds.feed_address("mijn", anouk)

    time_machine.move_to(amsterdam(2026, 11, 3, 23), tick=False)
    first, again = follow(client, address)
    assert statuses(first) == ["CANCELLED"]
    assert again().status_code == 304
    time_machine.move_to(amsterdam(2026, 11, 4, 0, 5), tick=False)
    assert (again().status_code, statuses(again())) == (200, [])


def test_loan_that_was_called_off_stays_cancelled_until_its_days_have_passed(
    client, anouk, time_machine
):
    loan = make_loan(submission=make_submission(user=anouk))
    never_told = make_loan(submission=make_submission(user=anouk), state=LoanState.HELD)
    for one in (loan, never_told):
        kits_lifecycle.cancel(loan=one, by=None)
    time_machine.move_to(amsterdam(2026, 11, loan.ends_on.day, 23, 59), tick=False)
    first, again = follow(client, feeds.feed_address("mijn", anouk))
    assert (statuses(first), again().status_code) == (["CANCELLED", "CANCELLED"], 304)

    time_machine.move_to(amsterdam(2026, 11, loan.ends_on.day + 1, 0, 5), tick=False)

    assert (again().status_code, statuses(again())) == (200, [])


def test_offer_is_tentative_and_transparent_and_says_so(client, anouk):
    """S27"""
    booking = book(anouk, state=State.OFFERED)
    address = feeds.feed_address("mijn", anouk)

    response = client.get(address)

    assert summaries(response)[0].startswith("Aanbod: ")
    assert statuses(response) == ["TENTATIVE"]
    assert "TRANSP:TRANSPARENT" in response.content.decode()
    lifecycle.MOVES.apply(booking, "lapse", by=None, changes={"held_until": None})
    assert statuses(client.get(address)) == []


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("kind", ["mijn", "school", "balie", "locatie", "zone"])
def test_feed_takes_the_same_queries_for_any_number(
    client, anouk, desk, django_assert_num_queries, kind, number
):
    programme = make_programme(max_groups=5, max_pupils=200)
    visit = make_visit(programme=programme, max_groups=5, max_pupils=200)
    for _number in range(number):
        book(anouk, visit=visit)
    subject = {"locatie": visit.slot.venue, "zone": programme.zones.get()}.get(kind)
    user = anouk if kind in {"mijn", "school"} else desk
    address = feeds.feed_address(kind, user, subject)
    queries = {"mijn": 3, "school": 4, "balie": 4, "locatie": 5, "zone": 5}[kind]

    followed = [one for one in kinds() if one.followed(Feed.MINE, anouk.pk) is not None]
    with django_assert_num_queries(queries + (len(followed) if kind == "mijn" else 1)):
        etag = client.get(address)["ETag"]
    with django_assert_num_queries(queries):
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


# --- The page ------------------------------------------------------------------------------


def addresses_on(response) -> list[str]:
    return re.findall(r'value="(http://testserver/agenda/[^"]+\.ics)"', response.content.decode())


def test_page_shows_a_teacher_her_addresses(client, anouk):
    client.force_login(anouk)

    response = client.get("/mijn/agenda/")

    assert addresses_on(response) == [
        feeds.feed_address("mijn", anouk),
        feeds.feed_address("school", anouk),
    ]
    assert "no-store" in response["Cache-Control"]


def test_page_shows_no_school_to_who_has_none(client):
    teacher = make_teacher()
    client.force_login(teacher)

    response = client.get("/mijn/agenda/")

    assert addresses_on(response) == [feeds.feed_address("mijn", teacher)]


@pytest.mark.parametrize("number", [1, 3])
def test_page_shows_staff_every_venue_and_zone(client, desk, number, django_assert_num_queries):
    zones = [make_zone(venue=make_venue(name=name)) for name in "ABC"[:number]]
    client.force_login(desk)

    # the session, who it is, venues, zones, hubs for the foot
    with django_assert_num_queries(5):
        response = client.get("/mijn/agenda/")

    assert addresses_on(response) == [
        feeds.feed_address("mijn", desk),
        feeds.feed_address("balie", desk),
        *(feeds.feed_address("locatie", desk, zone.venue) for zone in zones),
        *(feeds.feed_address("zone", desk, zone) for zone in zones),
    ]


def test_page_sends_strangers_to_sign_in(client):
    response = client.get("/mijn/agenda/")

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('submissions:sign_in')}?next=/mijn/agenda/"


def test_renewing_closes_every_old_address_at_once(client, anouk, bram):
    old = [feeds.feed_address(kind, anouk) for kind in ("mijn", "school")]
    colleagues = feeds.feed_address("mijn", bram)
    client.force_login(anouk)

    response = client.post("/mijn/agenda/vernieuwen/", follow=True)

    assert response.redirect_chain == [("/mijn/agenda/", 302)]
    new = addresses_on(response)
    assert [client.get(address).status_code for address in old] == [404, 404]
    assert [client.get(address).status_code for address in new] == [200, 200]
    assert client.get(colleagues).status_code == 200


def test_renewing_takes_a_post(client, anouk):
    client.force_login(anouk)

    assert client.get("/mijn/agenda/vernieuwen/").status_code == 405
    anouk.refresh_from_db()
    assert anouk.link_version == 1


def test_renewing_is_for_who_is_signed_in(client, anouk):
    assert client.post("/mijn/agenda/vernieuwen/").status_code == 302
    anouk.refresh_from_db()
    assert anouk.link_version == 1


def test_no_token_is_in_the_database(client, anouk):
    client.force_login(anouk)
    book(anouk)
    address = feeds.feed_address("mijn", anouk)
    client.get("/mijn/agenda/")
    client.get(address)
    token = address.rpartition("/")[2].removesuffix(".ics")

    for session in Session.objects.all():
        assert token not in str(session.get_decoded())
    row = User.objects.filter(pk=anouk.pk).values().get()
    assert token not in str(row)


def test_each_program_gets_the_link_that_it_takes(client):
    """Google refuses https in `cid`, Outlook strips webcal, a plain link never updates."""
    teacher = make_teacher()
    client.force_login(teacher)
    page = client.get(reverse("my_calendar"))
    [mine, *_others] = page.context["feeds"]
    assert mine.address == feeds.feed_address("mijn", teacher)
    bare = mine.address.removeprefix("http://").removeprefix("https://")
    assert mine.apple == f"webcal://{bare}"
    google, outlook = (urlsplit(one) for one in (mine.google, mine.outlook))
    assert (google.netloc, parse_qs(google.query)) == (
        "calendar.google.com",
        {"cid": [f"webcal://{bare}"]},
    )
    assert (outlook.netloc, parse_qs(outlook.query)["url"]) == (
        "outlook.office.com",
        [mine.address],
    )
    html = unescape(page.content.decode())
    links = [mine.google, mine.outlook, mine.apple, mine.address]
    assert [one for one in links if f'"{one}"' not in html] == []
