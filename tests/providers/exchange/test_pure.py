"""Forms, names of zones, recurrences, errors and what is kept: all that needs no server."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import ssl
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path

import pytest
import requests
from packaging.utils import canonicalize_name

from app.domain.connections import Lost
from app.domain.errors import AccessLost, AftaleError, Conflict, RateLimited, SignInExpired, Unreachable
from app.domain.rules import RuleError, parse_rule
from app.providers.exchange.discovery import read_answer
from app.providers.exchange.forms import Typed, problems_of, server_candidates, server_url, typed, user_candidates
from app.providers.exchange.greeting import Met
from app.providers.exchange.items import instant_of
from app.providers.exchange.keys import Keys
from app.providers.exchange.mapping import day_at
from app.providers.exchange.recurrence import rule_of, write_recurrence
from app.providers.exchange.showing import offered, only_tokens
from app.providers.exchange.token import Token
from app.providers.exchange.trust import context, session
from app.providers.exchange.waiting import asked_wait
from app.providers.exchange.worker import Broke, TookTooLong, Worker
from app.providers.exchange.xml import t
from app.providers.exchange.zones import iana_zone, windows_zone
from tests.providers.contract import all_day, at, timed
from tests.servers.ews.certificates import authority, pem

ROOT = Path(__file__).parents[3]
GOOD = {"email": "anna@example.com", "password": "x"}


# Forms


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("email", "", "missing"), ("email", "anna", "form"), ("email", "anna@", "form"), ("email", "a b@example.com", "form"),
        ("email", "anna@outlook.com", "microsoft"), ("email", "anna@firma.onmicrosoft.com", "microsoft"),
        ("password", "", "missing"), ("user", "EXAMPLE\\anna", ""), ("user", "anna@corp.local", ""), ("user", "anna", ""),
        ("user", "EXAMPLE\\", "form"), ("user", "\\anna", "form"), ("user", "a\\b\\c", "form"), ("user", "https://x", "form"),
        ("server", "mail.example.com", ""), ("server", "mail.example.com:444", ""), ("server", "192.168.1.10", ""),
        ("server", "https://mail.example.com/ews/exchange.asmx", ""), ("server", "https://[::1]:444/EWS/Exchange.asmx", ""),
        ("server", "http://mail.example.com/ews/exchange.asmx", "http"), ("server", "ftp://mail.example.com", "form"),
        ("server", "mail example com", "form"), ("server", "https://anna:x@mail.example.com", "form"),
        ("server", "https://mail.example.com:99999", "form"), ("server", "https://", "form"),
        ("server", "outlook.office365.com", "microsoft"), ("server", "https://outlook.office.com/ews", "microsoft"),
        ("version", "2016", ""), ("version", "Exchange2010_SP2", ""), ("version", "Exchange 2010 SP2", ""),
        ("version", "SE", ""), ("version", "auto", ""), ("version", "2010_SP1", "too_old"),
        ("version", "Exchange2007", "too_old"), ("version", "12", "form"), ("ca", "nothing", "not_a_certificate"),
        ("ca", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "not_a_certificate"),
        ("shared", "bo@example.com, eva@example.com", ""), ("shared", "bo", "form"),
    ],
)  # fmt: skip
def test_check_when_a_field_is_typed_then_it_says_what_is_wrong_with_it(field: str, text: str, problem: str) -> None:
    assert problems_of(GOOD | {field: text}) == ({field: problem} if problem else {})


def test_check_when_a_certificate_is_given_then_it_is_taken() -> None:
    assert problems_of(GOOD | {"ca": f"comment\n{pem(authority()[0])}"}) == {}


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("mail.example.com", "https://mail.example.com/EWS/Exchange.asmx"),
        ("MAIL.example.com:444/", "https://mail.example.com:444/EWS/Exchange.asmx"),
        ("https://mail.example.com/owa", "https://mail.example.com/EWS/Exchange.asmx"),
        ("https://mail.example.com/ews/exchange.asmx", "https://mail.example.com/ews/exchange.asmx"),
    ],
)
def test_server_when_typed_in_any_form_then_it_is_a_whole_url(text: str, url: str) -> None:
    assert server_url(text) == url


@pytest.mark.shows("CON-8")
def test_candidates_when_little_is_known_then_few_are_tried_in_a_sensible_order() -> None:
    form = typed(GOOD)
    assert user_candidates(form) == ("anna@example.com", "anna")
    assert user_candidates(replace(form, user="EXAMPLE\\anna")) == ("EXAMPLE\\anna",)
    assert server_candidates(form)[:2] == (
        "https://example.com/EWS/Exchange.asmx",
        "https://mail.example.com/EWS/Exchange.asmx",
    )
    assert "secret" not in repr(Typed("a@b.c", "secret"))


def test_keys_when_dumped_then_they_are_the_same_again_and_hide_the_password() -> None:
    keys = Keys("a@b.c", "pä$$", "a", "https://x/EWS/Exchange.asmx", "Exchange2016", (15, 2, 1, 2), "ntlm", "PEM", ("b@b.c",))
    assert Keys.load(keys.dump()) == keys
    assert "pä$$" not in repr(keys)


# What servers say


@pytest.mark.parametrize(
    ("challenge", "ways"),
    [
        ("Negotiate, NTLM, Basic realm=\"mail\"", ("negotiate", "ntlm", "basic")),
        ('Basic realm="msrpc realm", charset="utf-8"', ("basic",)),
        ("NTLM", ("ntlm",)), ('Bearer client_id="x"', ()), ("", ()), ("Digest realm=x", ()),
    ],
)  # fmt: skip
def test_challenge_when_read_then_the_safest_way_comes_first(challenge: str, ways: tuple[str, ...]) -> None:
    assert offered(challenge) == ways
    assert only_tokens(challenge) == challenge.startswith("Bearer")


@pytest.mark.parametrize(
    ("build", "wanted", "schema", "words"),
    [
        ((14, 2, 390, 3), "", "Exchange2010_SP2", "Exchange 2010 SP2 (14.2.390.3)"),
        ((15, 0, 712, 24), "", "Exchange2013", "Exchange 2013 (15.0.712.24)"),
        ((15, 0, 1497, 48), "", "Exchange2013_SP1", "Exchange 2013 (15.0.1497.48)"),
        ((15, 1, 2507, 6), "Exchange2013", "Exchange2013", "Exchange 2016 (15.1.2507.6)"),
        ((14, 3, 1, 1), "Exchange2016", "Exchange2010_SP2", "Exchange 2010 SP3 (14.3.1.1)"),
        ((15, 2, 2562, 17), "", "Exchange2016", "Exchange SE (15.2.2562.17)"),
    ],
)
def test_version_when_a_server_tells_its_build_then_the_newest_schema_that_it_knows_is_spoken(
    build: tuple[int, int, int, int], wanted: str, schema: str, words: str
) -> None:
    met = Met(build)
    assert (met.schema(wanted), met.words) == (schema, words)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"\x00\xff",
        b"<Autodiscover/>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
def test_discovery_when_the_answer_makes_no_sense_then_it_tells_nothing(body: bytes) -> None:
    told = read_answer(body)
    assert (told.urls, told.place, told.email) == ((), "", "")


def test_instants_when_written_in_any_way_then_they_are_read() -> None:
    moment = at("2026-10-20 09:00")
    for text in ("2026-10-20T07:00:00Z", "2026-10-20T07:00:00.773547500Z", "2026-10-20T09:00:00+02:00", "2026-10-20T07:00:00"):
        assert instant_of(text) == moment


@pytest.mark.shows("SYNC-2", "SYNC-3")
def test_zones_when_named_by_windows_then_the_owners_own_is_taken_if_its_clocks_are_the_same() -> None:
    assert iana_zone("Romance Standard Time") == "Europe/Paris"
    assert iana_zone("Romance Standard Time", "Europe/Copenhagen") == "Europe/Copenhagen"
    assert iana_zone("Romance Standard Time", "Europe/London") == "Europe/Paris"
    assert iana_zone("Customized Time Zone", "Europe/Copenhagen") == ""
    assert iana_zone("Europe/Oslo") == "Europe/Oslo"
    assert (windows_zone("Europe/Copenhagen"), windows_zone("Mars/Olympus")) == ("Romance Standard Time", "")


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize("zone", ["Customized Time Zone", "", "Romance Standard Time"])
@pytest.mark.parametrize("real", ["Europe/Copenhagen", "America/New_York", "Asia/Tokyo"])
def test_days_when_their_zone_is_unknown_or_wrong_then_the_midnight_tells_them(zone: str, real: str) -> None:
    assert day_at(at("2026-10-20 00:00", real), zone, "Europe/Copenhagen").isoformat() == "2026-10-20"


# Recurrences


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=5", "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
        "FREQ=MONTHLY;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;BYSETPOS=2;COUNT=4",
        "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=13", "FREQ=YEARLY;BYMONTH=10;BYDAY=TU;BYSETPOS=2", "FREQ=DAILY;UNTIL=20261101",
    ],
)  # fmt: skip
def test_recurrence_when_written_and_read_then_it_is_the_same_rule(rrule: str) -> None:
    draft = timed("k", "2026-10-13 09:00", rrule=rrule)
    first, rule = rule_of(write_recurrence(draft))
    assert first.isoformat() == "2026-10-13"
    wanted = parse_rule(rrule)
    given = replace(rule, week_start=wanted.week_start) if wanted.every != "WEEKLY" else rule
    assert given == replace(wanted, until=given.until)


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=1,7", "FREQ=DAILY;BYHOUR=9,15",
        "FREQ=HOURLY", "FREQ=YEARLY;BYWEEKNO=3", "FREQ=YEARLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=WE",
        "FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=1",
    ],
)  # fmt: skip
def test_recurrence_when_exchange_cannot_say_it_then_it_is_refused(rrule: str) -> None:
    with pytest.raises(RuleError):
        write_recurrence(timed("k", "2026-10-13 09:00", rrule=rrule))


@pytest.mark.parametrize("until", ["20261020T070000Z", "20261020T090000", "20261020"])
def test_recurrence_when_it_ends_at_a_moment_then_its_last_day_is_the_last_with_a_start(until: str) -> None:
    found = write_recurrence(timed("k", "2026-10-13 09:00", rrule=f"FREQ=DAILY;UNTIL={until}"))
    assert found[1].findtext("{*}EndDate") == "2026-10-20"
    before = write_recurrence(timed("k", "2026-10-13 09:00", rrule="FREQ=DAILY;UNTIL=20261020T065959Z"))
    assert before[1].findtext("{*}EndDate") == "2026-10-19"
    days = write_recurrence(all_day("k", "2026-10-13", rrule="FREQ=DAILY;UNTIL=20261020"))
    assert days[1].findtext("{*}EndDate") == "2026-10-20"


def test_text_when_it_holds_what_xml_cannot_then_it_is_left_out() -> None:
    assert t("Subject", text="a\x00b\x1b\ud800c\nd").text == "abc\nd"


# Errors


def test_errors_when_the_library_raises_any_of_its_own_then_it_becomes_one_of_ours() -> None:
    import exchangelib.errors

    from app.providers.exchange.errors import meaning, translated

    kinds = [each for _, each in inspect.getmembers(exchangelib.errors, inspect.isclass) if issubclass(each, Exception)]
    assert len(kinds) > 300
    for kind in kinds:
        error = kind.__new__(kind)
        error.args, error.value = ("x",), "x"
        for write in (False, True):
            if issubclass(kind, exchangelib.errors.EWSError):
                assert isinstance(meaning(error, "account", "calendar", write), AftaleError)
        with pytest.raises(AftaleError), translated("account", "calendar"):
            raise error
    meanings = {
        "UnauthorizedError": SignInExpired, "ErrorAccountDisabled": SignInExpired, "ErrorPasswordExpired": SignInExpired,
        "ErrorServerBusy": RateLimited, "ErrorTimeoutExpired": Unreachable, "TransportError": Unreachable,
        "ErrorInternalServerError": Unreachable, "ErrorMailboxMoveInProgress": Unreachable, "ErrorAccessDenied": AccessLost,
        "ErrorFolderNotFound": AccessLost, "ErrorNonExistentMailbox": AccessLost, "ErrorInvalidRequest": Unreachable,
    }  # fmt: skip
    for name, wanted in meanings.items():
        error = getattr(exchangelib.errors, name).__new__(getattr(exchangelib.errors, name))
        error.args, error.value = ("x",), "x"
        found = meaning(error, "account", "calendar")
        assert type(found) is wanted, name
        if isinstance(found, AccessLost):
            assert found.reason == (Lost.UNSHARED if name == "ErrorAccessDenied" else Lost.REMOVED)
    denied = exchangelib.errors.ErrorAccessDenied("x")
    assert isinstance(meaning(denied, "account", "calendar", write=True), Conflict)


# What is kept, and what is not


@pytest.mark.parametrize("text", ["", "0", "%%%", "e30=", "W10=", "æ", Token("c", 0, 1, 2).dump()[:-6]])
def test_token_when_it_is_none_of_ours_then_it_is_no_token(text: str) -> None:
    assert Token.load(text) is None


def test_token_when_dumped_then_it_is_the_same_again() -> None:
    token = Token("c", 1, 2, 3, "state")
    assert Token.load(token.dump()) == token


@pytest.mark.shows("CON-8")
def test_project_when_searched_then_nothing_switches_verification_off() -> None:
    doubtful = re.compile(r"NoVerifyHTTPAdapter|verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified")
    for path in (ROOT / "app" / "providers" / "exchange").rglob("*.py"):
        assert not doubtful.search(path.read_text(encoding="utf-8")), path
    for path in (ROOT / "app").rglob("*.py"):
        assert "NoVerifyHTTPAdapter" not in path.read_text(encoding="utf-8"), path


def test_environment_when_looked_at_then_nothing_in_it_replaces_urllib3() -> None:
    names = {canonicalize_name(each.name) for each in distributions()}
    assert not names & {"urllib3-future", "niquests", "caldav"}


def test_connector_when_imported_then_exchangelib_is_not_and_nothing_is_left_behind(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from app.providers.exchange.connector import Connector\n"
        "assert 'exchangelib' not in sys.modules\n"
        "Connector().check({'email': 'a@example.com', 'password': 'x', 'server': 'mail.example.com'})\n"
        "assert 'exchangelib' not in sys.modules\n"
        "import app.providers.exchange.mailbox\n"
        "assert 'exchangelib' in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={"TMPDIR": str(tmp_path), "PATH": ""}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    assert not list(Path(tempfile.gettempdir()).glob("exchangelib.*"))


def test_loggers_when_the_library_is_loaded_then_they_tell_nothing() -> None:
    import app.providers.exchange.calls  # noqa: F401

    for name in ("exchangelib.util", "exchangelib.protocol", "exchangelib.util.xml", "spnego"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


# The account's thread


def refuse(error: Exception) -> None:
    raise error


class Line:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.anyio
async def test_worker_when_calls_come_then_they_run_in_turn_over_one_line() -> None:
    lines: list[Line] = []

    def opened() -> Line:
        lines.append(Line())
        return lines[-1]

    worker = Worker("w", opened)
    found = await asyncio.gather(*(worker.run(lambda line, number=number: (line, number)) for number in range(20)))  # type: ignore[misc]
    assert [number for _, number in found] == list(range(20))
    assert {line for line, _ in found} == {lines[0]}
    with pytest.raises(Broke, match="ZeroDivisionError") as broke:
        await worker.run(lambda _line: 1 / 0)
    assert isinstance(broke.value.__cause__, ZeroDivisionError)
    with pytest.raises(RateLimited):
        await worker.run(lambda _line: refuse(RateLimited("account", 3)))
    worker.close()


@pytest.mark.anyio
async def test_worker_when_the_server_goes_on_answering_then_a_long_call_is_not_given_up_at_once() -> None:
    import threading

    worker = Worker("w", Line, limit=0.4)
    pause = threading.Event()

    def long(beats: int) -> int:
        for _ in range(beats):
            pause.wait(0.1)
            worker.beat()
        return beats

    assert await worker.run(lambda _line: long(6)) == 6
    with pytest.raises(TookTooLong):
        await worker.run(lambda _line: long(60))
    with pytest.raises(Broke):
        await worker.run(lambda _line: next(iter(())))
    pause.set()
    worker.close()


@pytest.mark.anyio
async def test_worker_when_a_call_takes_too_long_then_another_thread_goes_on() -> None:
    import threading

    gate, lines = threading.Event(), list[Line]()

    def opened() -> Line:
        lines.append(Line())
        return lines[-1]

    worker = Worker("w", opened, limit=0.1)
    with pytest.raises(TookTooLong):
        await worker.run(lambda _line: gate.wait(10))
    assert await worker.run(lambda line: line) is lines[1]
    gate.set()
    while not lines[0].closed:
        await asyncio.sleep(0.01)
    assert not lines[1].closed
    worker.close()


@pytest.mark.shows("R14")
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None), ({"Retry-After": "17"}, 17.0), ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT"}, None),
        ({"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT", "Date": "Tue, 24 Nov 2026 12:00:00 GMT"}, 30.0),
    ],
)  # fmt: skip
def test_wait_when_a_server_asks_for_it_then_it_is_told_in_seconds(headers: dict[str, str], wait: float | None) -> None:
    assert asked_wait(headers) == wait


@pytest.mark.shows("CON-8")
def test_session_when_made_for_a_server_then_it_speaks_to_no_other_and_never_over_http() -> None:
    http = session("https://mail.example.com/EWS/Exchange.asmx")
    for url in ("http://mail.example.com/EWS/Exchange.asmx", "https://other.example.com/", "https://mail.example.com:444/"):
        with pytest.raises(requests.exceptions.InvalidSchema):
            http.post(url, data=b"")
    assert context().minimum_version == ssl.TLSVersion.TLSv1_2
    assert context().verify_mode == ssl.CERT_REQUIRED
