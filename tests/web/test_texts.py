"""What the pages are made of: every reason has a sentence, colours are the tokens', and everything is light."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from app.domain.typed import Fault
from app.i18n import LANGUAGES, Wording
from app.web import problems
from app.web.assets import Assets, landscape, shorten
from tests.web.serving import DRAWING

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "resources/web/static/page.css").read_text(encoding="utf-8")
TOKENS = json.loads((ROOT / "resources/tokens.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", Fault)
def test_reason_when_told_to_a_visitor_then_it_has_a_sentence_of_its_own_in_their_language(fault: Fault, language: str) -> None:
    text = problems.sentence(Wording(language), fault, "maja@example.")
    assert len(text.split()) >= 3
    assert "{" not in text
    english = problems.SENTENCES[fault]
    assert (text == english.format(value="maja@example")) == (language == "en")
    assert len(set(problems.SENTENCES.values())) == len(Fault)


def test_reason_when_nobody_knows_it_then_there_is_still_a_sentence() -> None:
    assert problems.sentence(Wording("en"), "unheard_of") == "This is not in the form that was expected."


def scheme_of(css: str, scheme: str) -> dict[str, str]:
    """The custom properties of the light or the dark scheme."""
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.S)
    return dict(re.findall(r"--([a-z_0-9]+): (#[0-9A-Fa-f]{6});", blocks[0 if scheme == "light" else 1]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_when_written_in_the_style_sheet_then_they_are_those_of_the_tokens(scheme: str) -> None:
    found = scheme_of(CSS, scheme)
    wanted = {**TOKENS["color"][scheme], **TOKENS["horizon"][scheme], **TOKENS["brand"][scheme]}
    shared = set(found) & set(wanted)
    assert len(shared) > 40
    assert {name: found[name] for name in shared} == {name: wanted[name] for name in shared}
    light, _, dark = CSS.partition("@media (prefers-color-scheme: dark)")
    pages = dict(re.findall(r"\.c-(\w+) \{ --page: (#[0-9A-F]{6})", light if scheme == "light" else dark))
    assert pages == {name: value for name, value in TOKENS["page_color"][scheme].items() if name != "fjord"}
    assert found["page"] == TOKENS["page_color"][scheme]["fjord"]


def test_style_sheet_when_shortened_then_no_rule_is_lost() -> None:
    short = shorten(CSS)
    assert short.count("{") == re.sub(r"/\*.*?\*/", "", CSS, flags=re.S).count("{")
    assert "/*" not in short
    assert "calc(100% + 64px)" in short
    assert len(short) < len(CSS)


def test_script_and_style_when_packed_then_they_are_under_30_kilobytes_together() -> None:
    script = (ROOT / "resources/web/static/page.js").read_bytes()
    assert len(gzip.compress(script, 9)) + len(gzip.compress(DRAWING.assets.style.encode(), 9)) < 30_000


def test_script_when_read_then_it_puts_no_text_into_the_page_as_markup() -> None:
    script = (ROOT / "resources/web/static/page.js").read_text(encoding="utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
        "cookie",
    ):
        assert way not in script


def test_files_when_their_content_changes_then_their_names_change(tmp_path: Path) -> None:
    names = set(DRAWING.assets.files)
    assert all(re.fullmatch(r"[a-z-]+(-\d+)?\.[0-9a-f]{12}\.(js|svg|woff2)", name) for name in names)
    resources = tmp_path / "resources"
    for part in ("fonts/web", "web/static"):
        (resources / part).mkdir(parents=True)
        for file in (ROOT / "resources" / part).iterdir():
            (resources / part / file.name).write_bytes(file.read_bytes())
    with (resources / "web/static/page.js").open("a") as script:
        script.write("// changed\n")
    assert len(names - set(Assets(resources).files)) == 1


def test_landscape_when_it_is_night_then_a_crescent_stands_where_the_sun_was() -> None:
    day, night = landscape(640, 184, 0.12), landscape(640, 184, "moon")
    assert day.count('class="l-sun"') == 3
    assert night.count('class="l-sun"') == 1
    assert "<circle" not in night
