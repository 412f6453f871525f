"""Loans in the back office: the list, one loan, lending on a school's behalf."""

import datetime
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from kits.admin.loan import STAFF_MOVES
from kits.models import (
    Attention,
    ChargeLine,
    Finding,
    KitCopy,
    Loan,
    LoanState,
    LoanWait,
    RefusedDemand,
)
from submissions.models import WaitState
from tests.factories import (
    NOW,
    make_class_group,
    make_kit,
    make_loan,
    make_school,
    make_submission,
    make_teacher,
)
from tests.kits.back_office import LEND, LOANS, change_of, move_of, november, shown, texts
from tests.submissions.sharing import tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor", "no_holidays")]


# --- The list of loans -------------------------------------------------------------------------


def test_list_shows_what_is_promised_or_away(desk):
    reserved = make_loan()
    out = make_loan(state=LoanState.OUT, starts_on=november(1))
    done = make_loan(state=LoanState.DONE)
    assert shown(desk.get(LOANS)) == [out.pk, reserved.pk]
    assert shown(desk.get(LOANS, {"when": "all"})) == [out.pk, reserved.pk, done.pk]


def test_when_filter_tells_what_is_overdue_and_what_comes_and_goes_this_week(desk):
    """Today is Tuesday 15 September; the week ends on Sunday the 20th."""
    september = [datetime.date(2026, 9, day) for day in range(1, 31)]
    overdue = make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[13])
    due = make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[19])
    make_loan(state=LoanState.OUT, starts_on=september[0], ends_on=september[20])
    going = make_loan(starts_on=september[19])
    make_loan(starts_on=september[20])
    assert shown(desk.get(LOANS, {"when": "overdue"})) == [overdue.pk]
    assert shown(desk.get(LOANS, {"when": "back"})) == [overdue.pk, due.pk]
    assert shown(desk.get(LOANS, {"when": "out"})) == [going.pk]
    assert "te laat" in desk.get(LOANS, {"when": "overdue"}).content.decode()


@pytest.mark.parametrize("words", ["AB12CD34", "knik-01", "hagenpoort", "7b hagenpoort", "anouk"])
def test_search_finds_by_reference_code_school_class_and_contact(desk, words):
    school = make_school(name="OBS De Hagenpoort")
    teacher = make_teacher(email="anouk@hagenpoort.example", name="Juf Anouk", school=school)
    submission = make_submission(user=teacher, reference="AB12CD34")
    copy = make_kit().copies.get()
    copy.code = "KNIK-01"
    copy.save()
    wanted = make_loan(
        copy=copy, submission=submission, party_name="Groep 7b", state=LoanState.DONE
    )
    make_loan(submission=make_submission(contact_name="Meester Jan"), party_name="Groep 8")
    assert shown(desk.get(LOANS, {"q": words})) == [wanted.pk]


def test_attention_filter_shows_what_waits_for_staff(desk):
    waiting = make_loan(attention=Attention.NO_OTHER_BOX)
    make_loan()
    assert shown(desk.get(LOANS, {"attention": "yes"})) == [waiting.pk]


# --- One loan ----------------------------------------------------------------------------------


def names(client, loan):
    addresses = [button.address for button in client.get(change_of(loan)).context["buttons"]]
    return [one.split("/")[-2] for one in addresses if "/doe/" in one]


def test_page_offers_the_legal_moves_that_make_sense(desk):
    always = ["note"]
    expected = {
        LoanState.HELD: ["swap", *always, "cancel"],
        LoanState.OFFERED: ["swap", *always],
        LoanState.RESERVED: ["pack", "extend", "change_dates", "swap", *always, "cancel"],
        LoanState.PACKED: ["extend", "change_dates", "swap", "unpack", *always, "cancel"],
        LoanState.OUT: ["extend", *always, "write_off"],
        LoanState.RETURNED: [*always, "write_off"],
        LoanState.DONE: always,
        LoanState.CANCELLED: always,
        LoanState.LAPSED: always,
        LoanState.WRITTEN_OFF: always,
    }
    assert {state: names(desk, make_loan(state=state)) for state in LoanState} == expected
    assert "settle" in names(desk, make_loan(attention=Attention.NO_OTHER_BOX))
    assert "keep_date" in names(desk, make_loan(attention=Attention.MOVE_ASKED))


def test_box_that_is_promised_or_away_leads_to_the_kit_desk(desk):
    out, done = make_loan(state=LoanState.OUT), make_loan(state=LoanState.DONE)
    assert reverse("desk:box", args=[out.copy.code]) in desk.get(change_of(out)).content.decode()
    page = desk.get(change_of(done)).content.decode()
    assert reverse("desk:box", args=[done.copy.code]) not in page


def test_move_is_made_with_its_note_and_stands_in_the_history(desk, staff):
    loan = make_loan()
    answer = desk.post(move_of(loan, "pack"), {"note": "Ligt klaar op plank 3."}, follow=True)
    loan.refresh_from_db()
    assert (loan.state, texts(answer)) == (LoanState.PACKED, ["Ingepakt."])
    line = answer.context["history"][0]
    assert (line.text, line.who, line.note) == (
        "De kist is ingepakt.",
        "Bea Balie",
        "Ligt klaar op plank 3.",
    )


def test_dates_are_changed_and_the_box_stays_blocked_until_it_is_ready_again(desk):
    loan = make_loan()
    form = desk.get(move_of(loan, "change_dates")).context["form"]
    assert [form[name].initial for name in ("starts_on", "ends_on")] == [november(2), november(23)]
    data = {"starts_on": "2026-11-04", "ends_on": "2026-11-18"}
    assert texts(desk.post(move_of(loan, "change_dates"), data, follow=True)) == [
        "De data zijn gewijzigd."
    ]
    loan.refresh_from_db()
    period = (loan.starts_on, loan.ends_on, loan.free_again_on)
    assert period == (november(4), november(18), november(23))


@pytest.mark.parametrize(
    ("ends_on", "error"),
    [
        ("2026-11-01", "Terugbrengen komt voor het ophalen."),
        ("2099-12-31", "Deze datum ligt te ver weg."),
        ("9999-12-31", "Kies een datum tussen 2000 en 2199."),
        ("", "Dit veld is verplicht."),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(desk, ends_on, error):
    loan = make_loan()
    page = desk.post(move_of(loan, "extend"), {"ends_on": ends_on})
    assert page.context["form"].errors == {"ends_on": [error]}
    assert loan.events.count() == 1


@pytest.mark.parametrize(
    ("days", "error"),
    [
        ({"starts_on": "2026-09-02", "ends_on": "2026-11-23"}, {
            "starts_on": ["Woensdag 2 september is voorbij."],
        }),
        ({"starts_on": "2026-11-02", "ends_on": "2026-11-22"}, {
            "ends_on": ["De balie is niet open op zondag 22 november."],
        }),
    ],
)  # fmt: skip
def test_unusual_days_are_asked_about_once_before_the_school_is_mailed(desk, days, error):
    loan = make_loan()
    tick = "Het is toch zo afgesproken"
    address = move_of(loan, "change_dates")
    assert tick not in desk.get(address).text

    asked = desk.post(address, days | {"agreed": ""})

    assert asked.context["form"].errors == error
    assert tick in asked.text
    assert loan.events.count() == 1
    assert desk.post(address, days | {"agreed": "on"}).status_code == 302
    loan.refresh_from_db()
    assert days == {"starts_on": f"{loan.starts_on}", "ends_on": f"{loan.ends_on}"}


def test_day_that_stays_is_not_asked_about(desk):
    """It was agreed on before, or has begun."""
    loan = make_loan(starts_on=november(1), ends_on=november(8))
    assert desk.post(move_of(loan, "extend"), {"ends_on": "2026-11-09"}).status_code == 302
    both = {"starts_on": "2026-11-01", "ends_on": "2026-11-10"}
    assert desk.post(move_of(loan, "change_dates"), both).status_code == 302


def test_extending_into_the_next_loan_is_refused_with_words(desk):
    loan = make_loan()
    make_loan(copy=loan.copy, starts_on=november(30), ends_on=datetime.date(2026, 12, 7))
    page = desk.post(move_of(loan, "extend"), {"ends_on": "2026-11-27"})
    assert page.context["form"].non_field_errors() == ["Deze kist is dan aan een ander beloofd."]
    loan.refresh_from_db()
    assert loan.ends_on == november(23)


def test_box_is_swapped_for_another_of_the_kit(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    loan = make_loan(copy=first)
    desk.post(move_of(loan, "swap"), {})
    loan.refresh_from_db()
    assert loan.copy == second


def test_writing_off_asks_for_a_note_and_withdraws_the_box(desk):
    loan = make_loan(state=LoanState.OUT)
    assert desk.post(move_of(loan, "write_off"), {}).context["form"].errors == {
        "note": ["Dit veld is verplicht."]
    }
    desk.post(move_of(loan, "write_off"), {"note": "Uit de auto gestolen."})
    loan.refresh_from_db()
    assert (loan.state, loan.copy.is_withdrawn) == (LoanState.WRITTEN_OFF, True)
    charge = ChargeLine.objects.get()
    assert (charge.quantity, charge.amount) == (6, 240)


def test_end_of_a_held_loan_is_a_matter_of_colleagues_only(desk):
    held, reserved = make_loan(state=LoanState.HELD), make_loan()
    labels = [
        str(desk.get(move_of(one, "cancel")).context["form"].fields["note"].label)
        for one in (held, reserved)
    ]
    assert labels == ["Notitie voor collega’s", "Een woord aan de school"]


@pytest.mark.parametrize("move", sorted(STAFF_MOVES))
def test_who_only_looks_makes_no_move(onlooker, move):
    loan = make_loan()
    assert onlooker.get(change_of(loan)).context["buttons"] == []
    assert onlooker.post(move_of(loan, move), {"note": "x"}).status_code == 403
    assert loan.events.count() == 1


def test_move_that_only_the_site_or_the_kit_desk_makes_has_no_page(desk):
    loan = make_loan()
    for move in ("hold", "lapse", "hand_out", "check", "remind_overdue", "wat"):
        assert desk.get(move_of(loan, move)).status_code == 404


def test_loan_shows_what_was_found_and_what_it_costs(desk):
    loan = make_loan(state=LoanState.DONE)
    robot = loan.kit.contents.get(name="Robot")
    Finding.objects.create(loan=loan, item=robot, text="De band is <b>stuk</b>.")
    ChargeLine.objects.create(loan=loan, item=robot, quantity=1, amount=40)
    page = desk.get(change_of(loan)).content.decode()
    assert "De band is &lt;b&gt;stuk&lt;/b&gt;." in page
    assert "Robot × 1</a>: € 40,00 (voorgesteld)" in page


# --- Lending on a school's behalf ----------------------------------------------------------------


def asked_for(kit):
    return {"kit": kit.pk, "starts_on": "2026-11-02", "ends_on": "2026-11-23", "delivery": "desk"}


def typed(form, school, /, **fields):
    return {
        "submission_key": form.contact["submission_key"].value(),
        "school": school.pk,
        "contact_name": "Anouk",
        "email": "anouk@school.example",
        "phone": "0570 123456",
        "klas-name": "Groep 7",
        "klas-year_groups": ["7"],
        "klas-pupils": "24",
        "send": "1",
    } | fields


def lend(client, kit, school, /, **fields):
    address = f"{LEND}?" + "&".join(f"{name}={value}" for name, value in asked_for(kit).items())
    form = client.get(address).context["form"]
    return client.post(address, typed(form, school, **fields), follow=True)


def test_staff_lend_on_a_schools_behalf(desk, staff):
    kit, school = make_kit(), make_school()
    answer = lend(desk, kit, school)
    loan = Loan.objects.get()
    assert answer.redirect_chain == [(change_of(loan), 302)]
    assert texts(answer) == ["Gereserveerd. anouk@school.example krijgt de bevestiging per mail."]
    assert (loan.state, loan.kit, loan.pupils) == (LoanState.RESERVED, kit, 24)
    assert (loan.submission.school, loan.class_group.name) == (school, "Groep 7")
    assert list(loan.events.order_by("pk").values_list("move", "by", "notice")) == [
        ("hold", staff.pk, ""),
        ("verify", staff.pk, "reserved"),
    ]


def test_page_says_how_many_boxes_are_free_and_refuses_when_there_is_none(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    make_loan(copy=first)
    page = desk.get(LEND, asked_for(kit))
    assert "1 van de 2 kisten vrij in deze hele periode." in page.content.decode()
    make_loan(copy=second)
    answer = lend(desk, kit, make_school())
    assert answer.context["form"].contact.non_field_errors() == [
        "Voor deze hele periode is geen kist vrij. Kies andere dagen."
    ]
    assert Loan.objects.count() == 2


def test_whoever_sends_an_unfinished_loan_reads_so_at_its_top(desk):
    kit, school = make_kit(), make_school()
    not_yet = "Er is nog niets vastgelegd: er ontbreekt iets of het past niet."
    assert not_yet not in desk.get(LEND, asked_for(kit)).text

    for wrong in ({"klas-pupils": ""}, {"klas-pupils": "31"}):
        page = lend(desk, kit, school, **wrong).text
        assert page.index(not_yet) < page.index("School en contact")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, []),
        (
            {"starts_on": "2026-11-01", "ends_on": "2026-11-11"},
            [
                "De balie is niet open op zondag 1 november.",
                "De balie is niet open op woensdag 11 november (Inventarisatie).",
            ],
        ),
        ({"starts_on": "2026-09-02"}, [
            "Woensdag 2 september is voorbij.",
            "Deze leskist lenen we hoogstens 21 dagen uit.",
        ]),
        ({"delivery": "round"}, [
            "Deze leskist gaat niet mee met de bezorgrit.",
            "De bezorgrit rijdt niet op maandag 2 november.",
            "De bezorgrit rijdt niet op maandag 23 november.",
        ]),
    ],
)  # fmt: skip
def test_unusual_days_are_said_before_they_are_agreed_on_and_stay_possible(desk, days, said):
    kit, eleventh = make_kit(can_be_delivered=False), november(11)
    kit.venue.closures.create(starts_on=eleventh, ends_on=eleventh, reason="Inventarisatie")
    query = {name: days.get(name, value) for name, value in asked_for(kit).items()}

    page = desk.get(LEND, query)

    assert list(page.context["unusual"]) == said
    assert ("Uitlenen kan toch" in page.text) == bool(said)
    address = f"{LEND}?{urlencode(query)}"
    assert desk.post(address, typed(page.context["form"], make_school())).status_code == 302
    assert Loan.objects.get().starts_on.isoformat() == query["starts_on"]


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        (
            {"starts_on": "2026-11-01", "ends_on": "2026-11-20"},
            {"starts_on": ["De balie is niet open op zondag 1 november."]},
        ),
        (
            {"starts_on": f"{NOW:%Y-%m-%d}", "ends_on": f"{NOW:%Y-%m-%d}"},
            {"starts_on": [
                "Deze datum is te dichtbij: "
                "we hebben een paar dagen nodig om alles klaar te zetten."
            ]},
        ),
        ({"ends_on": "2026-12-04"}, {"ends_on": ["Deze leskist lenen we hoogstens 21 dagen uit."]}),
    ],
)  # fmt: skip
def test_days_that_nobody_is_offered_are_refused_before_the_rest_is_asked(desk, days, errors):
    query = {name: days.get(name, value) for name, value in asked_for(make_kit()).items()}

    page = desk.get(reverse("admin:kits_loanwait_add", query=query))

    assert page.context["first"].errors == errors
    assert "form" not in page.context


def test_other_days_keep_what_was_typed_for_those_without_a_box(desk):
    kit, school = make_kit(), make_school()
    make_loan(copy=kit.copies.get())
    fields = {"language": "en", "overrule": ["numbers"], "note": "Groot"}
    refused = lend(desk, kit, school, **fields)
    assert '<input type="hidden" name="opnieuw" value="1">' in refused.text
    other = asked_for(kit) | {"starts_on": "2026-12-01", "ends_on": "2026-12-15"}

    page = desk.get(LEND, other | {"opnieuw": "1"})

    form, overrule = page.context["form"], page.context["overrule"]
    names = "contact_name", "email", "phone", "language"
    assert [form.contact[name].value() for name in names] == [
        "Anouk",
        "anouk@school.example",
        "0570 123456",
        "en",
    ]
    assert form.contact["school"].value().choice == str(school.pk)
    assert [form.class_form[name].value() for name in ("name", "pupils")] == ["Groep 7", "24"]
    assert [overrule[name].value() for name in ("overrule", "note")] == [["numbers"], "Groot"]
    done = desk.post(f"{LEND}?{urlencode(other)}", typed(form, school))
    assert (done.status_code, done.cookies["draft"].value) == (302, "")


def test_next_school_on_the_telephone_starts_with_an_empty_form(desk):
    kit = make_kit()
    make_loan(copy=kit.copies.get())
    lend(desk, kit, make_school())

    page = desk.get(LEND, asked_for(kit))
    again = desk.get(LEND, asked_for(kit) | {"opnieuw": "1"})

    for one in (page, again):
        assert one.context["form"].contact["contact_name"].value() in (None, "")


def test_one_box_of_one_is_no_plural(desk):
    assert (
        "1 van de 1 kist vrij in deze hele periode." in desk.get(LEND, asked_for(make_kit())).text
    )


def test_period_without_a_box_is_demand_on_the_telephone_too(desk):
    kit = make_kit()
    make_loan(copy=kit.copies.get())
    lend(desk, kit, make_school())
    demand = RefusedDemand.objects.get()
    assert (demand.kit, demand.starts_on.day, demand.ends_on.day) == (kit, 2, 23)


WAIT_BUTTON = "Zet op de wachtlijst voor deze dagen"


def test_period_without_a_box_leads_to_the_waiting_list_on_the_telephone(desk):
    kit, school = make_kit(), make_school()
    assert WAIT_BUTTON not in desk.get(LEND, asked_for(kit)).text
    make_loan(copy=kit.copies.get())
    assert WAIT_BUTTON in desk.get(LEND, asked_for(kit)).text

    answer = lend(desk, kit, school, wait="1")

    row = LoanWait.objects.get()
    page = reverse("admin:kits_loanwait_change", args=[row.pk])
    assert answer.redirect_chain == [(page, 302)]
    assert texts(answer) == ["Op de wachtlijst. anouk@school.example krijgt een mail."]
    assert (row.state, row.class_group.name) == (WaitState.WAITING, "Groep 7")
    assert [mail.template for mail in tell()] == ["wait_joined"]
    wait = reverse("admin:kits_loanwait_add", query=asked_for(kit))
    form = desk.get(wait).context["form"]
    other = typed(form, school, wait="1", **{"klas-name": "Groep 8"})
    assert desk.post(wait, other).status_code == 302
    assert LoanWait.objects.count() == 2


def test_staff_overrule_the_class_with_a_note(desk, staff):
    kit, school = make_kit(), make_school()
    small = {"klas-year_groups": ["3", "4"], "klas-pupils": "31"}

    refused = lend(desk, kit, school, **small)
    form, overrule = refused.context["form"], refused.context["overrule"]
    assert form.class_form.errors == {
        "year_groups": ["Deze leskist is voor groep 5 t/m 8, niet voor groep 3/4."],
        "pupils": ["Deze leskist is voor hoogstens 28 leerlingen tegelijk."],
    }
    assert overrule.errors == {"overrule": ["Dit past niet bij: groep, aantal leerlingen."]}
    both = {"overrule": ["year_group", "numbers"]}
    assert lend(desk, kit, school, **small, **both).context["overrule"].errors.keys() == {"note"}

    lend(desk, kit, school, **small, **both, note="Plusklas")

    loan = Loan.objects.get()
    event = loan.events.get(move="hold")
    assert (loan.year_from, loan.pupils, event.note) == (3, 31, "Plusklas")
    assert event.data["overruled"] == ["numbers", "year_group"]
    page = desk.get(change_of(loan)).content.decode()
    assert "Door TEC gereserveerd namens de school." in page
    assert "Plusklas" in page


def test_nobody_is_told_twice_to_tick_a_rule_that_the_waiting_list_keeps_to(desk):
    """What was ticked for a loan helps nobody onto the list, and the page says that."""
    kit, school = make_kit(), make_school()
    make_loan(copy=kit.copies.get())
    large = {"klas-pupils": "31", "wait": "1"}

    plain = lend(desk, kit, school, **large).context["overrule"]
    ticked = lend(desk, kit, school, **large, overrule=["numbers"], note="Groot")

    assert plain.errors == {}
    assert ticked.context["overrule"].errors == {
        "overrule": [
            "De wachtlijst houdt zich aan de regels: "
            "afwijken kan alleen bij wat je meteen vastlegt."
        ]
    }
    assert ticked.context["form"].class_form.errors.keys() == {"pupils"}
    assert not LoanWait.objects.exists()


def test_what_was_ticked_and_is_not_needed_is_not_overruled(desk):
    ticked = {"overrule": ["year_group", "numbers"], "note": "Grote klas"}
    lend(desk, make_kit(), make_school(), **{"klas-pupils": "31"}, **ticked)
    assert Loan.objects.get().events.get(move="hold").data["overruled"] == ["numbers"]


def test_searching_a_school_by_telephone_keeps_the_class_and_checks_nothing(desk):
    school = make_school(name="OBS De Kring")
    half = {"school": "", "school_q": "kring", "school_find": "1", "klas-pupils": ""}
    answer = lend(desk, make_kit(), school, **half)
    form = answer.context["form"]
    assert (form.class_form["name"].value(), form.errors) == ("Groep 7", [])
    assert "OBS De Kring" in answer.content.decode()
    assert not Loan.objects.exists()


def test_known_contact_and_class_fill_the_form(desk):
    school = make_school(name="OBS De Kring")
    group = make_class_group(school=school, name="6a", year_from=6, year_to=6)
    before = make_loan(submission=make_submission(school=school), class_group=group, pupils=22)
    kit = make_kit()
    contact = f"contact-{before.submission_id}"
    answer = lend(desk, kit, school, school_take=contact)
    assert answer.context["form"].contact["email"].value() == before.submission.email
    assert answer.context["focus"] == "classes"

    form = lend(desk, kit, school, school_take=f"class-{group.pk}").context["form"].class_form
    assert [form[name].value() for name in ("name", "year_groups", "pupils")] == ["6a", ["6"], "22"]
    assert Loan.objects.get() == before


def test_form_speaks_of_the_school_to_staff_who_fill_it_in(desk):
    page = desk.get(LEND, asked_for(make_kit())).content.decode()
    assert "Naam van de contactpersoon" in page
    assert [
        words for words in ("Jullie school", "Je naam", "We sturen een code") if words in page
    ] == []


def test_nothing_is_asked_about_the_school_before_kit_and_days(desk):
    page = desk.get(LEND, {"kit": make_kit().pk, "starts_on": "2026-11-02", "ends_on": "gisteren"})
    assert "klas-name" not in page.content.decode()
    assert page.context["first"].errors == {"ends_on": ["Voer een geldige datum in."]}


# --- Many --------------------------------------------------------------------------------------


def test_list_of_loans_takes_the_same_queries_for_many(desk, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(12) as queries:
            assert desk.get(LOANS, {"when": "all"}).status_code == 200
        return len(queries)

    make_loan()
    count()
    one = count()
    kit = make_kit(copies=30)
    for copy in KitCopy.objects.filter(kit=kit):
        make_loan(copy=copy)
    assert count() == one
