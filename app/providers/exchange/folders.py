"""The calendars of a mailbox, and those of others that it may look into. Blocks: for threads of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.connections import Access
from app.providers.exchange.asking import distinguished, find_folders, folder_id, get_folders
from app.providers.exchange.calls import Line, error_in, good
from app.providers.exchange.errors import DENIED, GONE, name_of
from app.providers.exchange.xml import MESSAGES, TYPES, Element

_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
APPOINTMENTS = "IPF.Appointment"
MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and what may be done in it. ``owner``: the mailbox of whoever shares it, empty for one's own."""

    id: str
    name: str
    kind: str
    parent: str
    reads: bool
    writes: bool
    owner: str = ""

    @property
    def access(self) -> Access:
        if not self.reads:
            return Access.FREE_BUSY
        if not self.writes:
            return Access.DETAILS
        return Access.EDIT if self.owner else Access.OWNER


def read_folder(found: Element, owner: str = "") -> Folder:
    """Servers that tell no rights are believed to give them: what is refused is refused then."""
    rights = found.find(f"{_T}EffectiveRights")
    may = {name: rights is None or rights.findtext(f"{_T}{name}", "true") in ("true", "1") for name in _RIGHTS}
    parent = found.find(f"{_T}ParentFolderId")
    return Folder(
        id=found.find(f"{_T}FolderId").get("Id"),
        name=found.findtext(f"{_T}DisplayName") or "",
        kind=found.findtext(f"{_T}FolderClass") or "",
        parent="" if parent is None else parent.get("Id"),
        reads=may["Read"],
        writes=may["CreateContents"] and may["Modify"] and may["Delete"],
        owner=owner,
    )


_RIGHTS = ("Read", "CreateContents", "Modify", "Delete")


def own_calendar(line: Line) -> Folder:
    """The main calendar of the mailbox."""
    return _only(line.one("GetFolder", get_folders([distinguished("calendar", line.keys.email)])))


def folder_of(line: Line, folder: str) -> Folder:
    """A folder by its id. Raises what the server says of one that is not there or not ours."""
    return _only(line.one("GetFolder", get_folders([folder_id(folder)])))


def calendars_of(line: Line) -> tuple[str, tuple[Folder, ...]]:
    """The id of the main calendar, and all calendars: one's own, but for those in the bin, and the shared ones."""
    mailbox = line.keys.email
    roots = line.ask("GetFolder", get_folders([distinguished(name, mailbox) for name in ("calendar", "deleteditems")]))
    main = _only(good(roots[0]))
    bin_id = "" if len(roots) < 2 or error_in(roots[1]) is not None else _only(roots[1]).id
    found = {main.id: main} | {each.id: each for each in _below(line)}
    own = [each for each in found.values() if each.kind.startswith(APPOINTMENTS) and not _lies_in(each, bin_id, found)]
    return main.id, (*own, *(each for each in _shared(line) if each.id not in found))


def _below(line: Line) -> list[Folder]:
    found: list[Folder] = []
    for _page in range(MOST_PAGES):
        message = line.one("FindFolder", find_folders(distinguished("msgfolderroot", line.keys.email), len(found)))
        root = message.find(f"{_M}RootFolder")
        page = [read_folder(each) for each in root.find(f"{_T}Folders")]
        found.extend(page)
        if not page or root.get("IncludesLastItemInRange", "true").lower() == "true":
            break
    return found


def _lies_in(folder: Folder, parent: str, found: dict[str, Folder]) -> bool:
    seen: set[str] = set()
    while folder.parent not in seen:
        if folder.parent == parent:
            return bool(parent)
        seen.add(folder.parent)
        if (above := found.get(folder.parent)) is None:
            return False
        folder = above
    return False


def _shared(line: Line) -> list[Folder]:
    """The main calendars of others that this mailbox may open. One that may not be opened is not offered."""
    if not line.keys.shared:
        return []
    asked = get_folders(distinguished("calendar", each) for each in line.keys.shared)
    found = []
    for message, owner in zip(line.ask("GetFolder", asked), line.keys.shared, strict=True):
        error = error_in(message)
        if error is None:
            found.append(_only(message, owner))
        elif name_of(error) not in DENIED | GONE:
            raise error
    return found


def _only(message: Element, owner: str = "") -> Folder:
    return read_folder(message.find(f"{_M}Folders")[0], owner)
