"""Accounts that are signed in to in a form: filled in by keyboard, refused for each reason, mended, connected."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, RateLimited, SignInFailed, Unreachable
from app.providers.base import SignedIn
from app.ui.connect.certificate import Certificate, read
from app.ui.connect.forms.caldav import Form as CalDavForm
from app.ui.connect.forms.exchange import Form as ExchangeForm
from app.ui.connect.forms.ics import Form as FeedForm
from app.ui.connect.state import Page
from app.ui.connect.steps import StepsPopover
from app.ui.widgets.buttons import plain
from tests.ui.connect.desk import JANE, Desk, InLoop, ScriptedConnector, desk
from tests.ui.connect.states import CERTIFICATE, TRIED

pytestmark = pytest.mark.qt_log_ignore("does not support raise")

FORMS = (ProviderKind.OFFICE365, ProviderKind.EXCHANGE, ProviderKind.CALDAV, ProviderKind.ICS)
PASSWORD = "correct horse"


def exchange_of(d: Desk) -> tuple[ExchangeForm, ScriptedConnector]:
    form = d.window.form.form
    assert isinstance(form, ExchangeForm)
    return form, d.connectors[ProviderKind.EXCHANGE]


async def reach_form(d: Desk, kind: ProviderKind) -> None:
    await d.open(kind)
    d.press("Continue")
    await d.reach(Page.FORM)


async def fill_exchange(d: Desk, email: str = "jane@example.com") -> tuple[ExchangeForm, ScriptedConnector]:
    """As a person does who only has a keyboard."""
    await reach_form(d, ProviderKind.EXCHANGE)
    form, connector = exchange_of(d)
    assert d.window.focusWidget() is form.email.edit
    QTest.keyClicks(form.email.edit, email)
    QTest.keyClick(form.email.edit, Qt.Key.Key_Tab)
    assert d.window.focusWidget() is form.password.edit
    QTest.keyClicks(form.password.edit, PASSWORD)
    return form, connector


async def end(d: Desk, connector: ScriptedConnector, outcome: SignedIn | Exception, *, by: str = "") -> None:
    """Sends the form (Enter, or a button), and lets the server answer."""
    asked = connector.asked
    if by:
        d.press(by)
    else:
        QTest.keyClick(d.window.focusWidget(), Qt.Key.Key_Return)
    await d.until(lambda: connector.asked == asked + 1)
    connector.answer.set_result(outcome)  # type: ignore[arg-type]
    await d.until(lambda: not d.window.state.busy)
    for _pass in range(6):
        await asyncio.sleep(0)


# Exchange


@pytest.mark.shows("CON-8", "CON-3")
def test_exchange_when_only_email_and_password_are_given_is_connected(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            assert PASSWORD not in form.password.edit.displayText()
            await end(d, exchange, JANE)
            assert exchange.client == {
                "email": "jane@example.com",
                "password": PASSWORD,
                "user": "",
                "server": "",
                "version": "",
                "ca": "",
                "shared": "",
            }
            assert d.page is Page.CONFIRM
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            assert d.connected[0].provider is ProviderKind.EXCHANGE

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_password_when_its_eye_is_pressed_can_be_read(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, _exchange = await fill_exchange(d)
            QTest.keyClick(form.password.edit, Qt.Key.Key_Tab)
            assert d.window.focusWidget() is form.password.edit.eye
            assert form.password.edit.eye.accessibleName() == "Show the password"
            QTest.keyClick(form.password.edit.eye, Qt.Key.Key_Space)
            assert form.password.edit.displayText() == PASSWORD
            assert form.password.edit.eye.accessibleName() == "Hide the password"

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_it_takes_a_while_says_what_it_does_and_can_be_cancelled(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            exchange.steps = ("look", "server:mail.example.com")
            assert "Saved in your keyring" in d.texts()
            QTest.keyClick(form.password.edit, Qt.Key.Key_Return)
            await d.until(lambda: "Asking mail.example.com…" in d.texts())
            assert not form.email.edit.isEnabled()
            assert d.window.focusWidget() is d.window.buttons["cancel"]
            QTest.keyClick(d.window.buttons["cancel"], Qt.Key.Key_Return)
            await d.until(lambda: not d.window.state.busy)
            assert d.page is Page.FORM
            assert form.email.edit.isEnabled()
            assert form.password.text() == PASSWORD
            exchange.steps = ()
            for _pass in range(6):
                await asyncio.sleep(0)
            await end(d, exchange, JANE)
            assert d.page is Page.CONFIRM

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_a_field_is_wrong_says_so_at_the_field(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d, "jane")
            problems = {"email": "form", "server": "http", "version": "too_old", "user": "form"}
            await end(d, exchange, InvalidFields(problems))
            assert d.window.focusWidget() is form.email.edit
            assert form.email.edit.accessibleDescription() == "Write the whole address, such as anna@example.com."
            assert "Begin it with https." in form.server.error
            assert form.version.error == "Aftale needs Exchange 2010 SP2 or newer."
            assert "EXAMPLE\\anna" in form.user.error
            assert not d.window.form.problem.isVisible()
            QTest.keyClicks(form.email.edit, "@example.com")
            assert not form.email.error

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_the_password_is_refused_says_so_there_with_the_way_to_an_app_password(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            await end(d, exchange, SignInFailed("password", "jane@example.com, jane"))
            assert form.password.error == "The server did not accept this user name and password."
            assert d.window.focusWidget() is form.password.edit
            assert form.password.edit.selectedText()
            assert form.hint.isVisible()
            assert "Do you confirm sign-in on your phone?" in d.texts()
            assert "Tried with jane@example.com, jane." in d.texts()
            assert not d.window.form.problem.isVisible()
            assert plain(d.window.main_button.text()) == "Try again"
            d.press("Show me how")
            (popover,) = d.window.findChildren(StepsPopover)
            d.press("Open the page", popover)
            assert d.opened == ["https://mysignins.microsoft.com/security-info"]
            d.press("Close", popover)
            form.password.edit.setFocus(Qt.FocusReason.TabFocusReason)
            QTest.keyClicks(form.password.edit, "app password")
            assert not form.password.error
            assert form.hint.isVisible()
            form.password.edit.setFocus()
            await end(d, exchange, JANE)
            assert exchange.client["password"] == "app password"
            assert d.page is Page.CONFIRM

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_no_server_is_found_opens_the_address_with_what_was_tried(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            narrow = form.server.width()
            await end(d, exchange, SignInFailed("server", TRIED))
            assert d.window.focusWidget() is form.server.edit
            assert form.server.width() > narrow
            assert form.tried.addresses == tuple(TRIED.split())
            assert form.tried.isVisible()
            assert "https://autodiscover.example.com/autodiscover/autodiscover.xml" in d.texts()
            QTest.keyClicks(form.server.edit, "mail.example.com")
            await end(d, exchange, JANE)
            assert exchange.client["server"] == "mail.example.com"

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_the_server_is_too_old_says_which_is_needed(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            await end(d, exchange, SignInFailed("too_old", "Exchange 2007 SP3"))
            assert form.version.error == "This server is Exchange 2007 SP3. Aftale needs Exchange 2010 SP2 or newer."

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_the_mailbox_is_at_microsoft_leads_to_office_365(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            for outcome in (InvalidFields({"email": "microsoft"}), SignInFailed("microsoft")):
                form, exchange = await fill_exchange(d)
                await end(d, exchange, outcome)
                assert "This mailbox is at Microsoft" in d.texts()
                form.elsewhere.link.setFocus()
                QTest.keyClick(form.elsewhere.link, Qt.Key.Key_Return)
                assert (d.page, d.window.state.kind) == (Page.SHARED, ProviderKind.OFFICE365)
                d.controller.close()

    in_loop(main)


# Certificates


def certificate_file(folder: Path, encoding: serialization.Encoding) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Internal CA")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path = folder / "company-ca.crt"
    path.write_bytes(made.public_bytes(encoding))
    return path


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER], ids=["pem", "der"])
def test_certificate_when_it_is_not_trusted_shows_whose_it_is_and_takes_the_companys_ca(
    in_loop: InLoop, tmp_path: Path, encoding: serialization.Encoding
) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            await end(d, exchange, SignInFailed("certificate", CERTIFICATE))
            for part in (
                "CN=mail.example.com, O=Example A/S",
                "CN=Example Internal CA, O=Example A/S",
                "1 March 2027",
                "4A:9F:01",
            ):
                assert part in d.texts()
            assert "Your password was not sent to it." in d.texts()
            ways = [plain(each.text()) for each in form.certificate.findChildren(QPushButton) if each.isVisible()]
            assert ways == ["Import your company’s CA file"], "there is no way past it"
            form.import_ca(tmp_path / "nothing.pem")
            await d.until(lambda: "There is no certificate in this file." in d.texts())
            assert form.fields()["ca"] == ""
            form.import_ca(certificate_file(tmp_path, encoding))
            await d.until(lambda: form.fields()["ca"])
            assert not form.certificate.isVisible()
            assert "It counts for this server only." in d.texts()
            await end(d, exchange, SignInFailed("certificate", CERTIFICATE.replace("unknown_ca", "expired")))
            assert x509.load_pem_x509_certificate(exchange.client["ca"].encode()).subject
            assert "It has ended." in d.texts()
            assert not form.certificate.importer.isVisible()
            form.ca.remove.click()
            assert form.fields()["ca"] == ""
            assert not form.ca.isVisible()

    in_loop(main)


def test_certificate_when_read_from_the_detail_keeps_names_with_semicolons() -> None:
    assert read("why=wrong_host; subject=CN=a; O=b; issuer=CN=c; until=2027-03-01; sha256=AA:BB") == Certificate(
        "wrong_host", "CN=a; O=b", "CN=c", "2027-03-01", "AA:BB"
    )
    assert read("") == Certificate()
    assert not read("why=wrong_host").private
    assert read("why=self_signed").private


# The report


@pytest.mark.shows("CON-9")
def test_report_when_signing_in_failed_can_be_copied_and_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            assert not d.window.form.report.isVisible()
            exchange.tried = "10:00 https://mail.example.com/EWS/Exchange.asmx POST 401\n"
            await end(d, exchange, SignInFailed("forbidden"))
            assert d.window.form.problem.accessibleName() == "Your Exchange server lets nobody in this way"
            d.press("Copy the report")
            assert QGuiApplication.clipboard().text() == exchange.tried
            d.controller.forms.save_report(tmp_path / "report.txt")
            await d.until(
                lambda: "The report is saved" in [each.text() for each in d.window.findChildren(QPushButton)] or d.texts()
            )
            await d.until(lambda: (tmp_path / "report.txt").exists())
            assert (tmp_path / "report.txt").read_text() == exchange.tried
            form.password.edit.setFocus()
            await end(d, exchange, InvalidFields({"email": "form"}))
            assert not d.window.form.report.isVisible()

    in_loop(main)


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (Unreachable("", "ConnectError"), "Your Exchange server cannot be reached"),
        (Unreachable("", "503"), "Your Exchange server does not answer as it should"),
        (RateLimited("", 30), "Your Exchange server asks Aftale to wait"),
        (SignInFailed("time_out"), "Your Exchange server did not answer in time"),
        (SignInFailed("locked"), "Aftale cannot keep secrets now: your keyring is locked"),
        (SignInFailed("no_mailbox", "x"), "This account has no calendar that Aftale may read"),
    ],
)
def test_trouble_when_no_field_can_mend_it_stands_above_the_form(
    in_loop: InLoop, tmp_path: Path, outcome: Exception, title: str
) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            form, exchange = await fill_exchange(d)
            await end(d, exchange, outcome)
            assert d.window.form.problem.isVisible()
            assert d.window.form.problem.accessibleName() == title
            assert form.password.text() == PASSWORD
            assert await d.nothing_kept()

    in_loop(main)


# What is known


async def connect_exchange(d: Desk) -> None:
    _form, exchange = await fill_exchange(d)
    exchange.found_out = {
        "email": "jane@example.com",
        "user": "EXAMPLE\\jane",
        "server": "https://mail.example.com/EWS/Exchange.asmx",
        "version": "2016",
        "ca": "",
    }
    await end(d, exchange, JANE)
    d.press("Yes, use it")
    await d.until(lambda: d.connected)


@pytest.mark.shows("CON-8", "CON-11")
def test_exchange_when_signed_in_to_again_asks_only_for_the_password(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            await connect_exchange(d)
            d.controller.reconnect(d.parent, d.connected[0])
            await d.reach(Page.FORM)
            form, exchange = exchange_of(d)
            await d.until(lambda: form.server.text())
            assert form.email.text() == "jane@example.com"
            assert form.email.edit.isReadOnly()
            assert form.user.text() == "EXAMPLE\\jane"
            assert (form.version.value(), form.password.text()) == ("2016", "")
            assert "Your calendars and pages stay as they are." in d.texts()
            form.password.edit.setFocus()
            QTest.keyClicks(form.password.edit, "new password")
            QTest.keyClick(form.password.edit, Qt.Key.Key_Return)
            await d.until(lambda: exchange.asked == 2)
            exchange.answer.set_result(JANE)
            await d.until(lambda: d.reconnected)
            assert exchange.client["server"] == "https://mail.example.com/EWS/Exchange.asmx"

    in_loop(main)


@pytest.mark.shows("CON-8")
def test_exchange_when_the_mail_domain_is_known_fills_in_its_server(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            await connect_exchange(d)
            form, _exchange = await fill_exchange(d, "bo@example.com")
            await d.until(lambda: form.server.text())
            assert form.server.text() == "https://mail.example.com/EWS/Exchange.asmx"
            assert (form.version.value(), form.user.text()) == ("2016", "")
            assert form.password.text() == PASSWORD
            form.server.edit.clear()
            d.controller.change(allowed=True)
            assert form.server.text() == "", "what was taken away stays away"

    in_loop(main)


# CalDAV


@pytest.mark.shows("CON-1")
def test_caldav_when_a_service_is_chosen_asks_what_it_needs_and_tells_how(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS) as d:
            await reach_form(d, ProviderKind.CALDAV)
            form, caldav = d.window.form.form, d.connectors[ProviderKind.CALDAV]
            assert isinstance(form, CalDavForm)
            assert [each.text() for each in form.preset.chips()] == ["iCloud", "Fastmail", "Nextcloud", "Another server"]
            links = {
                "icloud": "https://account.apple.com/account/manage",
                "fastmail": "https://app.fastmail.com/settings/security",
            }
            for chip, service in zip(form.preset.chips(), ("icloud", "fastmail", "nextcloud", ""), strict=True):
                chip.click()
                assert form.user.isVisible() is (service in ("nextcloud", ""))
                assert form.hint.isVisible() is bool(service)
                if not service:
                    continue
                assert f"{chip.text()} wants an app password" in d.texts()
                d.opened.clear()
                d.press("Show me how")
                (popover,) = (each for each in d.window.findChildren(StepsPopover) if each.isVisible())
                if service in links:
                    d.press("Open the page", popover)
                    assert d.opened == [links[service]]
                d.press("Close", popover)
            form.preset.chips()[0].click()
            form.user.set_text("left over")
            form.address.edit.setFocus()
            QTest.keyClicks(form.address.edit, "jane@icloud.com")
            QTest.keyClicks(form.password.edit, "abcd-efgh")
            await end(d, caldav, SignInFailed("password", "jane@icloud.com"))
            filled_in = {"preset": "icloud", "address": "jane@icloud.com", "user": "", "password": "abcd-efgh", "ca": ""}
            assert caldav.client == filled_in
            assert form.password.error
            await end(d, caldav, SignInFailed("server", "https://caldav.icloud.com/"), by="Try again")
            assert "https://caldav.icloud.com/" in d.texts()
            await end(d, caldav, SignInFailed("certificate", CERTIFICATE), by="Try again")
            assert form.certificate.isVisible()
            assert not form.certificate.importer.isVisible()
            await end(d, caldav, SignInFailed("no_calendars"), by="Try again")
            assert d.window.form.problem.accessibleName() == "No calendar was found there"
            await end(d, caldav, JANE, by="Try again")
            assert d.page is Page.CONFIRM

    in_loop(main)


# Links


@pytest.mark.shows("CON-1", "CON-5")
def test_link_when_personal_email_access_is_off_can_be_added(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=FORMS, allowed=False) as d:
            await reach_form(d, ProviderKind.ICS)
            form, feed = d.window.form.form, d.connectors[ProviderKind.ICS]
            assert isinstance(form, FeedForm)
            QTest.keyClicks(form.address.edit, "webcal://example.com/h.ics")
            for outcome, words in (
                (InvalidFields({"address": "scheme"}), "The link has to begin with https, http or webcal."),
                (SignInFailed("server", "example.com"), "Nothing answers at this link."),
                (SignInFailed("not_a_calendar"), "There is no calendar behind this link"),
                (SignInFailed("password"), "Copy the secret link"),
                (SignInFailed("too_large"), "This calendar is too large"),
            ):
                await end(d, feed, outcome)
                assert words in form.address.error
                assert d.window.focusWidget() is form.address.edit
            await end(d, feed, SignedIn("", "Holidays", b"{}"))
            assert feed.client == {"address": "webcal://example.com/h.ics", "name": ""}
            assert "Found Holidays. Is this the one?" in d.texts()
            d.press("No, another link")
            assert d.page is Page.FORM
            await end(d, feed, SignedIn("", "Holidays", b"{}"), by="Try again")
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            assert d.connected[0].name == "Holidays"

    in_loop(main)
