"""A school's papers at hand: on staff's page of a booking and of a loan."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape

from bookings.models import State
from core.mail.outbox import Teller
from core.mail.queue import Message, enqueue
from core.models import Mail
from submissions.kinds import kind_of_asked
from tests.factories import (
    make_booking,
    make_loan,
    make_other_hub,
    make_school,
    make_staff,
    make_submission,
)
from tests.submissions.sharing import shared

OLD, NEW = "umit@shcool.example", "umit@school.example"
pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def submission(db):
    return make_submission(school=make_school(), email=OLD, reference="AB12CD34")


@pytest.fixture(params=[("bookings_booking", make_booking), ("kits_loan", make_loan)])
def asked(request, submission):
    """A confirmed booking or loan, whose mail was sent, and the name of its pages."""
    name, make = request.param
    row = make(submission=submission)
    move = {"bookings_booking": "confirmed", "kits_loan": "reserved"}[name]
    row.events.update(notice=move, noticed_at=None)
    sent()
    return row, f"admin:{name}"


def sent():
    Teller().tell(seconds=5)
    Mail.objects.update(state=Mail.State.SENT)


def copy_of(mail, **fields):
    values = {field.name: getattr(mail, field.name) for field in mail._meta.fields}
    return Mail(**values | {"id": None} | fields)


def page_of(client, asked, page="change", *args):
    row, name = asked
    return client.get(reverse(f"{name}_{page}", args=[row.pk, *args]))


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_submission_names_what_it_is_for_and_leads_there(desk, asked, submission):
    """Mails about several things lead to it."""
    row, name = asked
    page = desk.get(reverse("admin:submissions_submission_change", args=[submission.pk])).text
    [line] = kind_of_asked(row).lines([row])
    there = reverse(f"{name}_change", args=[row.pk])
    assert f'href="{there}">{escape(line)} ({row.get_state_display()})</a>' in page


def test_letter_and_calendar_are_downloads(desk, asked):
    page = page_of(desk, asked).content.decode()
    for name, kind in (("brief", "application/pdf"), ("agenda", "text/calendar")):
        answer = page_of(desk, asked, "paper", name)
        assert answer["Content-Type"].startswith(kind)
        assert reverse(f"{asked[1]}_paper", args=[asked[0].pk, name]) in page
        assert "AB12CD34" in answer["Content-Disposition"]
    assert b"AB12CD34" in page_of(desk, asked, "paper", "agenda").content
    assert page_of(desk, asked, "paper", "niets").status_code == 404


def test_mails_are_read_as_sent_without_what_lets_anybody_in(desk, asked, submission):
    page = page_of(desk, asked).content.decode()
    [mail] = Mail.objects.all()
    assert mail.subject in page
    assert "[[" not in page
    own = reverse(f"{asked[1]}_change", args=[asked[0].pk])
    assert f'href="http://127.0.0.1:8000{own}"' in page
    enqueue(Message(to="ander@x.example", subject="Van een ander", text="Dag"))
    assert "Van een ander" not in page_of(desk, asked).content.decode()


def test_papers_of_another_hub_do_not_exist(client, asked, submission):
    stranger = make_staff(hubs=[make_other_hub()], is_superuser=False)
    stranger.user_permissions.add(*Permission.objects.all())
    client.force_login(stranger)
    assert page_of(client, asked, "paper", "brief").status_code == 404
    again = reverse(f"{asked[1]}_confirm_again", args=[asked[0].pk])
    assert client.post(again).status_code == 404
    assert Mail.objects.count() == 1


def test_who_may_not_read_mails_sees_and_sends_none(client, asked):
    name = asked[0]._meta.model_name
    colleague = make_staff(is_superuser=False)
    wanted = [f"view_{name}", f"change_{name}"]
    colleague.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    client.force_login(colleague)
    page = page_of(client, asked).content.decode()
    assert (Mail.objects.get().subject in page, "Stuur de bevestiging opnieuw" in page) == (
        False,
        False,
    )
    assert page_of(client, asked, "paper", "agenda").status_code == 200
    again = reverse(f"{asked[1]}_confirm_again", args=[asked[0].pk])
    assert client.post(again).status_code == 403


def test_confirmation_goes_again_as_things_are_to_the_address_of_now(desk, asked, submission):
    row, name = asked
    submission.email = NEW
    submission.save()
    row.pupils = 17
    row.save(update_fields=["pupils"])
    again = reverse(f"{name}_confirm_again", args=[row.pk])

    answer = desk.post(again, follow=True)

    assert answer.redirect_chain == [(reverse(f"{name}_change", args=[row.pk]), 302)]
    assert told(answer) == [f"De bevestiging gaat opnieuw naar {NEW}."]
    mail = Mail.objects.latest("pk")
    assert (mail.to, mail.state, "17 leerlingen" in mail.text) == (NEW, Mail.State.QUEUED, True)
    assert told(desk.post(again, follow=True)) == [
        "Niet verstuurd: de bevestiging wacht al, of klopt niet meer."
    ]
    assert desk.get(again).status_code == 405


def test_confirmation_of_what_is_shared_goes_again_to_who_asked(desk, asked, submission):
    row, name = asked
    template = Mail.objects.get().template
    colleague = shared(submission, with_mails=True).email
    row.events.update(noticed_at=None)
    sent()
    confirmed = Mail.objects.filter(template=template).order_by("pk")
    assert [mail.to for mail in confirmed] == [OLD, OLD, colleague]

    answer = desk.post(reverse(f"{name}_confirm_again", args=[row.pk]), follow=True)

    assert told(answer) == [f"De bevestiging gaat opnieuw naar {OLD}."]
    assert [mail.to for mail in confirmed.filter(state=Mail.State.QUEUED)] == [OLD]


def test_confirmation_of_what_was_cancelled_is_not_offered(desk, asked):
    again = "Stuur de bevestiging opnieuw"
    assert again in page_of(desk, asked).text
    type(asked[0]).objects.update(state=State.CANCELLED)
    assert again not in page_of(desk, asked).text


def test_what_was_cancelled_is_not_confirmed_again(desk, submission):
    booking = make_booking(submission=submission)
    booking.events.update(notice="confirmed", noticed_at=None)
    sent()
    type(booking).objects.filter(pk=booking.pk).update(state=State.CANCELLED)
    answer = desk.post(
        reverse("admin:bookings_booking_confirm_again", args=[booking.pk]), follow=True
    )
    assert told(answer) == ["Niet verstuurd: de bevestiging wacht al, of klopt niet meer."]
    assert Mail.objects.count() == 1


# --- A corrected address ----------------------------------------------------------------------


def correct(desk, submission, email=NEW):
    address = reverse("admin:submissions_submission_change", args=[submission.pk])
    typed = {name: getattr(submission, name) for name in ("contact_name", "phone", "photos")}
    return desk.post(address, typed | {"email": email}, follow=True)


def test_correcting_an_address_offers_what_went_to_the_old_one(desk, asked, submission):
    [old] = Mail.objects.all()
    offer = correct(desk, submission)
    page = reverse("admin:submissions_submission_readdress", args=[submission.pk])
    assert offer.redirect_chain == [(page, 302)]
    assert list(offer.context["form"].fields["mails"].choices) == [
        (old.pk, f"{old.subject} ({OLD})")
    ]

    done = desk.post(page, {"mails": [old.pk]}, follow=True)

    assert told(done)[-1] == f"1 mail gaat naar {NEW}."
    new = Mail.objects.latest("pk")
    assert (new.to, new.template, new.tells_of) == (NEW, old.template, old.tells_of)
    # Told once more, it is offered no more.
    submission.refresh_from_db()
    assert list(desk.get(page).context["form"].fields["mails"].choices) == []


def test_mail_that_waits_for_the_old_address_goes_to_the_new_one_only(desk, asked, submission):
    Mail.objects.update(state=Mail.State.PUT_OFF)
    [old] = Mail.objects.all()
    correct(desk, submission)
    page = reverse("admin:submissions_submission_readdress", args=[submission.pk])
    desk.post(page, {"mails": [old.pk]})
    assert list(Mail.objects.order_by("pk").values_list("to", "state")) == [
        (OLD, Mail.State.WITHDRAWN),
        (NEW, Mail.State.QUEUED),
    ]


def test_what_went_to_a_colleague_is_hers_and_not_offered(desk, asked, submission):
    [old] = Mail.objects.all()
    colleague = shared(submission, with_mails=True).email
    Mail.objects.exclude(pk=old.pk).delete()
    Mail.objects.bulk_create([copy_of(old, to=colleague)])
    offer = correct(desk, submission)
    mails = offer.context["form"].fields["mails"].choices
    assert [key for key, _label in mails] == [old.pk]


def test_contact_who_was_a_colleague_gets_the_confirmation_again(desk, asked, submission):
    """With the address of a colleague, who had the mails already: none is offered."""
    row, name = asked
    colleague = shared(submission, with_mails=True).email
    row.events.update(noticed_at=None)
    sent()
    changed = reverse("admin:submissions_submission_changelist")
    assert correct(desk, submission, colleague).redirect_chain == [(changed, 302)]

    answer = desk.post(reverse(f"{name}_confirm_again", args=[row.pk]), follow=True)

    assert told(answer) == [f"De bevestiging gaat opnieuw naar {colleague}."]


def test_another_name_or_an_address_without_mails_offers_nothing(desk, submission):
    changed = reverse("admin:submissions_submission_changelist")
    assert correct(desk, submission, OLD).redirect_chain == [(changed, 302)]
    assert correct(desk, submission).redirect_chain == [(changed, 302)]


def test_code_of_another_address_is_never_sent_on(desk, asked, submission):
    code = enqueue(Message(to=OLD, subject="Code", text="Dag", reference="AB12CD34"))
    Mail.objects.filter(pk=code.pk).update(state=Mail.State.SENT)
    correct(desk, submission)
    page = reverse("admin:submissions_submission_readdress", args=[submission.pk])
    refused = desk.post(page, {"mails": [code.pk]})
    assert list(refused.context["form"].errors) == ["mails"]
    assert Mail.objects.count() == 2
