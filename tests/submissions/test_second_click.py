"""The second of two clicks, whose first answer never came: as `tests/browser/test_slow_network`
does it in a browser, but each way by itself."""

import datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from submissions import codes
from submissions.links import invitation_link
from submissions.models import CodeChallenge, Submission
from submissions.sharing.lifecycle import Share, invite
from tests.booking_form import address, code_in_mail, held, typed
from tests.factories import make_booking, make_loan, make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def same_browser(client: Client) -> Client:
    """What the browser still has when the answer to a click is dropped: the cookies from before."""
    other = Client()
    other.cookies.update(client.cookies)
    return other


def words_on(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def clicks(client, programme, slot):
    """Two clients of one browser on one code page: (submission, first, second, code)."""
    submission = held(client, programme, slot)
    return submission, same_browser(client), same_browser(client), {"code": code_in_mail()}


def code_page(submission: Submission) -> str:
    return reverse("bookings:code", args=[submission.public_id])


def booking_page(submission: Submission) -> str:
    return reverse("bookings:booking", args=[submission.public_id])


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_confirmed_by_the_first_click_the_second_is_signed_in_and_told(clicks):
    submission, first, second, code = clicks
    for click in (first, second):
        page = click.post(code_page(submission), code, follow=True)
        assert page.redirect_chain[-1][0] == reverse(
            "bookings:booking", args=[submission.public_id]
        )
        assert words_on(page)[0].startswith("Gelukt!")
        assert signed_in(click)
    assert [event.move for event in submission.bookings.get().events.all()] == ["hold", "verify"]


def test_first_click_that_confirms_meanwhile_is_no_refusal(clicks, monkeypatch):
    """Both have read an unconfirmed submission; the first is done before the second counts."""
    submission, first, second, code = clicks
    count = codes.check

    def after_the_first(**asked):
        monkeypatch.setattr(codes, "check", count)
        first.post(code_page(submission), code)
        return count(**asked)

    monkeypatch.setattr(codes, "check", after_the_first)
    answer = second.post(code_page(submission), code)
    assert answer["Location"] == booking_page(submission)
    assert signed_in(second)


@pytest.mark.parametrize("late", [datetime.timedelta(minutes=1, seconds=1), None])
def test_later_or_with_another_code_it_leads_on_and_signs_nobody_in(clicks, frozen, late):
    submission, first, second, code = clicks
    first.post(code_page(submission), code)
    if late:
        frozen.shift(late)
    else:
        code = {"code": "000000" if code["code"] != "000000" else "000001"}
    page = second.post(code_page(submission), code, follow=True)
    assert page.redirect_chain[-1][0] == reverse("bookings:booking", args=[submission.public_id])
    assert (words_on(page), signed_in(second)) == ([], False)


def test_used_code_is_no_key_to_guess_with(clicks):
    """Tries after it was used are counted with those before."""
    submission, first, second, code = clicks
    wrong = {"code": "000000" if code["code"] != "000000" else "000001"}
    first.post(code_page(submission), code)
    for _guess in range(4):
        second.post(code_page(submission), wrong)
    second.post(code_page(submission), code)
    assert CodeChallenge.objects.get().tries == 5
    assert not signed_in(second)


def test_stranger_at_the_code_page_of_what_is_confirmed_gets_404(clicks):
    submission, first, _second, code = clicks
    first.post(code_page(submission), code)
    stranger = Client()
    stranger.get(reverse("submissions:sign_in"))
    for data in (code, {}, {"again": "1"}):
        assert stranger.post(code_page(submission), data).status_code == 404
    stranger.force_login(make_teacher())
    assert stranger.post(code_page(submission), code).status_code == 404
    assert stranger.get(code_page(submission)).status_code == 404


def test_signing_in_twice_with_one_code(client):
    make_teacher(email="anna@school.example")
    client.post("/inloggen/", {"email": "anna@school.example"})
    code = {"code": code_in_mail(), "next": "/mijn/"}
    for click in (same_browser(client), same_browser(client)):
        assert click.post("/inloggen/code/", code)["Location"] == "/mijn/"
        assert signed_in(click)


def test_old_code_signs_nobody_in_again(client, frozen):
    make_teacher(email="anna@school.example")
    client.post("/inloggen/", {"email": "anna@school.example"})
    code, later = {"code": code_in_mail()}, same_browser(client)
    client.post("/inloggen/code/", code)
    frozen.shift(datetime.timedelta(minutes=1, seconds=1))
    page = later.post("/inloggen/code/", code)
    assert page.context["form"].errors["code"] == [str(codes.CodeUsed())]
    assert not signed_in(later)


def test_token_from_before_signing_in_leads_on(programme, slot):
    """The first answer came, with a new token; the old page was still there to click on."""
    client = Client(enforce_csrf_checks=True)
    csrf = {"csrfmiddlewaretoken": token_on(client, address(programme, slot))}
    url = client.post(address(programme, slot), typed() | csrf)["Location"]
    data = {"code": code_in_mail(), "csrfmiddlewaretoken": token_on(client, url)}
    first = client.post(url, data)
    second = client.post(url, data)
    assert second["Location"] == url
    assert client.get(url)["Location"] == first["Location"]

    client.cookies["sessionid"] = ""
    assert client.post(url, data).status_code == 403


def test_code_typed_in_another_tab_after_signing_in_is_asked_for_again(programme, slot):
    """She asked for two things side by side; the code of the first signed her in."""
    client = Client(enforce_csrf_checks=True)
    csrf = {"csrfmiddlewaretoken": token_on(client, address(programme, slot))}
    first = client.post(address(programme, slot), typed() | csrf)["Location"]
    other = typed(submission_key="key-of-another-tab", contact_name="Juf Anna") | csrf
    second = client.post(address(programme, slot), other)["Location"]
    old = {"csrfmiddlewaretoken": token_on(client, second)}
    client.force_login(make_teacher(email="umit@school.example"))
    client.cookies["csrftoken"] = "x" * 32

    page = client.post(second, old | {"code": code_in_mail()}, follow=True)

    assert [path for path, _status in page.redirect_chain] == [second]
    assert words_on(page) == ["Verstuur het formulier nog een keer"]
    again = {"csrfmiddlewaretoken": str(page.context["csrf_token"]), "code": code_in_mail()}
    assert client.post(second, again)["Location"] == second.removesuffix("code/")
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(make_teacher(email="anna@school.example"))
    assert stranger.post(first, old).status_code == 403


def test_token_from_before_signing_in_leads_to_the_page_that_was_wanted():
    make_teacher(email="anna@school.example")
    client = Client(enforce_csrf_checks=True)
    data = {"csrfmiddlewaretoken": token_on(client, "/inloggen/"), "next": "/mijn/"}
    client.post("/inloggen/", data | {"email": "anna@school.example"})
    answers = [client.post("/inloggen/code/", data | {"code": code_in_mail()}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == ["/mijn/", "/mijn/"]


def test_token_from_before_accepting_leads_back_to_the_invitation():
    submission = make_booking().submission
    [asked] = invite(shares=[Share(submission)], email="anna@school.example", by=submission.user)
    page = urlsplit(invitation_link(asked)).path
    client = Client(enforce_csrf_checks=True)
    data = {"csrfmiddlewaretoken": token_on(client, page), "name": "Anna"}
    client.post(page, data)
    data["code"] = code_in_mail()

    answers = [client.post(page, data) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/mijn/", page]
    client.force_login(make_teacher())
    assert client.post(page, data).status_code == 403


def token_on(client: Client, path: str) -> str:
    return client.get(path).context["csrf_token"]


def test_other_forms_with_an_old_token_are_still_refused(programme, slot):
    client = Client(enforce_csrf_checks=True)
    old = {"csrfmiddlewaretoken": token_on(client, address(programme, slot))}
    client.force_login(make_teacher())
    client.cookies["csrftoken"] = "x" * 32
    for path in (address(programme, slot), "/inloggen/", "/uitloggen/"):
        assert client.post(path, old).status_code == 403


def test_booked_twice_by_who_is_signed_in_says_so_both_times(client, programme, slot):
    client.force_login(make_teacher(email="umit@school.example"))
    for click in (same_browser(client), same_browser(client)):
        page = click.post(address(programme, slot), typed(), follow=True)
        assert words_on(page)[0].startswith("Gelukt!")


def test_old_form_sent_again_says_nothing_new(client, programme, slot, frozen):
    client.force_login(make_teacher(email="umit@school.example"))
    client.post(address(programme, slot), typed(), follow=True)
    frozen.shift(datetime.timedelta(minutes=2))
    assert words_on(client.post(address(programme, slot), typed(), follow=True)) == []


@pytest.mark.parametrize("kind", ["visit", "kit"])
def test_cancelled_twice_is_cancelled(client, kind):
    one = make_booking() if kind == "visit" else make_loan()
    client.force_login(one.submission.user)
    ask = {"public_id": one.submission.public_id}
    if kind == "visit":
        url = reverse("bookings:cancel", kwargs=ask | {"booking_id": one.pk})
    else:
        url = reverse("loans:cancel", kwargs=ask)
    pages = [same_browser(client).post(url, {"note": ""}, follow=True) for _click in range(2)]
    assert words_on(pages[0]) == words_on(pages[1])
    assert "geannuleerd" in words_on(pages[0])[0]
    assert one.events.filter(move="cancel").count() == 1
    # One after the other, with the first message still waiting: it is said once.
    client.post(url, {"note": ""})
    assert len(words_on(client.post(url, {"note": ""}, follow=True))) == 1
