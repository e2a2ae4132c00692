"""How one gets into the Exchange of the tests: passwords, releases, certificates, and how a mailbox is found."""

from __future__ import annotations

import base64
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
from exchangelib import BASIC, NTLM, Version
from exchangelib.errors import UnauthorizedError
from exchangelib.protocol import Protocol, close_connections
from requests_ntlm import HttpNtlmAuth

from tests.servers.ews.authentication import SIGNATURE, proves
from tests.servers.ews.autodiscover import POX_ANSWER, POX_REQUEST, Discovery, What
from tests.servers.ews.certificates import Tls
from tests.servers.ews.driving import ANNA, PASSWORD, Caller, Told, account, at, by_id, configuration
from tests.servers.ews.faults import Kind
from tests.servers.ews.serving import EwsServer, serving
from tests.servers.ews.silence import mute
from tests.servers.ews.versions import RELEASES

CONVERT = (
    '<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Id="DUMMY" Format="EwsId" Mailbox="DUMMY"/>'
    "</m:SourceIds></m:ConvertId>"
)
OTHER = "anna.holm@example.com"


@pytest.fixture(scope="module")
def running() -> Iterator[EwsServer]:
    with serving() as server:
        yield server
        close_connections()


@pytest.fixture
def server(running: EwsServer) -> EwsServer:
    """As it is at first: one person, everything offered."""
    running.service.users.clear()
    running.service.folders.clear()
    running.service.discoveries.clear()
    running.service.offers, running.service.elsewhere = ("Negotiate", "NTLM", "Basic"), ""
    running.service.become("2019")
    running.service.add_user(ANNA, "Anna Holm")
    return running


# Passwords


@pytest.mark.parametrize(
    ("login", "password", "status"),
    [(ANNA, PASSWORD, 200), ("ANNA@EXAMPLE.COM", PASSWORD, 200), ("EXAMPLE\\anna", PASSWORD, 200), ("anna", PASSWORD, 401),
     (ANNA, "wrong", 401), ("nobody@example.com", PASSWORD, 401), ("", "", 401)],
)  # fmt: skip
def test_basic_when_user_and_password_fit_then_one_is_in(server: EwsServer, login: str, password: str, status: int) -> None:
    told = Caller(server, login, password)(CONVERT)
    assert told.status == status
    if status == 401:
        assert told.headers.get_list("www-authenticate") == ["Negotiate", "NTLM", 'Basic realm="mail.example.com"']


@pytest.mark.parametrize(
    ("login", "password", "fine"),
    [(ANNA, PASSWORD, True), ("EXAMPLE\\anna", PASSWORD, True), ("OTHER\\anna", PASSWORD, False), (ANNA, "wrong", False)],
)
def test_ntlm_when_user_and_password_fit_then_the_connection_is_signed_in(
    server: EwsServer, login: str, password: str, fine: bool
) -> None:
    def ask() -> tuple[str, str]:
        return account(server, ANNA, login, password, auth_type=NTLM).calendar.name, login

    if fine:
        assert ask() == ("Calendar", login)
    else:
        with pytest.raises(UnauthorizedError):
            ask()


def test_ntlm_when_a_connection_is_signed_in_then_it_stays_so_until_the_password_changes(server: EwsServer) -> None:
    with requests.Session() as session:
        session.auth = HttpNtlmAuth(ANNA, PASSWORD)
        legs = [len(session.get(server.url, timeout=10).history) for _ in range(3)]
        assert legs == [2, 0, 0]
        server.service.set_password(ANNA, "another one")
        assert session.get(server.url, timeout=10).status_code == 401


@pytest.mark.parametrize(("bound", "status"), [(True, 200), (False, 401)])
def test_ntlm_when_it_is_not_bound_to_the_certificate_then_it_is_refused(tmp_path: Path, bound: bool, status: int) -> None:
    with serving(tls=True) as server, requests.Session() as session:
        server.service.add_user(ANNA)
        authority = tmp_path / "ca.pem"
        authority.write_text(server.ca, encoding="ascii")
        session.auth = HttpNtlmAuth(ANNA, PASSWORD, send_cbt=bound)
        assert session.get(server.url, timeout=10, verify=str(authority)).status_code == status


def test_ntlm_when_it_is_version_1_then_it_is_refused() -> None:
    assert not proves(bytes(24), bytes(8), ("", "anna"), PASSWORD)


def test_ntlm_when_legs_are_left_out_or_broken_then_it_is_refused(server: EwsServer) -> None:
    third = SIGNATURE + struct.pack("<I", 3)
    for message in (b"nonsense", SIGNATURE, third, third + bytes(80)):
        header = {"Authorization": "NTLM " + base64.b64encode(message).decode()}
        assert httpx2.get(server.url, headers=header, timeout=10).status_code == 401


def test_password_when_it_changes_while_in_use_then_the_next_call_is_refused(server: EwsServer) -> None:
    call = Caller(server)
    assert call(CONVERT).status == 200
    server.service.set_password(ANNA, "another one")
    assert call(CONVERT).status == 401
    with pytest.raises(UnauthorizedError):
        account(server).calendar  # noqa: B018


def test_sign_in_when_only_bearer_is_offered_then_passwords_are_of_no_use(server: EwsServer) -> None:
    server.service.offers = ("Bearer",)
    told = Caller(server)(CONVERT)
    assert (told.status, "Modern Auth" in told.headers["ms-diagnostics-public"]) == (401, True)
    assert [each.split(" ")[0] for each in told.headers.get_list("www-authenticate")] == ["Bearer"]


def test_sign_in_when_ews_is_blocked_then_it_is_forbidden(server: EwsServer) -> None:
    server.service.users[ANNA].blocked = True
    assert Caller(server)(CONVERT).status == 403


def test_way_when_not_given_then_it_is_found_by_the_challenge(server: EwsServer) -> None:
    assert Protocol(config=configuration(server, auth_type=None)).get_auth_type() == NTLM
    server.service.offers = ("Basic",)
    assert Protocol(config=configuration(server, auth_type=None)).get_auth_type() == BASIC


# Releases


@pytest.mark.parametrize("release", [name for name in RELEASES if not name.startswith("2007")])
def test_release_when_it_is_guessed_then_it_is_what_the_server_is(server: EwsServer, release: str) -> None:
    server.service.become(release)
    with server.unrecorded():
        version = Version.guess(Protocol(config=configuration(server, version=None)))
    known = RELEASES[release]
    told = (version.build.major_version, version.build.minor_version, version.build.major_build)
    assert told == (known.major, known.minor, known.build)
    assert version.api_version == known.newest


@pytest.mark.parametrize(
    ("release", "schema", "fine"),
    [("2010_SP2", "Exchange2010_SP2", True), ("2010_SP2", "Exchange2013", False), ("2010_SP1", "Exchange2010_SP2", False),
     ("2013", "Exchange2010_SP2", True), ("SE", "Exchange2016", True), ("SE", "Exchange2019", False)],
)  # fmt: skip
def test_schema_when_the_release_does_not_know_it_then_it_is_refused_with_a_fault(
    server: EwsServer, release: str, schema: str, fine: bool
) -> None:
    server.service.become(release)
    with server.unrecorded():
        told = Caller(server, version=schema)(CONVERT)
    assert (told.status, told.code) == ((200, "ErrorInvalidIdMalformed") if fine else (500, "ErrorInvalidServerVersion"))


def test_release_when_it_is_older_than_2010_then_clients_can_tell(server: EwsServer) -> None:
    server.service.become("2007_SP1")
    told = Caller(server, version="Exchange2007_SP1")(CONVERT)
    assert told.root.find("{*}Header/{*}ServerVersionInfo").get("MajorVersion") == "8"


def test_event_when_written_in_the_dialect_of_2010_then_newer_properties_are_not_known(server: EwsServer) -> None:
    server.service.become("2010_SP2")
    call, calendar = Caller(server, version="Exchange2010_SP2"), server.service.default(ANNA)
    assert call.create(calendar.id).code == "NoError"
    assert call.view(calendar.id).code == "NoError"
    assert call.get_folder(by_id(calendar.id)).find("t:DistinguishedFolderId") is None
    (made,) = call.view(calendar.id).all("t:ItemId", "Id")
    shape = (
        "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        '<t:FieldURI FieldURI="item:TextBody"/></t:AdditionalProperties></m:ItemShape>'
    )
    told = call(f'<m:GetItem>{shape}<m:ItemIds><t:ItemId Id="{made}"/></m:ItemIds></m:GetItem>')
    assert (told.status, told.code) == (500, "ErrorSchemaValidation")


def test_event_when_written_in_the_dialect_of_2007_then_it_has_the_meetings_zone(server: EwsServer) -> None:
    server.service.become("2007_SP1")
    calendar = server.service.default(ANNA)
    start = "<t:Start>2026-10-20T09:00:00</t:Start><t:End>2026-10-20T10:00:00</t:End><t:IsAllDayEvent>false</t:IsAllDayEvent>"
    zone = '<t:MeetingTimeZone TimeZoneName="Romance Standard Time"/>'
    call = Caller(server, version="Exchange2007_SP1")
    assert call.create(calendar.id, f"<t:CalendarItem>{start}{zone}</t:CalendarItem>").code == "NoError"
    (kept,) = calendar.items.values()
    assert (kept["StartTimeZone"], kept["Start"]) == ("Romance Standard Time", int(at(20, 11).timestamp()))
    shown = '<t:FieldURI FieldURI="calendar:MeetingTimeZone"/>'
    shape = f"<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>{shown}</t:AdditionalProperties>"
    (made,) = call.view(calendar.id).all("t:ItemId", "Id")
    ids = f'<m:ItemIds><t:ItemId Id="{made}"/></m:ItemIds>'
    told = call(f"<m:GetItem><m:ItemShape>{shape}</m:ItemShape>{ids}</m:GetItem>")
    assert told.all("t:MeetingTimeZone", "TimeZoneName") == ["Romance Standard Time"]


# Certificates


@pytest.mark.parametrize(
    ("kind", "trusting", "reason"),
    [(Tls.GOOD, True, ""), (Tls.GOOD, False, "unable to get local issuer"), (Tls.STRANGER, True, "unable to get local issuer"),
     (Tls.SELF_SIGNED, True, "self-signed"), (Tls.OTHER_NAME, True, "Hostname mismatch"), (Tls.EXPIRED, True, "has expired"),
     (Tls.NOT_YET, True, "not yet valid")],
)  # fmt: skip
def test_certificate_when_something_is_wrong_with_it_then_a_client_learns_what(kind: Tls, trusting: bool, reason: str) -> None:
    with serving(tls=kind) as server:
        context = ssl.create_default_context(cadata=server.ca if trusting else None)
        if reason:
            with pytest.raises(httpx2.ConnectError, match=reason):
                httpx2.get(server.url, verify=context, timeout=10)
        else:
            assert httpx2.get(server.url, verify=context, timeout=10).status_code == 401


# Silence


def test_server_when_it_says_nothing_then_a_client_waits_in_vain(server: EwsServer) -> None:
    with mute() as port, pytest.raises(httpx2.ReadTimeout):
        httpx2.get(f"http://127.0.0.1:{port}/EWS/Exchange.asmx", timeout=0.3)
    server.silent.set()
    try:
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.get(server.url, timeout=0.3)
    finally:
        server.silent.clear()
    assert httpx2.get(server.url, timeout=5).status_code == 401


@pytest.mark.parametrize("kind", [Kind.NOTHING, Kind.DRIP])
def test_answer_when_it_never_ends_then_the_server_still_does(kind: Kind) -> None:
    begun = time.monotonic()
    with serving() as server:
        server.service.add_user(ANNA)
        server.service.users[ANNA].faults.add(kind)
        call = Caller(server, timeout=0.5)
        if kind is Kind.NOTHING:
            with pytest.raises(httpx2.ReadTimeout):
                call(CONVERT)
        else:
            with httpx2.stream(
                "POST", server.url, content=call.envelope(CONVERT), auth=(ANNA, PASSWORD), timeout=0.5
            ) as answer:
                pieces = answer.iter_text()
                assert next(pieces).startswith("<?xml")
                assert [next(pieces).strip() for _ in range(3)] == [""] * 3
    assert time.monotonic() - begun < 8


# Autodiscover


def pox(server: EwsServer, email: str = ANNA, **more: Any) -> Told:
    wanted = f"<AcceptableResponseSchema>{POX_ANSWER}</AcceptableResponseSchema>"
    request = f"<Request><EMailAddress>{email}</EMailAddress>{wanted}</Request>"
    return Caller(server, **more).post(
        f'<Autodiscover xmlns="{POX_REQUEST}">{request}</Autodiscover>', f"{server.base}/autodiscover/autodiscover.xml"
    )


@pytest.mark.parametrize(
    ("discovery", "path", "expected"),
    [
        (None, "EwsUrl", "{base}/EWS/Exchange.asmx"),
        (Discovery(What.SETTINGS, "https://mail2.example.com/EWS/Exchange.asmx"), "EwsUrl",
         "https://mail2.example.com/EWS/Exchange.asmx"),
        (Discovery(What.ADDRESS, OTHER), "RedirectAddr", OTHER),
        (Discovery(What.UNKNOWN), "ErrorCode", "500"),
        (Discovery(What.WRONG), "EwsUrl", None),
    ],
)  # fmt: skip
def test_pox_when_asked_then_it_tells_where_the_mailbox_is(
    server: EwsServer, discovery: Discovery | None, path: str, expected: str | None
) -> None:
    if discovery:
        server.service.discoveries["example.com"] = discovery
    told = pox(server)
    found = told.root.find(f".//{{*}}{path}")
    assert (told.status, None if found is None else found.text) == (200, expected and expected.format(base=server.base))


def test_pox_when_nothing_is_there_or_elsewhere_then_the_status_says_so(server: EwsServer) -> None:
    server.service.discoveries[ANNA] = Discovery(What.MISSING)
    assert pox(server).status == 404
    server.service.discoveries[ANNA] = Discovery(What.URL, "https://elsewhere.example/autodiscover/autodiscover.xml")
    told = pox(server)
    assert (told.status, told.headers["location"]) == (302, "https://elsewhere.example/autodiscover/autodiscover.xml")
    assert pox(server, password="wrong").status == 401
    server.service.elsewhere = "https://elsewhere.example/autodiscover/autodiscover.xml"
    plain = httpx2.get(f"{server.base}/autodiscover/autodiscover.xml", timeout=10)
    assert (plain.status_code, plain.headers["location"]) == (302, server.service.elsewhere)
    assert pox(server, "no address").root.find(".//{*}ErrorCode").text == "500"


@pytest.mark.parametrize(
    ("discovery", "code", "target"),
    [(None, None, None), (Discovery(What.ADDRESS, OTHER), None, OTHER),
     (Discovery(What.URL, "https://elsewhere.example/autodiscover/autodiscover.svc"), None,
      "https://elsewhere.example/autodiscover/autodiscover.svc"),
     (Discovery(What.UNKNOWN), "InvalidUser", None)],
)  # fmt: skip
def test_soap_autodiscover_when_exchangelib_asks_then_it_understands(
    server: EwsServer, discovery: Discovery | None, code: str | None, target: str | None
) -> None:
    from exchangelib.autodiscover.protocol import AutodiscoverProtocol

    if discovery:
        server.service.discoveries[ANNA] = discovery
    config = configuration(server)
    config.service_endpoint = f"{server.base}/autodiscover/autodiscover.svc"
    protocol = AutodiscoverProtocol(config=config)
    answer = protocol.get_user_settings(ANNA, ["external_ews_url", "ews_supported_schemas", "auto_discover_smtp_address"])
    assert answer.error_code == code
    assert (answer.redirect_address or answer.redirect_url) == target
    if discovery is None:
        assert (answer.ews_url, answer.autodiscover_smtp_address) == (server.url, ANNA)
        assert answer.version.api_version == "Exchange2016"
    protocol.close()
