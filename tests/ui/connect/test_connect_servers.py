"""The dialog with the program's own connections and servers that behave as real ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.domain.clock import SystemClock
from app.domain.connections import ProviderKind
from app.ui.connect.forms.caldav import Form as CalDavForm
from app.ui.connect.forms.exchange import Form as ExchangeForm
from app.ui.connect.forms.ics import Form as FeedForm
from app.ui.connect.state import Page
from tests.servers.caldav import radicale
from tests.servers.caldav.door import forwarding, open_door
from tests.servers.caldav.radicale import running
from tests.servers.ews.certificates import Tls, authority, pem, write
from tests.servers.ews.serving import EwsServer, serving
from tests.servers.feed.serving import FeedFile
from tests.servers.feed.serving import serving as feeds
from tests.ui.connect.desk import Desk, InLoop, real_desk

pytestmark = pytest.mark.qt_log_ignore("does not support raise")
EMAIL, PASSWORD = "anna@example.com", "a-password-9731"


def form_of(d: Desk) -> ExchangeForm:
    form = d.window.form.form
    assert isinstance(form, ExchangeForm)
    return form


async def fill_in(d: Desk, server: EwsServer, password: str) -> ExchangeForm:
    await d.open(ProviderKind.EXCHANGE)
    d.press("Continue")
    form = form_of(d)
    for edit, text in ((form.email.edit, EMAIL), (form.password.edit, password), (form.server.edit, server.base)):
        edit.setFocus()
        QTest.keyClicks(edit, text)
    return form


async def answered(d: Desk) -> None:
    for _pass in range(3):
        await asyncio.sleep(0)
    await d.until(lambda: d.controller.window is None or not d.window.state.busy)


@pytest.mark.shows("CON-1", "CON-8", "CON-9", "CON-11")
def test_exchange_when_its_certificate_is_the_companys_own_is_connected_with_the_companys_ca(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        with serving(tls=True) as server:
            server.service.add_user(EMAIL, "Anna Holm", PASSWORD)
            async with real_desk(tmp_path, SystemClock(), ProviderKind.EXCHANGE, lambda address: None) as d:
                form = await fill_in(d, server, "wrong")
                d.press("Connect")
                await answered(d)
                assert "The server’s certificate is not trusted" in d.texts()
                assert "localhost" in d.texts()
                ca = tmp_path / "ca.pem"
                ca.write_text(server.ca, encoding="ascii")
                form.import_ca(ca)
                await d.until(lambda: form.fields()["ca"])
                d.press("Try again")
                await answered(d)
                assert form.password.error == "The server did not accept this user name and password."
                d.press("Copy the report")
                report = QGuiApplication.clipboard().text()
                assert server.base.removeprefix("https://") in report
                assert "wrong" not in report.replace("wrong_host", "")
                form.password.edit.setFocus(Qt.FocusReason.TabFocusReason)
                QTest.keyClicks(form.password.edit, PASSWORD)
                d.press("Try again")
                await d.reach(Page.CONFIRM)
                assert f"Connected as {EMAIL}. Is this the one?" in d.texts()
                d.press("Yes, use it")
                await d.until(lambda: d.connected)
                d.controller.reconnect(d.parent, d.connected[0])
                await d.reach(Page.FORM)
                await d.until(lambda: form_of(d).server.text())
                again = form_of(d).fields()
                assert (again["email"], again["password"]) == (EMAIL, "")
                assert again["server"].startswith(server.base)
                assert again["ca"].strip() == server.ca.strip()
                QTest.keyClicks(form_of(d).password.edit, PASSWORD)
                d.press("Connect")
                await d.until(lambda: d.reconnected)

    in_loop(main)


@pytest.mark.shows("CON-1", "CON-8", "CON-11")
def test_caldav_when_the_password_is_put_right_is_connected(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        with running() as server:
            with server.client() as client:
                client.request("MKCALENDAR", f"/{radicale.OWNER}/work/").raise_for_status()
            async with real_desk(tmp_path, SystemClock(), ProviderKind.CALDAV, lambda address: None) as d:
                await d.open(ProviderKind.CALDAV)
                d.press("Continue")
                form = d.window.form.form
                assert isinstance(form, CalDavForm)
                form.preset.chips()[-1].click()
                for edit, text in (
                    (form.address.edit, server.base),
                    (form.user.edit, radicale.OWNER),
                    (form.password.edit, "no"),
                ):
                    edit.setFocus()
                    QTest.keyClicks(edit, text)
                d.press("Connect")
                await answered(d)
                assert form.password.error == "The server did not accept this user name and password."
                form.password.edit.selectAll()
                form.password.edit.insert(radicale.PASSWORD)
                d.press("Try again")
                await d.reach(Page.CONFIRM)
                d.press("Yes, use it")
                await d.until(lambda: d.connected)
                d.controller.reconnect(d.parent, d.connected[0])
                await d.reach(Page.FORM)
                again = d.window.form.form
                assert isinstance(again, CalDavForm)
                await d.until(again.address.text)
                assert again.user.text() == radicale.OWNER
                again.password.edit.insert(radicale.PASSWORD)
                d.press("Connect")
                await d.until(lambda: d.reconnected)

    in_loop(main)


@pytest.mark.shows("CON-1", "CON-8")
def test_caldav_when_its_certificate_is_of_an_own_authority_is_connected_with_its_file(in_loop: InLoop, tmp_path: Path) -> None:
    certificate, key = write(Tls.GOOD, tmp_path)

    async def main() -> None:
        with running() as server, open_door(forwarding(server.base), ssl_certfile=certificate, ssl_keyfile=key) as door:
            with server.client() as client:
                client.request("MKCALENDAR", f"/{radicale.OWNER}/work/").raise_for_status()
            async with real_desk(tmp_path, SystemClock(), ProviderKind.CALDAV, lambda address: None) as d:
                await d.open(ProviderKind.CALDAV)
                d.press("Continue")
                form = d.window.form.form
                assert isinstance(form, CalDavForm)
                form.preset.chips()[-1].click()
                form.address.edit.insert(door.base)
                form.user.edit.insert(radicale.OWNER)
                form.password.edit.insert(radicale.PASSWORD)
                d.press("Connect")
                await answered(d)
                assert "The server’s certificate is not trusted" in d.texts()
                assert form.certificate.importer.isVisible()
                (tmp_path / "ca.pem").write_text(pem(authority()[0]), encoding="ascii")
                form.import_ca(tmp_path / "ca.pem")
                await d.until(lambda: form.fields()["ca"])
                assert not form.certificate.isVisible()
                # A service that everybody knows has no authority of its own.
                form.preset.chips()[0].click()
                assert (form.fields()["ca"], form.ca.isVisible()) == ("", False)
                form.preset.chips()[-1].click()
                assert form.ca.isVisible()
                d.press("Try again")
                await d.reach(Page.CONFIRM)
                d.press("Yes, use it")
                await d.until(lambda: d.connected)
                d.controller.reconnect(d.parent, d.connected[0])
                await d.reach(Page.FORM)
                again = d.window.form.form
                assert isinstance(again, CalDavForm)
                await d.until(again.address.text)
                assert again.fields()["ca"].strip() == pem(authority()[0]).strip()
                again.password.edit.insert(radicale.PASSWORD)
                d.press("Connect")
                await d.until(lambda: d.reconnected)

    in_loop(main)


@pytest.mark.shows("CON-1", "CON-5")
def test_link_when_it_leads_to_a_calendar_is_added_and_a_second_one_too(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        with feeds() as server:
            for name in ("one", "two"):
                server.files[f"/{name}.ics"] = FeedFile(
                    f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:Calendar {name}\r\nEND:VCALENDAR\r\n".encode()
                )
            server.files["/page"] = FeedFile(b"<!doctype html><p>Sign in</p>", kind="text/html")
            async with real_desk(tmp_path, SystemClock(), ProviderKind.ICS, lambda address: None) as d:
                for name in ("one", "two"):
                    await d.open(ProviderKind.ICS)
                    d.press("Continue")
                    form = d.window.form.form
                    assert isinstance(form, FeedForm)
                    QTest.keyClicks(form.address.edit, f"{server.base}/page")
                    d.press("Look at it")
                    await answered(d)
                    assert "There is no calendar behind this link" in form.address.error
                    QTest.keyClicks(form.address.edit, f"{server.base}/{name}.ics")
                    d.press("Try again")
                    await d.reach(Page.CONFIRM)
                    assert f"Found Calendar {name}. Is this the one?" in d.texts()
                    d.connected.clear()
                    d.press("Yes, use it")
                    await d.until(lambda: d.connected)
                assert len([each for each in await d.accounts() if each.provider is ProviderKind.ICS]) == 2

    in_loop(main)
