"""The JSON side against its description: schemathesis asks, well-formed and ill-formed, and compares every answer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.web.fake import intro, link, lunch, workshop
from tests.web.serving import Served, serving

TOKEN, LINK = "t" * 43, "l" * 43
OPENS = ("intro", "intro", "intro", "link_spent", "link_expired")
"""What a secret link opens, or why it opens nothing."""
EXAMPLES = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "full" else 25
DOCUMENT = Path(__file__).resolve().parents[2] / "resources/web/openapi.json"
CONFIG = SchemathesisConfig.from_dict({"parameters": {"path.slug": "intro", "path.token": TOKEN, "path.link": LINK}})
schema = schemathesis.openapi.from_path(DOCUMENT, config=CONFIG)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(link(intro(slug="intro"), workshop(), lunch())) as found:
        yield found


@pytest.mark.shows("S8")
@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
def test_answer_when_anything_is_asked_then_it_is_as_described(case: schemathesis.Case, served: Served) -> None:
    if "token" in (case.path_parameters or {}):
        served.link.hold(TOKEN)
    if "link" in (case.path_parameters or {}):
        # A link that is over answers 410 whatever is sent along, so only where nothing is.
        served.link.links[LINK] = (
            OPENS[len(served.link.asked) % len(OPENS)] if case.method == "GET" and not case.query else "intro"
        )
    case.call_and_validate(
        base_url=served.url,
        headers={"Accept": "application/json"},
        # Whether a well-formed wish is granted depends on what is free and offered, which no schema says.
        excluded_checks=[positive_data_acceptance],
    )


def test_description_when_read_then_it_names_every_route_and_every_answer_that_is_used() -> None:
    paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    secret = {f"/meetings/{{slug}}/{{link}}{tail}" for tail in ("", "/slots", "/book", "/message")}
    plain = {each.replace("/{link}", "") for each in secret}
    manage = {f"/manage/{{token}}{tail}" for tail in ("", "/ics", "/cancel", "/reschedule")}
    assert set(paths) == secret | plain | manage | {"/healthz", "/robots.txt"}
    assert all(
        "410" in operation["responses"] for each in secret for name, operation in paths[each].items() if name != "parameters"
    )
