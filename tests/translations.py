"""Keeps the Danish catalogue complete: finds every text of the program, merges the fragments, writes the ``.mo`` that ships.

    python tests/translations.py            merge resources/i18n/da/*.po into the compiled catalogue, then list what is wrong
    python tests/translations.py --check    write nothing; exit 1 if anything is wrong or the compiled catalogue is stale
    python tests/translations.py --missing  print the texts without Danish as entries ready to be translated

English stands in the source. A text must reach ``_`` (``gettext``, ``ngettext``) as a literal, or out of a table of literals
in the same module: only then can it be found. The parts of this file: texts in Python, texts in templates, fragments,
judgements, command.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_FOLDERS = ("resources/web/templates", "resources/mail")

Key = tuple[str, ...]  # (text,) or (one, many)


@dataclass(frozen=True, slots=True)
class Text:
    key: Key
    where: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one source file holds: its texts, and what is wrong with how they are written."""

    texts: tuple[Text, ...]
    faults: tuple[str, ...]


# Texts in Python

SINGLE = {"_", "gettext"}
PLURAL = {"ngettext"}
# Calls that show their string to people. Custom widgets that follow Qt's names are found with them.
SHOWING = {
    "setText", "setWindowTitle", "setToolTip", "setPlaceholderText", "setTitle", "setSubTitle", "setLabelText", "setHtml",
    "setAccessibleName", "setAccessibleDescription", "setStatusTip", "setWhatsThis", "setInformativeText", "setDetailedText",
    "setPlainText", "addAction", "addMenu", "addItem", "addTab", "showMessage",
    "QLabel", "QPushButton", "QAction", "QCheckBox", "QRadioButton", "QToolButton", "QGroupBox", "QMenu",
}  # fmt: skip
# A sentence or a title of several words, wherever it is handed to a call in the window's code.
SENTENCE = re.compile(r"^[A-ZÆØÅ][a-zæøå’']*(?: [\w’',.:?!&{}…-]+)+$")
SILENT = {
    "getLogger", "debug", "info", "warning", "error", "exception", "critical", "log", "QFont", "setFontFamilies",
    "setObjectName", "setProperty", "setStyleSheet",
}  # fmt: skip
NAMES_OF_THEIR_OWN = {"Aftale"}
WORD = re.compile(r"[^\W\d_]{2,}")


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""


def literals(node: ast.expr, tables: dict[str, ast.expr]) -> list[str]:
    """The strings that an argument may be: itself, a branch of a condition, or an entry of a table of the module."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return literals(one, tables) + literals(other, tables)
    return [
        constant.value
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and name.id in tables
        for entry in entries(tables[name.id])
        for constant in ast.walk(entry)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]


def entries(table: ast.expr) -> list[ast.expr]:
    """What a table can give back: the values of a dictionary, else everything in it."""
    return list(table.values) if isinstance(table, ast.Dict) else [table]


def tables_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Module-level names that hold literals."""
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(name)], value=value)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value)
            ):
                found[name] = value
    return found


def shown_without_translation(node: ast.Call) -> str | None:
    """A literal that this call of the window's code shows in English whatever the language is."""
    name = called(node)
    if name in SINGLE | PLURAL | SILENT or name.endswith("Error"):
        return None
    for argument in [
        *node.args,
        *(keyword.value for keyword in node.keywords if keyword.arg in ("text", "title", "label", "hint")),
    ]:
        match argument:
            case ast.Constant(value=str() as text):
                pass
            case ast.JoinedStr(values=parts):
                text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            case _:
                continue
        words = WORD.findall(re.sub(r"<[^>]*>", " ", text))
        if all(word in NAMES_OF_THEIR_OWN for word in words):
            continue
        if name in SHOWING or (SENTENCE.match(text) and isinstance(argument, ast.Constant)):
            return text
    return None


SAMPLES = "app/ui/gallery/"
"""Its sample texts are no words of the program: nobody who books or is booked sees them."""


def read_python(path: Path, root: Path = ROOT) -> Found:
    where = path.relative_to(root).as_posix()
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return Found((), (f"{where}:{error.lineno}: is not Python: {error.msg}",))
    tables = tables_of(tree)
    texts: list[Text] = []
    faults: list[str] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        at = f"{where}:{node.lineno}"
        if called(node) in SINGLE and node.args:
            found = literals(node.args[0], tables)
            texts += [Text((text,), at) for text in found if text]
            if not found:
                faults.append(
                    f"{at}: the text given to {called(node)}() is not written here, so it cannot be found: {ast.unparse(node)}"
                )
        elif called(node) in PLURAL and len(node.args) >= 2:
            match node.args[:2]:
                case [ast.Constant(value=str() as one), ast.Constant(value=str() as many)]:
                    texts.append(Text((one, many), at))
                case _:
                    faults.append(f"{at}: both forms given to ngettext() must be written here: {ast.unparse(node)}")
        elif where.startswith("app/ui/") and not where.startswith(SAMPLES) and (text := shown_without_translation(node)):
            faults.append(f"{at}: shown in English in every language, wrap it in _(): {text!r}")
    return Found(tuple(texts), tuple(faults))


# Texts in templates

SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription"}
# A macro may hold attributes that stand in no tag yet.
ATTRIBUTE = re.compile(r"[\w-]+=\"[^\"]*\"")
GAP = "\N{OBJECT REPLACEMENT CHARACTER}"


class PlainText(HTMLParser):
    """Collects the words of a page that stand in it as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[int, str]] = []
        self._raw = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._raw += tag in ("script", "style")
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES and value:
                self.note(value)

    def handle_endtag(self, tag: str) -> None:
        self._raw -= tag in ("script", "style") and self._raw > 0

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.note(data)

    def note(self, text: str) -> None:
        text = ATTRIBUTE.sub(" ", text)
        if any(word not in NAMES_OF_THEIR_OWN for word in WORD.findall(text)):
            self.words.append((self.getpos()[0], " ".join(text.replace(GAP, "…").split())))


def plain_words(source: str) -> list[tuple[int, str]]:
    """Words outside every expression and statement of a template, with their line."""
    environment = jinja2.Environment()
    kept: list[str] = []
    depth_of_expression = False
    for _line, kind, text in environment.lex(source):
        if kind == "data":
            kept.append(text)
            continue
        if kind == "variable_begin":
            depth_of_expression = True
        if kind == "variable_end" and depth_of_expression:
            kept.append(GAP)
            depth_of_expression = False
        kept.append("\n" * text.count("\n"))
    parser = PlainText()
    parser.feed("".join(kept))
    parser.close()
    return parser.words


def read_template(path: Path, root: Path = ROOT) -> Found:
    where = path.relative_to(root).as_posix()
    source = path.read_text(encoding="utf-8")
    options = {"silent": "false", "extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols"}
    texts: list[Text] = []
    for line, function, message, _comments in babel_extract(BytesIO(source.encode()), [*SINGLE, *PLURAL], [], options):
        parts = (message,) if isinstance(message, str) else tuple(part for part in message if isinstance(part, str))
        if parts:
            texts.append(Text(parts[:2] if function in PLURAL else parts[:1], f"{where}:{line}"))
    faults = [f"{where}:{line}: in English in every language, wrap it in _(): {text!r}" for line, text in plain_words(source)]
    return Found(tuple(texts), tuple(faults if path.suffix in (".html", ".svg", ".jinja", ".j2") else ()))


def read_sources(root: Path = ROOT) -> Found:
    """Every text of the program, and every fault in how texts are written."""
    modules = [path for path in sorted((root / "app").rglob("*.py")) if path != root / "app/i18n.py"]
    found = [read_python(path, root) for path in [*modules, *root.glob("main.py")]]
    for folder in TEMPLATE_FOLDERS:
        found += [
            read_template(path, root) for path in sorted((root / folder).rglob("*")) if path.is_file() and path.suffix != ".md"
        ]
    return Found(tuple(text for one in found for text in one.texts), tuple(fault for one in found for fault in one.faults))


# Fragments


class Steady(Catalog):
    """A catalogue whose header names no moment and no tool, so that equal fragments give equal bytes."""

    mime_headers = [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Language", "da"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    danish: tuple[str, ...]
    where: str


def identifiers(source: str) -> Iterator[str]:
    """The msgid of each live entry of a fragment, as it stands there."""
    for quoted in re.findall(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', source, re.MULTILINE):
        yield "".join(ast.literal_eval(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', quoted))


def read_fragments(folder: Path) -> tuple[dict[Key, Entry], list[str]]:
    """Entries of all fragments by text, and what is wrong among them."""
    entries: dict[Key, Entry] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.po")):
        source = path.read_text(encoding="utf-8")
        written = [text for text in identifiers(source) if text]
        faults += [
            f"{path.name}: more than one entry for {text!r}" for text in sorted({t for t in written if written.count(t) > 1})
        ]
        for message in read_po(BytesIO(source.encode()), locale="da", abort_invalid=True):
            if not message.id:
                continue
            key = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            danish = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            where = f"{path.name}:{message.lineno}"
            if message.fuzzy:
                faults.append(f"{where}: fuzzy, so nobody has said that it is right: {key[0]!r}")
            known = entries.get(key)
            if known and known.danish != danish and all(danish) and all(known.danish):
                faults.append(f"{where} and {known.where} disagree about {key[0]!r}: {danish[-1]!r}, {known.danish[-1]!r}")
            if known is None or not all(known.danish):
                entries[key] = Entry(danish, where)
    return entries, faults


def compiled(entries: dict[Key, Entry]) -> bytes:
    """The bytes of the catalogue that ships."""
    catalogue = Steady(locale="da", fuzzy=False)
    for key, entry in sorted(entries.items()):
        if all(entry.danish):
            catalogue.add(key[0] if len(key) == 1 else key, entry.danish[0] if len(key) == 1 else entry.danish)
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


# Judgements


def placeholders(text: str) -> set[str]:
    """``{name}`` and ``%(name)s``, as ``{name}``."""
    return {f"{{{brace or percent}}}" for brace, percent in re.findall(r"\{(\w*)[^{}]*\}|%\((\w+)\)[sd]", text)}


def mnemonics(text: str) -> int:
    return len(re.findall(r"&(?=\w)(?!\w+;)", text))


def differences(key: Key, danish: tuple[str, ...]) -> Iterator[str]:
    """How a translation fails to stand in for its text."""
    one, many = key[0], key[-1]
    allowed = [{*placeholders(one)}, {*placeholders(many)}]
    for form, text in enumerate(danish):
        wanted = allowed[1:] if form else allowed
        if placeholders(text) not in wanted:
            yield f"placeholders {sorted(placeholders(text))} stand for {sorted(wanted[-1])}"
        if (mnemonics(text) > 0) != (mnemonics(one) > 0):
            yield "one has a mnemonic (&), the other has none"
        if (text != text.strip()) != (one != one.strip()):
            yield "spaces at the ends differ"
        if one.endswith("…") != text.endswith("…"):
            yield "one ends in …, the other does not"
        if sorted(re.findall(r"</?\w+", text)) not in (sorted(re.findall(r"</?\w+", one)), sorted(re.findall(r"</?\w+", many))):
            yield "tags differ"
    if len(danish) != len(key):
        yield f"{len(danish)} forms stand for {len(key)}"


def judge(found: Found, entries: dict[Key, Entry]) -> Iterator[str]:
    """What is wrong between the texts of the program and the fragments."""
    first: dict[Key, str] = {}
    for text in found.texts:
        first.setdefault(text.key, text.where)
    for key, where in first.items():
        if key not in entries or not all(entries[key].danish):
            yield f"{where}: no Danish for {key[0]!r}"
    for key, entry in entries.items():
        if key not in first:
            yield f"{entry.where}: no source uses {key[0]!r}"
        elif all(entry.danish):
            yield from (f"{entry.where}: {what}: {key[0]!r}, {entry.danish[-1]!r}" for what in differences(key, entry.danish))


def skeleton(found: Found, entries: dict[Key, Entry]) -> str:
    """Entries for the texts that have no Danish yet."""
    missing: dict[Key, list[str]] = {}
    for text in found.texts:
        if text.key not in entries or not all(entries[text.key].danish):
            missing.setdefault(text.key, []).append(text.where)
    lines: list[str] = []
    for key, places in missing.items():
        lines += [f"#: {place}" for place in places]
        lines.append(f"msgid {quoted(key[0])}")
        lines += [f"msgid_plural {quoted(key[1])}", 'msgstr[0] ""', 'msgstr[1] ""'] if len(key) == 2 else ['msgstr ""']
        lines.append("")
    return "\n".join(lines)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# Command


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything is wrong")
    parser.add_argument("--missing", action="store_true", help="print the texts without Danish, ready to be translated")
    options = parser.parse_args(arguments)
    folder = root / "resources/i18n/da"
    found = read_sources(root)
    entries, faults = read_fragments(folder)
    if options.missing:
        print(skeleton(found, entries))
        return 0
    faults += [*found.faults, *judge(found, entries)]
    catalogue = folder / "LC_MESSAGES/aftale.mo"
    fresh = compiled(entries)
    if options.check and (not catalogue.is_file() or catalogue.read_bytes() != fresh):
        faults.append(
            "resources/i18n/da/LC_MESSAGES/aftale.mo is not what the fragments give: run python tests/translations.py"
        )
    if not options.check:
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        catalogue.write_bytes(fresh)
    for fault in faults:
        print(fault)
    texts, danish = {text.key for text in found.texts}, [entry for entry in entries.values() if all(entry.danish)]
    print(f"{len(texts)} texts, {len(danish)} in Danish, {len(faults)} faults")
    return 1 if faults and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
