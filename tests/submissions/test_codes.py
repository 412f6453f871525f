import datetime
import threading
import unicodedata

import pytest
import time_machine
from django.apps import apps
from django.db import OperationalError, connection, connections, transaction

from core.mail.markers import revealed
from core.rate_limits import TooMany
from schools.models import User
from submissions import codes, telling
from submissions.models import CodeChallenge, Submission
from tests.factories import NOW, make_submission

SIGN_IN = CodeChallenge.Purpose.SIGN_IN
VERIFY = CodeChallenge.Purpose.VERIFY
TWO_ADDRESSES = ("anna@school.example", "bea@school.example")


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna@school.example")


def ask(browser="a" * 64, **fields):
    fields = {"purpose": SIGN_IN, "email": "anna@school.example"} | fields
    return codes.ask(browser=browser, **fields)


def redeem(typed, browser="a" * 64, purpose=SIGN_IN, **fields):
    return codes.redeem(browser=browser, purpose=purpose, typed=typed, **fields)


def wrong(challenge):
    return f"{(int(codes.code_of(challenge)) + 1) % 10**6:06d}"


def test_code_is_six_digits_and_the_same_each_time(db):
    code = codes.code_of(ask())
    assert len(code) == 6
    assert code.isdecimal()
    assert codes.code_of(CodeChallenge.objects.get()) == code


def test_code_depends_on_key_nonce_purpose_and_address(settings):
    challenge = CodeChallenge(purpose=SIGN_IN, email="a@b.nl", nonce="n")
    others = [
        CodeChallenge(purpose=VERIFY, email="a@b.nl", nonce="n"),
        CodeChallenge(purpose=SIGN_IN, email="c@b.nl", nonce="n"),
        CodeChallenge(purpose=SIGN_IN, email="a@b.nl", nonce="m"),
    ]
    found = {codes.code_of(each) for each in [challenge, *others]}
    settings.SECRET_KEY = "another"
    found.add(codes.code_of(challenge))
    assert len(found) == 5


def test_redeem_returns_the_challenge_and_marks_it_used(db):
    challenge = ask(email=" Anna@School.example ")
    with time_machine.travel(NOW, tick=False):
        CodeChallenge.objects.update(expires_at=NOW + datetime.timedelta(minutes=1))
        assert redeem(codes.code_of(challenge)) == challenge
    challenge.refresh_from_db()
    assert (challenge.email, challenge.used_at, challenge.tries) == ("anna@school.example", NOW, 1)


@pytest.mark.parametrize("shape", ["{} {}", " {}{} ", "{}-{}", "{}.{}", "{}\u00a0{}\n"])
def test_redeem_accepts_how_people_write_a_code(db, shape):
    code = codes.code_of(ask())
    assert redeem(shape.format(code[:3], code[3:])).used_at is not None


def test_redeem_refuses_digits_of_another_script_without_breaking(db):
    challenge = ask()
    other = "".join(
        unicodedata.lookup(f"ARABIC-INDIC DIGIT {unicodedata.name(d)[6:]}")
        for d in codes.code_of(challenge)
    )
    with pytest.raises(codes.WrongCode):
        redeem(other)


def test_code_works_once(db):
    code = codes.code_of(ask())
    redeem(code)
    with pytest.raises(codes.CodeUsed):
        redeem(code)


def test_code_that_was_used_takes_no_more_tries(db):
    challenge = ask()
    redeem(codes.code_of(challenge))
    for typed in (codes.code_of(challenge), wrong(challenge)):
        with pytest.raises(codes.CodeUsed):
            redeem(typed)
    challenge.refresh_from_db()
    assert challenge.tries == 1


def test_code_on_the_page_of_one_submission_is_not_that_of_another(db):
    """Two tabs of one browser, each with a page that waits for its own code."""
    one, other = (make_submission(user=None, school=None, email=mail) for mail in TWO_ADDRESSES)
    first, second = (
        ask(purpose=VERIFY, submission=each, email=each.email) for each in (one, other)
    )
    assert redeem(codes.code_of(first), purpose=VERIFY, submission=one) == first
    with pytest.raises(codes.WrongCode):
        redeem(codes.code_of(first), purpose=VERIFY, submission=other)
    assert redeem(codes.code_of(second), purpose=VERIFY, submission=other) == second


def test_code_proves_no_address_but_the_one_it_was_mailed_to(db):
    submission = make_submission(user=None, school=None, email="Anna@school.example")
    challenge = ask(purpose=VERIFY, submission=submission)
    submission.email = "victim@school.example"
    submission.save()
    with pytest.raises(codes.NoCode), transaction.atomic():
        codes.use(challenge)
    submission.email = "Anna@school.example"
    submission.save()
    codes.use(challenge)
    assert CodeChallenge.objects.get().used_at is not None


@pytest.mark.postgres
def test_address_cannot_be_corrected_while_its_code_is_used(transactional_db):
    submission = make_submission(user=None, school=None, email="anna@school.example")
    challenge = ask(purpose=VERIFY, submission=submission)
    refused = []

    def correct():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            rows = Submission._base_manager.filter(pk=submission.pk)
            rows.update(email="victim@school.example")
        except OperationalError as error:
            refused.append(error)
        connections.close_all()

    with transaction.atomic():
        codes.use(challenge)
        thread = threading.Thread(target=correct)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_five_wrong_tries_count_down_and_then_the_right_code_is_refused(db):
    challenge = ask()
    left = []
    for _try in range(5):
        with pytest.raises(codes.WrongCode) as refusal:
            redeem(wrong(challenge))
        left.append(refusal.value.left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(codes.TooManyTries):
        redeem(codes.code_of(challenge))
    challenge.refresh_from_db()
    assert (challenge.tries, challenge.used_at) == (5, None)


def test_fifth_try_may_be_the_right_one(db):
    challenge = ask()
    for _try in range(4):
        with pytest.raises(codes.WrongCode):
            redeem(wrong(challenge))
    assert redeem(codes.code_of(challenge)) == challenge


@pytest.mark.parametrize(("seconds", "works"), [(599, True), (600, False)])
def test_code_works_for_ten_minutes(db, seconds, works):
    with time_machine.travel(NOW, tick=False) as clock:
        challenge = ask()
        clock.shift(seconds)
        if works:
            assert redeem(codes.code_of(challenge)) == challenge
        else:
            with pytest.raises(codes.CodeExpired):
                redeem(codes.code_of(challenge))


def test_another_browser_has_no_code(db):
    code = codes.code_of(ask())
    with pytest.raises(codes.NoCode):
        redeem(code, browser="b" * 64)
    assert CodeChallenge.objects.get().tries == 0


def test_another_purpose_has_no_code(db):
    code = codes.code_of(ask())
    with pytest.raises(codes.NoCode):
        redeem(code, purpose=VERIFY)


def test_only_the_newest_code_works(db):
    first, second = ask(), ask()
    with pytest.raises(codes.WrongCode):
        redeem(codes.code_of(first))
    assert redeem(codes.code_of(second)) == second


def test_check_counts_even_when_the_caller_rolls_back(transactional_db):
    challenge = ask()
    with pytest.raises(RuntimeError), transaction.atomic():
        codes.check(browser="a" * 64, purpose=SIGN_IN, typed=wrong(challenge))
    with pytest.raises(codes.WrongCode):
        codes.check(browser="a" * 64, purpose=SIGN_IN, typed=wrong(challenge))
    assert CodeChallenge.objects.get().tries == 1


def test_three_codes_in_ten_minutes_per_address(db):
    with time_machine.travel(NOW, tick=False) as clock:
        for browser in "abc":
            ask(browser=browser * 64)
        with pytest.raises(TooMany):
            ask(browser="d" * 64, email="ANNA@school.example")
        ask(email="bert@school.example")
        clock.shift(600)
        ask(browser="d" * 64)
    assert CodeChallenge.objects.count() == 5


def test_purge_deletes_what_expired_a_day_ago(db):
    with time_machine.travel(NOW, tick=False) as clock:
        ask()
        clock.shift(datetime.timedelta(days=1, minutes=10))
        kept = ask()
        assert codes.purge() == 0
        clock.shift(1)
        assert codes.purge() == 1
    assert CodeChallenge.objects.get() == kept


def test_database_sessions_and_mail_queue_hold_no_code(client, anna):
    client.post("/inloggen/", {"email": anna.email})
    verify = codes.ask(purpose=VERIFY, email="bert@school.example", browser="b" * 64)
    telling.send_code(verify, "nl")
    working = [codes.code_of(challenge) for challenge in CodeChallenge.objects.all()]
    assert len(working) == 2
    # A nonce or a hash may contain six digits in a row by chance: one in ten thousand.
    dumped = "\n".join(everything_stored())
    assert verify.nonce in dumped
    assert "[[code:" in dumped
    assert [code for code in working if code in dumped] == []


def everything_stored():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield from (str(value) for value in row)
    session_model = apps.get_model("sessions", "Session")
    for session in session_model.objects.all():
        yield str(session.get_decoded())


def test_mail_gets_its_code_only_while_it_is_sent(anna):
    with time_machine.travel(NOW, tick=False) as clock:
        challenge = ask()
        queued = telling.send_code(challenge, "en")
        assert (queued.to, queued.subject) == ("anna@school.example", "Your code to sign in")
        assert queued.expires_at == challenge.expires_at
        assert codes.code_of(challenge) not in queued.text + queued.html
        sent = revealed(queued.email_message())
        assert sent.body.count(codes.code_of(challenge)) == 1
        assert sent.alternatives[0].content.count(codes.code_of(challenge)) == 1
        clock.shift(600)
        late = revealed(queued.email_message())
        assert codes.code_of(challenge) not in late.body
        assert "(this code is too old)" in late.body


def test_two_tabs_with_the_same_code_one_wins(transactional_db):
    challenge = ask()
    outcomes = at_once(8, lambda: redeem(codes.code_of(challenge)))
    refused = [each for each in outcomes if each != challenge]
    assert outcomes.count(challenge) == 1
    # Five may try; the others find no tries left or a used code.
    assert {type(each) for each in refused} <= {codes.CodeUsed, codes.TooManyTries}
    assert len(refused) == 7


def test_guessing_at_once_gets_five_tries_in_all(transactional_db):
    challenge = ask()
    outcomes = at_once(12, lambda: redeem(wrong(challenge)))
    kinds = [type(each) for each in outcomes]
    assert kinds.count(codes.WrongCode) == 5
    assert kinds.count(codes.TooManyTries) == 7
    challenge.refresh_from_db()
    assert challenge.tries == 5


def test_asking_at_once_gets_three_codes_in_all(transactional_db):
    outcomes = at_once(10, ask)
    assert sum(isinstance(each, CodeChallenge) for each in outcomes) == 3
    assert sum(isinstance(each, TooMany) for each in outcomes) == 7


def at_once(number, do):
    """What `do()` returned or refused in as many threads, each with its own connection."""
    ready = threading.Barrier(number)
    outcomes = []

    def run():
        ready.wait()
        try:
            outcomes.append(do())
        except codes.Refused as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
