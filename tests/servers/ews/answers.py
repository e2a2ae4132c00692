"""Answers that are not the service's own: challenges, refusals of everything, what a server that is not well says."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from tests.servers.ews import soap
from tests.servers.ews.authentication import Outcome
from tests.servers.ews.faults import Fault, Kind
from tests.servers.ews.places import Call
from tests.servers.ews.replay import Exchange
from tests.servers.ews.soap import Refusal, children, local, refused, response
from tests.servers.ews.state import EwsService

XML = "text/xml; charset=utf-8"
ASKED_IN = {"ItemIds", "FolderIds", "Items", "ItemChanges", "Folders", "ParentFolderIds", "SyncFolderId", "SourceIds"}
WITH_ITEMS = {"GetItem", "CreateItem", "UpdateItem"}
REALMS = {"Basic": 'Basic realm="mail.example.com"', "Bearer": 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000"'}
TRANSIENT = "An internal server error occurred. Try again later."
MODERN = '4000000;reason="Modern Auth is required.";error_category="invalid_token"'


def unauthorized(service: EwsService, outcome: Outcome) -> Response:
    """The ways to sign in, or the second leg of one."""
    answer = Response("" if outcome.challenge else "Unauthorized", 401, media_type="text/html")
    for offered in (outcome.challenge,) if outcome.challenge else service.offers:
        answer.headers.append("WWW-Authenticate", REALMS.get(offered, offered))
    if not outcome.challenge and service.offers == ("Bearer",):
        answer.headers["ms-diagnostics-public"] = MODERN
    return answer


def replayed(found: Exchange | None) -> Response:
    if found is None:
        told = soap.Fault("ErrorInvalidRequest", "Nothing like it was recorded.")
        return Response(soap.fault_envelope(told), 500, media_type=XML)
    headers = {name: text for name, text in found.headers.items() if name.lower() in ("content-type", "www-authenticate")}
    return Response(found.body, found.status, headers)


def refusing(call: Call) -> str:
    """Everything that was asked for is refused."""
    name = call.request.name
    asked = next((len(part) for part in children(call.element) if local(part) in ASKED_IN), 1)
    content = "<m:Items/>" if name in WITH_ITEMS else ""
    return response(name, [refused(f"{name}ResponseMessage", Refusal("ErrorAccessDenied"), content)] * asked)


def fault_of(fault: Fault) -> soap.Fault:
    """The answer of a server that is not well."""
    values: dict[str, Any] = {} if fault.wait is None else {"BackOffMilliseconds": fault.wait * 1000}
    return {
        Kind.ERROR_500: lambda: soap.Fault("ErrorInternalServerError"),
        Kind.FAULT: lambda: soap.Fault(
            "ErrorInternalServerTransientError", "An internal server error occurred. Try again later."
        ),
        Kind.BUSY: lambda: soap.Fault("ErrorServerBusy", **values),
        Kind.TIMEOUT: lambda: soap.Fault("ErrorTimeoutExpired"),
    }[fault.kind]()
