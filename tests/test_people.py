"""Accounts, sessions, lock-out and one-time links, on both kinds of database."""

import datetime as dt
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as some

from geo import cli
from geo.auth import Actor, AuthError, Role, Rules
from geo.errors import KhuCumError, UsageError
from geo.i18n import catalogue, t
from geo.people import COMMAND_LINE, People, SignInError, Visit, guesses, passwords
from geo.people.passwords import Passwords
from geo.settings import Settings
from geo.store import schema
from geo.store.database import StoreError, database_url, open_engine
from tests.conftest import ROOT

URL = "https://khucum.example/so"
HERE, THERE = "203.0.113.5", "198.51.100.77"
GOOD, OTHER = "chè xanh Tân Cương", "đồi cọ sông Cầu"


class Clock:
    def __init__(self):
        self.now = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)

    def __call__(self):
        return self.now

    def pass_by(self, **length):
        self.now += dt.timedelta(**length)


class CountingPasswords(Passwords):
    """The real thing with cheap parameters; counts what it computes."""

    def __init__(self):
        super().__init__(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        self.compared = 0

    def matches(self, kept, password):
        self.compared += 1
        return super().matches(kept, password)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hashing():
    return CountingPasswords()


@pytest.fixture
def people(engine, clock, hashing):
    return People(engine, Rules(), now=clock, hashing=hashing)


def token_of(link):
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.fixture
def admin(people):
    """The first administrator, signed in."""
    link = people.first_admin_link(URL)
    return people.use_link(token_of(link), GOOD, HERE, login="Quản.Trị", name="Quản  Trị")


@pytest.fixture
def lan(people, admin):
    """An editor of Thái Nguyên with a password."""
    link = people.add_user(admin.actor, "lan", "Nguyễn Lan", Role.EDITOR, ["19"], URL)
    return people.use_link(token_of(link), GOOD, HERE)


def code_of(call, *arguments, **options):
    with pytest.raises(KhuCumError) as caught:
        call(*arguments, **options)
    return caught.value.code


# First start


def test_the_first_administrator_is_made_by_a_link_that_works_once(people, admin):
    assert admin.actor == Actor("quản.trị", "Quản Trị", Role.ADMIN)
    assert people.visit(admin.cookie).actor == admin.actor
    assert people.first_admin_link(URL) is None
    assert [user.login for user in people.users(admin.actor)] == ["quản.trị"]


def test_the_link_is_replaced_at_each_start_and_ends_after_a_day(people, clock):
    old, new = people.first_admin_link(URL), people.first_admin_link(URL)
    assert new.startswith(f"{URL}/auth/set?token=")
    assert code_of(people.link, token_of(old)) == "people.link_gone"
    assert people.link(token_of(new)).login == ""
    clock.pass_by(hours=24)
    assert code_of(people.link, token_of(new)) == "people.link_gone"
    assert code_of(people.link, "") == "people.link_gone"


def test_of_two_at_once_one_becomes_the_first_administrator(people):
    token = token_of(people.first_admin_link(URL))
    barrier = threading.Barrier(4)

    def take(number):
        barrier.wait()
        try:
            return people.use_link(token, GOOD, HERE, login=f"nguoi{number}", name="N").actor.login
        except UsageError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(take, range(4)))
    assert results.count("people.link_gone") == 3
    assert [user.login for user in people.users(COMMAND_LINE)] == [
        result for result in results if result != "people.link_gone"
    ]


def test_a_link_given_out_before_there_was_an_administrator_is_dead_afterwards(people, engine):
    token = token_of(people.first_admin_link(URL))
    people.add_user(COMMAND_LINE, "minh", "Minh", Role.ADMIN, None, URL)
    assert code_of(people.use_link, token, GOOD, HERE, login="ke", name="K") == "people.link_gone"


# Sessions


def test_only_digests_are_kept(people, admin, lan, engine):
    with engine.connect() as connection:
        kept = " ".join(
            str(row)
            for name in ("users", "sessions", "tokens", "events", "attempts")
            for row in connection.execute(sa.select(schema.metadata.tables[name]))
        )
    assert lan.cookie.partition(".")[0] not in kept
    assert GOOD not in kept
    assert "$argon2id$" in kept


def test_signing_in_ends_the_session_that_the_browser_came_with(people, lan):
    again = people.sign_in("LAN ", GOOD, HERE, cookie=lan.cookie)
    assert again.cookie != lan.cookie
    assert people.visit(lan.cookie).actor.login == ""
    assert people.visit(again.cookie).actor == Actor(
        "lan", "Nguyễn Lan", Role.EDITOR, frozenset({"19"})
    )


def test_a_cookie_copied_before_the_sign_out_is_refused_after_it(people, lan, clock):
    people.sign_out(lan.cookie)
    assert people.visit(lan.cookie) == Visit()
    clock.pass_by(days=200)
    assert people.visit(lan.cookie) == Visit()


@pytest.mark.parametrize("hours", [1, 6, 11])
def test_a_session_in_use_goes_on_and_an_idle_one_ends(people, lan, clock, hours):
    for _ in range(4):
        clock.pass_by(hours=hours)
        assert people.visit(lan.cookie).actor.login == "lan"
    clock.pass_by(hours=12)
    assert people.visit(lan.cookie).actor.login == ""


def test_no_session_lives_longer_than_a_month(people, lan, clock):
    for _ in range(66):
        clock.pass_by(hours=11)
        people.visit(lan.cookie)
    assert not people.visit(lan.cookie).actor.signed_in


def test_a_forged_cookie_is_refused_without_asking_the_database(people, lan, engine):
    people.visit(lan.cookie)
    asked = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    secret, _, signature = lan.cookie.rpartition(".")
    swapped = signature[:-2] + signature[-1] + ("A" if signature[-2] != "A" else "B")
    for forged in (
        secret,
        f"{secret}.",
        f"{secret}.{swapped}",
        f"{secret[:-1]}.{signature}",
        f"{secret}.{people.form_token(secret)}",  # signed, for another purpose
        lan.device,
        "a.b",
        "é\0." * 100,
    ):
        assert people.visit(forged) == Visit()
    assert asked == []
    assert people.visit(lan.cookie).actor.login == "lan"
    assert asked


@given(some.text(max_size=200))
def test_no_text_is_a_session(text):
    assert _MEMORY.visit(text) == Visit()


def _in_memory():
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    schema.metadata.create_all(engine)
    return People(engine, Rules(), hashing=CountingPasswords())


_MEMORY = _in_memory()


def test_signing_out_everywhere_ends_all_sessions_of_that_person_only(people, admin, lan):
    second = people.sign_in("lan", GOOD, THERE)
    people.sign_out_everywhere(people.visit(second.cookie))
    assert not people.visit(lan.cookie).session
    assert not people.visit(second.cookie).session
    assert people.visit(admin.cookie).actor == admin.actor
    assert code_of(people.sign_out_everywhere, Visit()) == "auth.sign_in"


def test_a_new_password_ends_all_other_sessions(people, lan):
    elsewhere = people.sign_in("lan", GOOD, THERE)
    here = people.visit(lan.cookie)
    assert code_of(people.change_password, here, OTHER, OTHER) == "people.wrong_current"
    assert code_of(people.change_password, here, GOOD, "lan" * 3) == "people.password_short"
    new = people.change_password(here, GOOD, OTHER)
    assert people.visit(new.cookie).actor.login == "lan"
    assert not people.visit(lan.cookie).session
    assert not people.visit(elsewhere.cookie).session
    assert code_of(people.sign_in, "lan", GOOD, THERE) == "people.wrong"
    assert people.sign_in("lan", OTHER, THERE).actor.login == "lan"


def test_whoever_found_an_open_session_cannot_guess_the_password_there(people, lan, hashing):
    here = people.visit(lan.cookie)
    codes = [code_of(people.change_password, here, f"{OTHER}{n}", OTHER) for n in range(50)]
    assert codes == ["people.wrong_current"] * 5 + ["people.locked"] * 45


def test_shutting_a_person_out_works_at_once_for_session_password_and_link(people, admin, lan):
    people.disable(admin.actor, "lan")
    assert not people.visit(lan.cookie).session
    assert code_of(people.sign_in, "lan", GOOD, HERE) == "people.wrong"
    assert code_of(people.reset, admin.actor, "lan", URL) == "people.disabled"
    people.enable(admin.actor, "lan")
    assert not people.visit(lan.cookie).session  # the old session stays ended
    assert people.sign_in("lan", GOOD, HERE).actor.login == "lan"


def test_a_reset_takes_the_password_away_until_the_link_is_used(people, admin, lan):
    link = people.reset(admin.actor, "lan", URL)
    assert not people.visit(lan.cookie).session
    assert code_of(people.sign_in, "lan", GOOD, HERE) == "people.wrong"
    assert people.link(token_of(link)).login == "lan"
    assert code_of(people.use_link, token_of(link), "1234567890", HERE) == "people.password_common"
    assert people.use_link(token_of(link), OTHER, HERE).actor.login == "lan"
    assert code_of(people.use_link, token_of(link), OTHER, HERE) == "people.link_gone"


def test_rights_change_from_the_next_click_on(people, admin, lan):
    people.change_user(admin.actor, "lan", name="Lan", role=Role.APPROVER, provinces=None)
    assert people.visit(lan.cookie).actor == Actor("lan", "Lan", Role.APPROVER)


# Guessing


def refusals(people, times, login="lan", address=HERE, **more):
    return [code_of(people.sign_in, login, f"guess {n}", address, **more) for n in range(times)]


def test_ten_thousand_guesses_from_one_address_are_refused_and_cost_nothing(
    people, lan, hashing, engine
):
    hashing.compared = 0
    writes = []
    sa.event.listen(
        engine,
        "before_cursor_execute",
        lambda *args: writes.append(args[2]) if args[2].startswith(("INSERT", "UPDATE")) else None,
    )
    codes = refusals(people, 10_000)
    assert codes[:5] == ["people.wrong"] * 5
    assert set(codes[5:]) == {"people.locked"}
    assert hashing.compared == 5
    assert len(writes) < 100
    assert code_of(people.sign_in, "lan", GOOD, HERE) == "people.locked"


def test_guesses_at_the_same_moment_are_counted_too(people, lan, hashing):
    hashing.compared = 0
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: refusals(people, 5), range(8)))
    assert [code for some in codes for code in some].count("people.wrong") == 5
    assert hashing.compared == 5


def test_guesses_from_many_addresses_are_slowed_down_together(people, lan, clock, hashing):
    hashing.compared = 0
    for number in range(2000):
        refusals(people, 1, address=f"10.{number // 250}.{number % 250}.9")
        clock.pass_by(seconds=25)  # 14 hours in all
    assert hashing.compared < 20 + 14 * 12 + 5


def test_many_logins_from_one_address_are_slowed_down(people, hashing):
    hashing.compared = 0
    for number in range(500):
        refusals(people, 1, login=f"nguoi{number}")
    assert hashing.compared == 50


def test_the_network_of_an_ipv6_address_counts_as_one(people, lan):
    codes = [refusals(people, 1, address=f"2001:db8:1:2::{number:x}")[0] for number in range(1, 10)]
    assert codes == ["people.wrong"] * 5 + ["people.locked"] * 4
    assert refusals(people, 1, address="2001:db8:1:3::1") == ["people.wrong"]


def test_the_person_guessed_at_still_comes_in(people, lan, clock):
    for number in range(300):
        refusals(people, 1, address=f"10.0.{number}.1")
    assert code_of(people.sign_in, "lan", GOOD, THERE) == "people.locked"
    # a browser used before is not held up by others, and its owner's success forgives nobody else
    mine = people.sign_in("lan", GOOD, THERE, device=lan.device)
    assert people.visit(mine.cookie).actor.login == "lan"
    # and anywhere else the wait is minutes, however long the attack goes on
    clock.pass_by(minutes=5)
    assert people.sign_in("lan", GOOD, THERE).actor.login == "lan"


def test_a_device_cookie_helps_its_owner_only_and_not_for_ever(people, admin, lan, hashing):
    hashing.compared = 0
    codes = refusals(people, 30, device=lan.device)
    assert codes == ["people.wrong"] * 10 + ["people.locked"] * 20
    assert refusals(people, 30, "quản.trị", THERE, device=lan.device).count("people.wrong") == 5


def test_the_delay_doubles_and_is_forgotten_after_a_day(people, lan, clock):
    refusals(people, 5)
    waits = []
    for _ in range(9):
        with pytest.raises(SignInError) as caught:
            people.sign_in("lan", GOOD, HERE)
        waits.append(caught.value.params["minutes"])
        clock.pass_by(minutes=waits[-1])
        refusals(people, 1)
    assert waits == [1, 1, 2, 4, 8, 16, 32, 60, 60]
    clock.pass_by(hours=25)
    assert refusals(people, 5) == ["people.wrong"] * 5


def test_success_forgives_the_failures_before_it(people, lan):
    for _ in range(20):
        assert refusals(people, 4) == ["people.wrong"] * 4
        people.sign_in("lan", GOOD, HERE)


@pytest.mark.parametrize(
    "login", ["khong-co", "tat", "lan", "chua-dat", "<script>", "", "x" * 9000]
)
def test_no_answer_tells_whether_an_account_exists(people, admin, lan, login, hashing):
    people.add_user(admin.actor, "chua-dat", "Chưa đặt", Role.EDITOR, None, URL)
    link = people.add_user(admin.actor, "tat", "Tắt", Role.EDITOR, None, URL)
    people.use_link(token_of(link), GOOD, HERE)
    people.disable(admin.actor, "tat")
    hashing.compared = 0
    with pytest.raises(SignInError) as caught:
        people.sign_in(login, OTHER, THERE)
    assert (caught.value.code, caught.value.params) == ("people.wrong", {})
    assert hashing.compared == 1  # as long for all
    assert refusals(people, 5, login, THERE)[-1] == "people.locked"


def test_an_unknown_login_is_compared_with_a_stand_in_that_nothing_matches():
    real = Passwords()
    assert not real.matches(None, OTHER)
    assert not real.matches(None, "nobody")  # not even with what the stand-in was made of
    assert real.matches(real.hash(GOOD), GOOD)


# Login names and passwords


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lan", "lan"),
        (" nguyen.van-an_2@tinh ", "nguyen.van-an_2@tinh"),
        ("Tha\u0301i", "thái"),
        ("ĐỨC", "đức"),
        ("19", "19"),
    ],
)
def test_logins_are_kept_in_one_form(typed, kept):
    assert passwords.login_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "a", "x" * 65, ".lan", "l an", "lan\n1", "аdmin", "lan<b>", "(command line)", "ⅼan",
     "a\0b", "lan/..", "😀😀"],
)  # fmt: skip
def test_other_logins_are_refused(typed):
    assert code_of(passwords.login_name, typed) == "people.login_form"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ngắn quá", "people.password_short"),
        ("x" * 501, "people.password_long"),
        ("Nguyen.Van.An", "people.password_login"),
        ("Password123", "people.password_common"),
        ("aaaaaaaaaaaaaaa", "people.password_common"),
        ("1234567890", "people.password_common"),
    ],
)
def test_weak_passwords_are_refused(password, code):
    assert code_of(passwords.check, password, "nguyen.van.an") == code


def test_a_password_needs_no_signs_and_no_capitals():
    assert passwords.check("chexanhtancuong", "lan") == "chexanhtancuong"
    assert all(len(one) >= passwords.SHORTEST for one in passwords.COMMONEST)


def test_a_password_is_the_same_in_every_unicode_form(people, lan):
    decomposed = "che\u0300 xanh Ta\u0302n Cu\u031bo\u031bng"
    assert decomposed != GOOD
    assert people.sign_in("lan", decomposed, HERE).actor.login == "lan"


# What administrators do


def test_only_administrators_manage_people(people, lan):
    for call, arguments in (
        (people.users, ()),
        (people.events, ()),
        (people.add_user, ("moi", "Mới", Role.ADMIN, None, URL)),
        (people.disable, ("quản.trị",)),
        (people.enable, ("quản.trị",)),
        (people.reset, ("quản.trị", URL)),
    ):
        assert code_of(call, lan.actor, *arguments) == "auth.needs_admin"
    with pytest.raises(AuthError):
        people.change_user(lan.actor, "lan", name="Lan", role=Role.ADMIN, provinces=None)


def test_the_last_administrator_can_neither_go_nor_be_demoted(people, admin, lan):
    login = admin.actor.login
    assert code_of(people.disable, admin.actor, login) == "people.last_admin"
    demotion = {"name": "Q", "role": Role.EDITOR, "provinces": None}
    assert code_of(people.change_user, admin.actor, login, **demotion) == "people.last_admin"
    assert people.visit(admin.cookie).actor == admin.actor
    people.change_user(admin.actor, "lan", name="Lan", role=Role.ADMIN, provinces=None)
    people.disable(admin.actor, login)
    assert not people.visit(admin.cookie).session


def test_a_login_is_given_once(people, admin, lan):
    add = people.add_user
    assert code_of(add, admin.actor, "LAN", "L", Role.EDITOR, None, URL) == "people.login_taken"
    assert code_of(add, admin.actor, "moi", " \n", Role.EDITOR, None, URL) == "people.name_missing"
    assert code_of(people.disable, admin.actor, "ai-do") == "people.unknown"


def test_what_happens_to_accounts_is_written_down_without_secrets(people, admin, lan):
    refusals(people, 1)
    refusals(people, 1, login=GOOD)  # typed into the wrong field
    people.change_user(admin.actor, "lan", name="Lan", role=Role.APPROVER, provinces=["19", "06"])
    people.disable(admin.actor, "lan")
    people.enable(admin.actor, "lan")
    people.reset(admin.actor, "lan", URL)
    events = people.events(admin.actor)
    assert [(one.actor, one.action, one.subject) for one in reversed(events)] == [
        ("quản.trị", "user_added", "quản.trị"),
        ("quản.trị", "sign_in", "quản.trị"),
        ("quản.trị", "user_added", "lan"),
        ("lan", "password_set", "lan"),
        ("lan", "sign_in", "lan"),
        ("", "sign_in_failed", "lan"),
        ("", "sign_in_failed", "?"),
        ("quản.trị", "user_changed", "lan"),
        ("quản.trị", "user_disabled", "lan"),
        ("quản.trị", "user_enabled", "lan"),
        ("quản.trị", "user_reset", "lan"),
    ]
    changed = next(one for one in events if one.action == "user_changed").detail
    assert changed["provinces"] == ["06", "19"]
    assert changed["before"] == {"name": "Nguyễn Lan", "provinces": ["19"], "role": "editor"}
    assert "guess" not in json.dumps([one.detail for one in events])


# A provider of OpenID Connect

CLAIMS = {
    "iss": "https://id.bacninh.example",
    "sub": "248289761001",
    "iat": 1_772_000_000,
    "nonce": "n-0S6_WzA2Mj",
    "name": "Trần Minh",
    "email": "minh@bacninh.example",
    "preferred_username": "Minh.Tran",
}


def test_somebody_whom_a_provider_names_becomes_a_viewer(people, admin):
    assert people.visit(claims=CLAIMS) == Visit()  # the routes alone let nobody in
    here = people.visit(claims=CLAIMS, admit=True)
    assert here.actor.role is Role.VIEWER
    assert here.actor.login == "minh.tran@id.bacninh.example"
    assert here.actor.name == "Trần Minh (minh@bacninh.example)"
    assert people.visit(claims=CLAIMS) == here
    people.change_user(admin.actor, here.actor.login, name="Minh", role=Role.EDITOR, provinces=None)
    assert people.visit(claims=CLAIMS).actor.role is Role.EDITOR
    assert code_of(people.reset, admin.actor, here.actor.login, URL) == "people.elsewhere"
    assert code_of(people.change_password, here, GOOD, OTHER) == "people.elsewhere"


def test_a_person_is_known_by_issuer_and_subject_and_not_by_mail(people):
    first = people.visit(claims=CLAIMS, admit=True).actor
    same = people.visit(claims=CLAIMS | {"nonce": "b", "email": "new@x.example"}, admit=True).actor
    twin = people.visit(claims=CLAIMS | {"sub": "9", "nonce": "c"}, admit=True).actor
    assert same == first
    assert (twin.login, twin.role) == ("minh.tran-2@id.bacninh.example", Role.VIEWER)


def test_a_provider_cannot_name_somebody_into_an_account_of_ours(people, admin):
    claims = CLAIMS | {"preferred_username": "quản.trị", "email": "quản.trị@x", "name": "<b>"}
    actor = people.visit(claims=claims, admit=True).actor
    assert (actor.login, actor.role) == ("qun.tr@id.bacninh.example", Role.VIEWER)


def test_where_viewing_needs_an_account_a_new_person_waits(engine, clock, hashing):
    people = People(engine, Rules(sign_in_required=True), now=clock, hashing=hashing)
    assert people.visit(claims=CLAIMS, admit=True) == Visit(waiting=True)
    assert people.visit(claims=CLAIMS) == Visit(waiting=True)
    (user,) = people.users(COMMAND_LINE)
    people.enable(COMMAND_LINE, user.login)
    assert people.visit(claims=CLAIMS).actor == user.actor


def test_a_provider_cookie_copied_before_the_sign_out_is_refused_after_it(people, clock):
    people.visit(claims=CLAIMS, admit=True)
    people.sign_out("", CLAIMS)
    assert people.visit(claims=CLAIMS, admit=True) == Visit()
    clock.pass_by(days=30)
    assert people.visit(claims=CLAIMS, admit=True) == Visit()
    assert people.visit(claims=CLAIMS | {"nonce": "new"}, admit=True).actor.signed_in


# Forms, keys, speed, faults


def test_a_form_belongs_to_one_browser(people):
    token = people.form_token("mine")
    assert people.made_form("mine", token)
    assert not people.made_form("yours", token)
    assert not people.made_form("", people.form_token(""))
    assert not people.made_form("mine", "é")


def test_two_processes_sign_with_one_key(people, engine, admin):
    other = People(engine, Rules(), hashing=CountingPasswords(), now=people._now)
    assert other.visit(admin.cookie).actor == admin.actor


def test_the_key_is_made_once_however_many_ask(engine):
    made = [People(engine, Rules(), hashing=CountingPasswords()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(lambda one: one.form_token("x"), made))
    assert len(tokens) == 1


def test_a_lost_database_is_a_fault_with_a_name(people, lan, engine):
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE sessions"))
    with pytest.raises(StoreError) as caught:
        people.visit(lan.cookie)
    assert caught.value.code == "store.not_prepared"


# The command line


@pytest.fixture
def command(tmp_path, capsys, monkeypatch):
    settings = Settings(var_dir=tmp_path / "var")
    monkeypatch.setenv("KHUCUM_VAR", str(settings.var_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words):
        assert cli.main(["user", *words]) == 0
        return capsys.readouterr().out.splitlines()

    run.engine = lambda: open_engine(database_url(settings))
    return run


def test_people_are_managed_from_the_command_line(command):
    assert command("list") == [t("vi", "cli.user_none")]
    shown = command("add", "Lan", "--name", "Nguyễn Lan", "--role", "editor", "--province", "19",
                    "--url", URL)  # fmt: skip
    assert shown[-1].startswith(f"{URL}/auth/set?token=")
    (line,) = command("list")
    assert line == "lan · Nguyễn Lan · biên tập viên · tỉnh: 19 · chưa đặt mật khẩu"
    people = People(command.engine(), Rules(), hashing=CountingPasswords())
    lan = people.use_link(token_of(shown[-1]), GOOD, HERE)
    command("disable", "lan")
    assert not people.visit(lan.cookie).session
    command("enable", "lan")
    link = command("reset", "lan")[-1]
    assert link.startswith("http://localhost:")
    assert people.use_link(token_of(link), OTHER, HERE).actor.login == "lan"
    assert cli.main(["user", "add", "minh", "--province", "00"]) == 2
    assert cli.main(["user", "disable", "ai-do"]) == 2
    assert {event.actor for event in people.events(COMMAND_LINE)} == {"(command line)", "lan"}


def test_every_error_of_people_has_a_text_and_no_text_is_left_over():
    files = (*(ROOT / "geo" / "people").glob("*.py"), ROOT / "geo" / "signin.py",
             ROOT / "geo" / "cli" / "people.py")  # fmt: skip
    raised = set(re.findall(r'"(people\.[a-z_]+)"', "".join(map(Path.read_text, files))))
    texts = {key for key in catalogue("vi") if key.startswith("error.people.")}
    assert {f"error.{code}" for code in raised} == texts


def test_limits_say_what_the_documents_say():
    assert {name: limit.free for name, limit in guesses.LIMITS.items()} == {
        "pair": 5,
        "address": 50,
        "login": 20,
        "device": 10,
        "session": 5,
    }
