"""SOAP 1.1 as Exchange speaks it: requests are read, answers, refusals and faults are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

if TYPE_CHECKING:
    from tests.servers.ews.versions import Release

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
S, M, T = f"{{{SOAP}}}", f"{{{MESSAGES}}}", f"{{{TYPES}}}"
Element = Any
"""Of lxml, which has no types."""
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)

TEXTS = {
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorCalendarDurationIsTooLong": "The duration of the calendar item exceeds the maximum.",
    "ErrorCalendarEndDateIsEarlierThanStartDate": "EndDate is earlier than StartDate.",
    "ErrorCalendarInvalidRecurrence": "The recurrence is invalid.",
    "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange": "Occurrence index is out of recurrence range.",
    "ErrorCalendarOccurrenceIsDeletedFromRecurrence": "Occurrence with this index was previously deleted from the recurrence.",
    "ErrorCalendarViewRangeTooBig": "The specified view range exceeds the maximum range of two years.",
    "ErrorChangeKeyRequired": "The change key is required for this operation.",
    "ErrorChangeKeyRequiredForWriteOperations": "The change key is required for this write operation.",
    "ErrorCorruptData": "Data is corrupt.",
    "ErrorDeleteDistinguishedFolder": "Distinguished folders cannot be deleted.",
    "ErrorExceededFindCountLimit": (
        "You have exceeded the maximum number of objects that can be returned for the find operation. Use paging to reduce the "
        "result size and try your request again."
    ),
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorItemCorrupt": "The item is corrupt.",
    "ErrorContentConversionFailed": "Content conversion failed.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidOperation": "The requested operation is invalid.",
    "ErrorInvalidPropertyRequest": "Property is not valid for this object type.",
    "ErrorInvalidPropertySet": "Set action is invalid for property.",
    "ErrorInvalidRecipients": "At least one recipient isn't valid.",
    "ErrorInvalidRequest": "The request is invalid.",
    "ErrorInvalidRestriction": "The restriction is invalid.",
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorInvalidSubscription": "The specified subscription is invalid.",
    "ErrorReadEventsFailed": "Events could not be read.",
    "ErrorInvalidSyncStateData": "Synchronization state data is corrupt or otherwise invalid.",
    "ErrorIrresolvableConflict": (
        "The send or update operation could not be performed because the change key passed in the request does not match the "
        "current change key for the item."
    ),
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorNameResolutionNoResults": "No results were found.",
    "ErrorNonExistentMailbox": "The SMTP address has no mailbox associated with it.",
    "ErrorOccurrenceCrossingBoundary": "Modified occurrence is crossing or overlapping adjacent occurrence.",
    "ErrorRecurrenceHasNoOccurrence": "The recurrence has no occurrence in the specified range.",
    "ErrorSendMeetingCancellationsRequired": "SendMeetingCancellations attribute is required for Calendar items.",
    "ErrorSendMeetingInvitationsOrCancellationsRequired": (
        "SendMeetingInvitationsOrCancellations attribute is required for Calendar items."
    ),
    "ErrorSendMeetingInvitationsRequired": "SendMeetingInvitations attribute is required for Calendar items.",
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorSubscriptionNotFound": "The subscription could not be found.",
    "ErrorTimeZone": "The time zone is not valid.",
    "ErrorTimeoutExpired": "The operation timed out.",
}


class Refusal(Exception):
    """One thing that was asked for is refused; the rest of the request goes on. ``values`` go into MessageXml."""

    def __init__(self, code: str, text: str = "", **values: object) -> None:
        super().__init__(f"{code} {text}")
        self.code, self.text, self.values = code, text or TEXTS[code], values


class Fault(Exception):
    """The whole request is refused, with status 500; without a code as other servers do it. ``where``: what the parser says
    about a request that is not valid."""

    def __init__(self, code: str, text: str = "", where: str = "", **values: object) -> None:
        super().__init__(f"{code} {text} {where}")
        self.code, self.text, self.where, self.values = code, text or TEXTS.get(code, code), where, values


@dataclass(frozen=True, slots=True)
class Request:
    """``version``: the schema that the client speaks; ``zone``: the one of its TimeZoneContext."""

    operation: Element
    version: str
    zone: str

    @property
    def name(self) -> str:
        return local(self.operation)


def local(element: Element) -> str:
    return str(etree.QName(element).localname)


def read_request(body: bytes) -> Request:
    """Raises Fault."""
    try:
        root = etree.fromstring(body, PARSER)
    except etree.XMLSyntaxError as error:
        raise invalid(str(error)) from error
    inner = root.find(f"{S}Body")
    if root.tag != f"{S}Envelope" or inner is None or len(inner) != 1:
        raise invalid("The envelope is no SOAP envelope with one thing in its body.")
    if not inner[0].tag.startswith(M):
        raise invalid(f"The element '{local(inner[0])}' is not of the messages namespace.")
    version = root.find(f"{S}Header/{T}RequestServerVersion")
    context = root.find(f"{S}Header/{T}TimeZoneContext/{T}TimeZoneDefinition")
    return Request(
        inner[0],
        "Exchange2007" if version is None else version.get("Version", ""),
        "" if context is None else context.get("Id", ""),
    )


def invalid(what: str) -> Fault:
    return Fault("ErrorSchemaValidation", "The request failed schema validation: " + what, what)


def unknown(operation: str) -> Fault:
    """What other servers than Exchange say to operations that they do not have."""
    return Fault("", f"Unknown request '{operation}'.")


# Writing


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An element of the types namespace, or of another one if the name has a prefix; ``content`` is XML."""
    name = name if ":" in name else f"t:{name}"
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def said(name: str, text: object) -> str:
    """An element with a text. Line ends are kept as they are, and so is what no XML can hold, as a reference to it: .NET writes
    what stands in a mailbox without looking at it."""
    shown = ("true" if text else "false") if isinstance(text, bool) else str(text)
    return tag(name, NO_XML.sub(lambda found: f"&#x{ord(found[0]):X};", escape(shown, {"\r": "&#xD;"})))


def message(name: str, content: str = "", last: str = "") -> str:
    """A response message of success. ``last`` follows what every message has."""
    return f'<m:{name} ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{content}{last}</m:{name}>'


def refused(name: str, refusal: Refusal, content: str = "", kind: str = "Error") -> str:
    values = values_told(refusal.values)
    more = f"<m:MessageXml>{values}</m:MessageXml>" if values else ""
    return (
        f'<m:{name} ResponseClass="{kind}"><m:MessageText>{escape(refusal.text)}</m:MessageText>'
        f"<m:ResponseCode>{refusal.code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>{more}{content}</m:{name}>"
    )


def response(operation: str, messages: Iterable[str]) -> str:
    inner = "".join(messages)
    return f"<m:{operation}Response><m:ResponseMessages>{inner}</m:ResponseMessages></m:{operation}Response>"


def envelope(content: str, release: Release) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>'
        f'<h:ServerVersionInfo xmlns:h="{TYPES}" xmlns="{TYPES}" MajorVersion="{release.major}" MinorVersion="{release.minor}" '
        f'MajorBuildNumber="{release.build}" MinorBuildNumber="{release.revision}" Version="{release.told}"/></s:Header>'
        f'<s:Body xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{content}</s:Body></s:Envelope>'
    )


def fault_envelope(fault: Fault) -> str:
    text = escape(fault.text)
    head = f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault>'
    foot = "</s:Fault></s:Body></s:Envelope>"
    if not fault.code:
        return f"{head}<faultcode>s:Server</faultcode><faultstring>{text}</faultstring>{foot}"
    values = values_told(fault.values)
    if fault.where:
        violation = f"<t:Violation>{escape(fault.where)}</t:Violation>"
        values = f"<t:LineNumber>1</t:LineNumber><t:LinePosition>1</t:LinePosition>{violation}"
    more = f'<t:MessageXml xmlns:t="{TYPES}">{values}</t:MessageXml>' if values else ""
    return (
        f'{head}<faultcode xmlns:a="{TYPES}">a:{fault.code}</faultcode><faultstring xml:lang="en-US">{text}</faultstring>'
        f'<detail><e:ResponseCode xmlns:e="{ERRORS}">{fault.code}</e:ResponseCode>'
        f'<e:Message xmlns:e="{ERRORS}">{text}</e:Message>{more}</detail>{foot}'
    )


def values_told(values: Mapping[str, object]) -> str:
    return "".join(f"<t:Value Name={quoteattr(key)}>{escape(str(value))}</t:Value>" for key, value in values.items())


# Reading


def child(element: Element, name: str, namespace: str = M) -> Element | None:
    return element.find(namespace + name)


def needed(element: Element, name: str, namespace: str = M) -> Element:
    """Raises Fault."""
    found = element.find(namespace + name)
    if found is None:
        raise invalid(f"The element '{local(element)}' has incomplete content: '{name}' is missing.")
    return found


def attribute(element: Element, name: str, allowed: Iterable[str] | None = None, default: str | None = None) -> str:
    """Raises Fault."""
    value = element.get(name, default)
    if value is None:
        raise invalid(f"The required attribute '{name}' is missing.")
    if allowed is not None and value not in allowed:
        raise invalid(f"The '{name}' attribute is invalid: the value '{value}' is not one of {', '.join(allowed)}.")
    return value


def number(text: str | None, what: str, least: int, most: int) -> int:
    """Raises Fault."""
    if text is None or not text.strip().lstrip("-").isdecimal() or not least <= int(text) <= most:
        raise invalid(f"The value '{text}' of '{what}' is no number from {least} to {most}.")
    return int(text)


def boolean(text: str | None) -> bool:
    """Raises Fault."""
    if (text or "").strip() not in ("true", "false", "0", "1"):
        raise invalid(f"The value '{text}' is not a valid Boolean value.")
    return (text or "").strip() in ("true", "1")


def only(element: Element, count: int = 1) -> Any:
    """The one element inside, or all ``count`` of them. Raises Fault."""
    found = list(children(element))
    if len(found) != count:
        raise invalid(f"The element '{local(element)}' has incomplete or invalid content.")
    return found[0] if count == 1 else found


def children(element: Element) -> Iterator[Element]:
    yield from element.iterchildren(tag=etree.Element)
