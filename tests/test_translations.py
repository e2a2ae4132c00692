"""The keeper of the catalogue finds every text and sees what is wrong with a translation."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tests import translations

pytestmark = pytest.mark.shows("DESK-5")

MODULE = """
from app.i18n import _, ngettext
KINDS = {1: "Phone", 2: "Video"}
def show(label, kind, name, count, late):
    label.setText(_("Save {name}").format(name=name))
    label.setText(_(KINDS[kind]))
    label.setText(_("Late") if late else _("On " "time"))
    label.setText(ngettext("{count} meeting", "{count} meetings", count).format(count=count))
"""
FRAGMENT = """
msgid "Save {name}"
msgstr "Gem {name}"

msgid "Phone"
msgstr "Telefon"

msgid "Video"
msgstr "Video"

msgid "Late"
msgstr "For sent"

msgid "On time"
msgstr "Til tiden"

msgid "{count} meeting"
msgid_plural "{count} meetings"
msgstr[0] "{count} møde"
msgstr[1] "{count} møder"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small program with one screen, complete in Danish."""
    for folder in ("app/ui", "resources/i18n/da", "resources/web/templates"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "app/ui/view.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "resources/i18n/da/view.po").write_text(FRAGMENT, encoding="utf-8")
    assert translations.main([], tmp_path) == 0
    return tmp_path


def add_python(project: Path, line: str) -> None:
    with (project / "app/ui/view.py").open("a", encoding="utf-8") as file:
        file.write(f"    {line}\n")


def add_danish(project: Path, entry: str, fragment: str = "view.po") -> None:
    with (project / "resources/i18n/da" / fragment).open("a", encoding="utf-8") as file:
        file.write(f"\n{entry}\n")
    translations.main([], project)


def faults(project: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What --check says, without its last line."""
    capsys.readouterr()
    code = translations.main(["--check"], project)
    lines = capsys.readouterr().out.splitlines()
    assert code == (1 if lines[1:] else 0)
    return lines[:-1]


def test_catalogue_when_complete_speaks_danish_and_passes(project: Path, capsys: pytest.CaptureFixture[str]):
    assert faults(project, capsys) == []
    danish = gettext.translation("aftale", project / "resources/i18n", ["da"])
    assert danish.gettext("On time") == "Til tiden"
    assert [danish.ngettext("{count} meeting", "{count} meetings", count) for count in (1, 2)] == [
        "{count} møde",
        "{count} møder",
    ]


def test_catalogue_when_compiled_twice_has_the_same_bytes(project: Path):
    catalogue = project / "resources/i18n/da/LC_MESSAGES/aftale.mo"
    first = catalogue.read_bytes()
    translations.main([], project)
    assert catalogue.read_bytes() == first


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('label.setText(_("New"))', "no Danish for 'New'"),
        ('label.setText("New")', "wrap it in _(): 'New'"),
        ('EmptyState("No meetings yet")', "wrap it in _(): 'No meetings yet'"),
        ('label.setText(f"{count} left")', "wrap it in _(): ' left'"),
        ("label.setText(_(name))", "not written here"),
        ('label.setText(ngettext("one", name, count))', "must be written here"),
    ],
)
def test_source_when_a_text_cannot_be_translated_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], line: str, complaint: str
):
    add_python(project, line)
    (fault,) = faults(project, capsys)
    assert complaint in fault
    assert "app/ui/view.py:" in fault


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("09:40")',
        'label.setObjectName("Title of card")',
        'log.info("Saved all of it")',
        'label.setText("Aftale")',
    ],
)
def test_source_when_a_string_is_no_text_for_people_is_left_alone(project: Path, capsys: pytest.CaptureFixture[str], line: str):
    add_python(project, line)
    assert faults(project, capsys) == []


@pytest.mark.parametrize(
    ("english", "danish", "complaint"),
    [
        ("Hello {name}", "Hej {navn}", "placeholders"),
        ("Hello %(name)s", "Hej", "placeholders"),
        ("&Open", "Åbn", "mnemonic"),
        ("Working…", "Arbejder", "ends in …"),
        ("Zone: ", "Zone:", "spaces"),
        ("<b>Now</b>", "Nu", "tags"),
    ],
)
def test_translation_when_it_cannot_stand_in_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], english: str, danish: str, complaint: str
):
    add_python(project, f"label.setText(_({english!r}))")
    add_danish(project, f'msgid "{english}"\nmsgstr "{danish}"')
    (fault,) = faults(project, capsys)
    assert complaint in fault


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('msgid "Unused"\nmsgstr "Ubrugt"', "no source uses 'Unused'"),
        ('msgid "Late"\nmsgstr "Sen"', "disagree about 'Late'"),
        ('#, fuzzy\nmsgid "Late"\nmsgstr "For sent"', "fuzzy"),
    ],
)
def test_fragment_when_it_is_wrong_is_named(project: Path, capsys: pytest.CaptureFixture[str], entry: str, complaint: str):
    add_danish(project, entry, "other.po")
    (fault,) = faults(project, capsys)
    assert complaint in fault


def test_catalogue_when_older_than_its_fragments_is_named(project: Path, capsys: pytest.CaptureFixture[str]):
    fragment = project / "resources/i18n/da/view.po"
    fragment.write_text(fragment.read_text(encoding="utf-8").replace("For sent", "Forsinket"), encoding="utf-8")
    (fault,) = faults(project, capsys)
    assert "aftale.mo" in fault


def test_template_when_read_gives_its_texts_and_its_plain_words(project: Path, capsys: pytest.CaptureFixture[str]):
    first = '<p title="{{ _("Late") }}">{{ ngettext("{count} meeting", "{count} meetings", n) }} · {{ zone }}</p>'
    page = f'{first}\n<p aria-label="Pick one">Choose</p>'
    (project / "resources/web/templates/page.html").write_text(page, encoding="utf-8")
    found = faults(project, capsys)
    assert len(found) == 2
    assert all("resources/web/templates/page.html:2" in fault for fault in found)
    assert "'Pick one'" in found[0]
    assert "'Choose'" in found[1]


def test_missing_texts_when_asked_for_come_as_entries(project: Path, capsys: pytest.CaptureFixture[str]):
    add_python(project, 'label.setText(ngettext("{count} day", "{count} days", count))')
    capsys.readouterr()
    assert translations.main(["--missing"], project) == 0
    assert capsys.readouterr().out.strip().splitlines()[1:] == [
        'msgid "{count} day"',
        'msgid_plural "{count} days"',
        'msgstr[0] ""',
        'msgstr[1] ""',
    ]
