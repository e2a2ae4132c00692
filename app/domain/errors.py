"""The one tree of errors. Each says what is wrong in data; the words for people stand in ``ui/messages`` and ``web/problems``.

AftaleError
├── InvalidFields(fields)                  what a person or a program typed
├── NotFound(what)                         no such page, booking, calendar
├── SlotTaken(reason)                      the time is not free (any more)
├── SlugTaken(slug)                        another page has this address
├── StateConflict(have, want)              the booking is not in a state that allows this
├── TooLate()                              the cut-off for changes has passed
├── SignInFailed(reason)                   no account was connected
├── SecretUnreadable(reason)               what was sealed cannot be opened
├── WorkspaceUnusable                      the database cannot be used
│   ├── WorkspaceReadOnly  WorkspaceDamaged  WorkspaceNewer  WorkspaceInUse  WorkspaceFull  WorkspaceBusy
├── PortTaken(port)
├── FileUnusable(reason)                   a file outside the workspace, chosen by the owner
└── ProviderError(account)                 an outside calendar
    ├── SignInExpired                      sign in again
    ├── AccessLost(calendar, reason)       the calendar went inactive
    ├── RateLimited(retry_after)           seconds
    ├── Unreachable                        passing: time-out, 5xx, no network
    │   └── Unreadable(flaw)               it is there, and what it says makes no sense
    └── Conflict                           the provider refuses the write for good
"""

from __future__ import annotations

from collections.abc import Mapping


class AftaleError(Exception):
    """Root of all errors that the program raises on purpose."""


class InvalidFields(AftaleError):
    """One or more fields cannot be accepted. ``fields`` maps a field's name to a reason code such as ``missing``."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


class NotFound(AftaleError):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class SlotTaken(AftaleError):
    """The wanted time cannot be had. ``reason`` is a value of ``availability.Why`` or ``overlap``."""

    def __init__(self, reason: str = "overlap") -> None:
        super().__init__(reason)
        self.reason = reason


class SlugTaken(AftaleError):
    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class StateConflict(AftaleError):
    def __init__(self, have: str, want: str) -> None:
        super().__init__(f"{have} does not allow {want}")
        self.have, self.want = have, want


class TooLate(AftaleError):
    """The visitor may not change the booking any more."""


class SignInFailed(AftaleError):
    """``reason``: ``cancelled`` (here), ``time_out``, ``refused`` (the person did not agree), ``client`` (the provider does
    not take the OAuth client), ``no_refresh`` (it gave no lasting sign-in), ``answer`` (what came back makes no sense),
    ``rights`` (a needed right was left out), ``other_account`` (signed in as somebody else than the one to reconnect),
    ``already`` (that account is connected), ``shared_mailbox``, ``no_mailbox``, ``no_consent`` (personal e-mail access is
    off), ``no_client`` (the provider needs an OAuth client, CON-7), ``locked`` (there is no key to seal the sign-in under).

    Where a form is signed in with: ``password`` (refused; ``detail``: the names that were tried, by comma), ``server`` (not
    found; ``detail``: the addresses that were tried, by space), ``too_old`` (``detail``: what the server says it is),
    ``certificate`` (not believed; ``detail``: ``why=…; subject=…; issuer=…; until=YYYY-MM-DD; sha256=AA:BB…``, ``why`` is
    ``unknown_ca``, ``self_signed``, ``wrong_host``, ``expired`` or ``not_yet``), ``microsoft`` (the mailbox is at Exchange
    Online: connect Office 365), ``forbidden`` (the server lets nobody in this way, or not this person),
    ``no_calendars`` (signed in, and there is no calendar).

    Where a link is looked at: ``server`` (no answer, or not this; ``detail``: the host), ``password`` (the link is not open),
    ``not_a_calendar``, ``too_large``."""

    REASONS = (
        "cancelled", "time_out", "refused", "client", "no_refresh", "answer", "rights", "other_account", "already",
        "shared_mailbox", "no_mailbox", "no_consent", "no_client", "locked", "password", "server", "too_old", "certificate",
        "microsoft", "forbidden", "no_calendars", "not_a_calendar", "too_large",
    )  # fmt: skip

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class SecretUnreadable(AftaleError):
    """What was sealed cannot be opened. ``reason``: ``locked`` (there is no key) or ``damaged`` (another key, another context,
    or not what was sealed)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkspaceUnusable(AftaleError):
    """The workspace cannot be opened. ``kind`` names why in one word; ``detail`` is for the log."""

    kind = "unusable"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.kind}: {detail}" if detail else self.kind)
        self.detail = detail


class WorkspaceReadOnly(WorkspaceUnusable):
    kind = "read-only"


class WorkspaceDamaged(WorkspaceUnusable):
    kind = "damaged"


class WorkspaceNewer(WorkspaceUnusable):
    kind = "newer"


class WorkspaceInUse(WorkspaceUnusable):
    kind = "in use"


class WorkspaceBusy(WorkspaceUnusable):
    """Another program, which is no Aftale, holds the database for longer than anybody waits. It can also come while running;
    what was asked for did not happen, and can be asked for again."""

    kind = "busy"


class WorkspaceFull(WorkspaceUnusable):
    """The disk has no room. It can also come while running; reads go on."""

    kind = "full"


class PortTaken(AftaleError):
    def __init__(self, port: int) -> None:
        super().__init__(str(port))
        self.port = port


class FileUnusable(AftaleError):
    """``reason``: ``write`` or ``read`` (the system does not let us), ``full``, ``format`` (it is not what it should be),
    ``damaged``, ``newer`` (made by a newer version), ``passphrase`` (one is needed, or another one)."""

    def __init__(self, reason: str = "write", name: str = "") -> None:
        super().__init__(f"{reason}: {name}" if name else reason)
        self.reason, self.name = reason, name


class ProviderError(AftaleError):
    """An outside calendar did not do what was asked. ``account`` is the account's id."""

    def __init__(self, account: str, detail: str = "") -> None:
        super().__init__(detail or type(self).__name__)
        self.account, self.detail = account, detail


class SignInExpired(ProviderError):
    pass


class AccessLost(ProviderError):
    def __init__(self, account: str, calendar: str, reason: str) -> None:
        super().__init__(account, reason)
        self.calendar, self.reason = calendar, reason


class RateLimited(ProviderError):
    def __init__(self, account: str, retry_after: float) -> None:
        super().__init__(account, f"retry after {retry_after:g} s")
        self.retry_after = retry_after


class Unreachable(ProviderError):
    pass


class Unreadable(Unreachable):
    """``flaw``: a value of ``connections.Flaw`` that concerns the whole calendar."""

    def __init__(self, account: str, flaw: str) -> None:
        super().__init__(account, flaw)
        self.flaw = flaw


class Conflict(ProviderError):
    pass
