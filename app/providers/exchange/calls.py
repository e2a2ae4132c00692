"""What goes over the line: exchangelib's SOAP, versions and errors around requests of our own. Blocks; imports exchangelib.

Each account has a protocol of its own, outside exchangelib's cache by address and credentials: it is closed with the account,
and a new password begins a new one. One connection is enough, for one thread calls; whoever listens (``listening``) has a line
of its own.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import requests.exceptions
import urllib3.exceptions
from exchangelib.account import Identity  # type: ignore[import-untyped]
from exchangelib.configuration import Configuration  # type: ignore[import-untyped]
from exchangelib.credentials import DELEGATE, Credentials  # type: ignore[import-untyped]
from exchangelib.errors import (  # type: ignore[import-untyped]
    EWSError,
    EWSWarning,
    MalformedResponseError,
    RateLimitError,
    ResponseMessageError,
    SOAPError,
    TransportError,
    UnauthorizedError,
)
from exchangelib.ewsdatetime import UTC  # type: ignore[import-untyped]
from exchangelib.protocol import BaseProtocol, FailFast  # type: ignore[import-untyped]
from exchangelib.services.common import EWSAccountService  # type: ignore[import-untyped]
from exchangelib.transport import BASIC, DEFAULT_HEADERS, NOAUTH, NTLM  # type: ignore[import-untyped]
from exchangelib.util import MNS, SOAPNS, ParseError, to_xml  # type: ignore[import-untyped]
from exchangelib.version import Build, Version  # type: ignore[import-untyped]

from app.providers.exchange import showing
from app.providers.exchange.greeting import OLDEST_SCHEMA
from app.providers.exchange.keys import Keys
from app.providers.exchange.subscribing import Envelopes
from app.providers.exchange.trust import session
from app.providers.exchange.waiting import asked_wait
from app.providers.exchange.xml import mended

__all__ = [
    "EWSError", "Line", "MalformedResponseError", "NotServed", "RateLimitError", "ResponseMessageError", "SOAPError",
    "TransportError", "UnauthorizedError",
]  # fmt: skip

CONNECT, ANSWER = 10.0, 30.0
"""Seconds to reach the server, and to wait for more of an answer."""
AGENT = "Aftale"
if not gc.isenabled():
    # The window looks after garbage itself. What these imports have made lives for ever, and looking through it for the first
    # time would hold the window for longer than a frame.
    gc.freeze()
for _name in ("exchangelib", "spnego", "requests_ntlm", "urllib3"):
    # They log whole requests, with the texts of meetings in them, and failures that are told here as errors.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class NotServed(TransportError):  # type: ignore[misc]
    """An answer that is no answer of EWS. ``wait``: seconds that it asks for."""

    def __init__(self, status: int, wait: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.status, self.wait = status, wait


class Policy(FailFast):  # type: ignore[misc]
    """Nothing is waited for or tried again in here. What exchangelib would take for *busy* keeps its status."""

    def raise_response_errors(self, response: Any) -> None:
        """exchangelib's hook. NotServed, or UnauthorizedError for a 401; a 500 goes on, for it holds what EWS has to say."""
        status = response.status_code
        if status in (429, 503) or (status >= 400 and status not in (401, 500)):
            raise NotServed(status, asked_wait(response.headers))
        if status == 401:
            raise UnauthorizedError("401")
        super().raise_response_errors(response)


class Protocol(BaseProtocol):  # type: ignore[misc]
    """exchangelib's protocol of one account."""

    TIMEOUT = (CONNECT, ANSWER)

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        version = Version(build=Build(*keys.build), api_version=keys.version)
        auth = {"basic": BASIC, "": NOAUTH}.get(keys.auth, NTLM)
        super().__init__(
            Configuration(
                service_endpoint=keys.url, credentials=Credentials(keys.user, keys.password), auth_type=auth, version=version,
                retry_policy=Policy(), max_connections=1,
            )
        )  # fmt: skip

    @property
    def version(self) -> Any:
        return self.config.version

    def get_auth_type(self) -> Any:
        return self.config.auth_type

    def create_session(self) -> Any:
        """exchangelib's hook: a connection that believes in the account's certificates and shows its password."""
        made: Any = session(self.keys.url, self.keys.ca)
        made.headers.update(DEFAULT_HEADERS)
        made.headers["User-Agent"] = AGENT
        made.auth = showing.auth_of(self.keys.auth, self.keys.user, self.keys.password)
        made.session_id, made.usage_count = 0, 0
        return made


class Line:
    """A connection to one mailbox, in the shape of the account that exchangelib's services want. For one thread. ``beat`` is
    called at every answer."""

    def __init__(self, keys: Keys, beat: Callable[[], object] = lambda: None) -> None:
        self.keys, self._beat = keys, beat
        self.protocol = Protocol(keys)
        self.version = self.protocol.version.copy()
        self.primary_smtp_address = keys.email
        self.identity = Identity(primary_smtp_address=keys.email)
        self.default_timezone, self.access_type, self.affinity_cookie = UTC, DELEGATE, None

    def ask(self, service: str, payload: Any) -> list[Any]:
        """The response messages of a request, each an element, in the order of what was asked for. Raises exchangelib's errors
        for the request as a whole."""
        call = _SERVICES[service](account=self)
        try:
            found: list[Any] = list(call._get_response_xml(payload))
        except UnauthorizedError:
            if self.keys.auth == showing.BASIC:
                raise
            # The connection was signed in, and somebody on the way may have changed it for another one.
            found = list(call._get_response_xml(payload))
        self._beat()
        return found

    def one(self, service: str, payload: Any) -> Any:
        """The one message of a request. Raises exchangelib's error if it is none of success."""
        (message,) = self.ask(service, payload)
        return good(message)

    def stream(self, payload: Any, silence: float) -> Stream:
        """The connection on which the answers to GetStreamingEvents arrive. ``silence``: seconds without any before it counts
        as dead. Raises exchangelib's errors for a request that is refused."""
        return Stream(self, payload, silence)

    def close(self) -> None:
        self.protocol.close()


class _Service(EWSAccountService):  # type: ignore[misc]
    """A service whose payload is made here."""

    def _api_versions_to_try(self) -> tuple[str, ...]:
        """The one that is known, and the oldest, should the mailbox have moved to an older server."""
        return tuple(dict.fromkeys((self._version_hint.api_version, OLDEST_SCHEMA)))

    @classmethod
    def _get_soap_parts(cls, response: Any) -> tuple[Any, Any]:
        """Header and body. exchangelib would read the answer byte by byte."""
        try:
            root = to_xml(mended(response.content))
        except ParseError as error:
            raise MalformedResponseError("not XML") from error
        body = root.find(f"{{{SOAPNS}}}Body")
        if body is None:
            raise MalformedResponseError("no body")
        return root.find(f"{{{SOAPNS}}}Header"), body

    def _update_api_version(self, api_version: str, header: Any) -> None:
        """The version was found out when the account was connected."""


class _Streaming(_Service):
    """Whose answer goes on and on: not packed, for a packer waits for more."""

    SERVICE_NAME = "GetStreamingEvents"
    prefer_affinity = True

    def __init__(self, silence: float, **more: Any) -> None:
        super().__init__(timeout=(CONNECT, silence), **more)
        self.streaming = True

    def _extra_headers(self) -> dict[str, str]:
        return {**super()._extra_headers(), "Accept-Encoding": "identity"}

    def begin(self, payload: Any) -> Any:
        """The response, its body unread. Raises exchangelib's errors."""
        answer = self._get_response(payload, self._version_hint.api_version)
        if answer.status_code == 200:
            return answer
        try:
            self._get_soap_messages(self._get_soap_parts(answer)[1])
            raise MalformedResponseError(f"status {answer.status_code}")
        finally:
            self.stop_streaming()

    def messages(self, document: bytes) -> list[Any]:
        """The response messages of one document. Raises exchangelib's errors for a fault."""
        body = to_xml(mended(document)).find(f"{{{SOAPNS}}}Body")
        if body is None:
            raise MalformedResponseError("no body")
        return list(self._get_soap_messages(body))


class Stream:
    """Iterates over response messages as they arrive, until the server ends the answer. For one thread, but for ``stop``."""

    def __init__(self, line: Line, payload: Any, silence: float) -> None:
        self._silence, self._stopped = silence, False
        self._service = _Streaming(silence, account=line)
        self._answer = self._service.begin(payload)

    def __iter__(self) -> Iterator[Any]:
        envelopes, heard = Envelopes(), time.monotonic()
        try:
            while not self._stopped and (data := self._answer.raw.read1(65536, decode_content=True)):
                for document in envelopes.feed(data):
                    heard = time.monotonic()
                    yield from self._service.messages(document)
                if time.monotonic() - heard > self._silence:
                    # Bytes that never become an answer.
                    raise TransportError("no answer")
        except urllib3.exceptions.HTTPError as error:
            raise TransportError(type(error).__name__) from error
        finally:
            self._service.stop_streaming()

    def stop(self) -> None:
        """Ends the waiting, from any thread."""
        self._stopped = True
        # The answer may be over, or its connection given back.
        with contextlib.suppress(ValueError, RuntimeError, OSError):
            self._answer.raw.shutdown()


def _service(name: str, **more: Any) -> type[Any]:
    return type(name, (_Service,), {"SERVICE_NAME": name, **more})


_SERVICES: Mapping[str, type[Any]] = {
    name: _service(name)
    for name in (
        "GetFolder", "FindFolder", "FindItem", "GetItem", "CreateItem", "UpdateItem", "DeleteItem", "SyncFolderItems",
    )
} | {name: _service(name, prefer_affinity=True) for name in ("Subscribe", "Unsubscribe")}  # fmt: skip


def good(message: Any) -> Any:
    """The response message, if it tells of success. Raises the error that it tells of, a warning too."""
    error = error_in(message)
    if error is not None:
        raise error
    return message


def error_in(message: Any) -> Exception | None:
    """The error that a response message tells of; None if it tells of success."""
    if message.get("ResponseClass") == "Success":
        return None
    code = (message.findtext(f"{{{MNS}}}ResponseCode") or "").strip()
    text, details = message.findtext(f"{{{MNS}}}MessageText") or code, message.find(f"{{{MNS}}}MessageXml")
    error: Exception = EWSAccountService._get_exception(code=code, text=text, msg_xml=details)
    if details is not None and code == "ErrorServerBusy":
        error.back_off = back_off(details)  # type: ignore[attr-defined]
    return error


def back_off(details: Iterable[Any]) -> float | None:
    """Seconds that a busy server asks for."""
    for each in details:
        if each.get("Name") == "BackOffMilliseconds" and (each.text or "").strip().isdecimal():
            return int(each.text) / 1000
    return None


WARNINGS: type[Exception] = EWSWarning
UNREACHED = (requests.exceptions.RequestException, OSError)
