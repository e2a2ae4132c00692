"""Domains and own parts as people type them."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.addresses import as_typed, other_parts, read_domain, shown_host
from app.domain.errors import InvalidFields
from app.domain.pages import RESERVED, check_slug, to_slug_part
from app.domain.settings import Domain


@pytest.mark.shows("URL-3")
@pytest.mark.parametrize(
    ("typed", "origin", "shown"),
    [
        ("meet.example.com", "https://meet.example.com", "meet.example.com"),
        (" https://Meet.Example.com/anna?x#y ", "https://meet.example.com", "meet.example.com"),
        ("https://meet.example.com:443", "https://meet.example.com", "meet.example.com"),
        ("http://meet.example.com:80/", "http://meet.example.com", "meet.example.com"),
        ("meet.example.com:8443", "https://meet.example.com:8443", "meet.example.com:8443"),
        ("anna@meet.example.com", "https://meet.example.com", "meet.example.com"),
        ("meet.example.com.", "https://meet.example.com", "meet.example.com"),
        ("møde.dk", "https://xn--mde-0na.dk", "møde.dk"),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8000", "192.0.2.7:8000"),
        ("[2001:DB8::1]", "https://[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_domain_when_typed_is_read_without_what_a_browser_adds(typed: str, origin: str, shown: str) -> None:
    domain = read_domain(typed)
    assert (domain.origin, shown_host(domain)) == (origin, shown)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        ("https://", "missing"),
        ("/anna", "missing"),
        ("localhost", "form"),
        ("meet example.com", "form"),
        ("meet..example.com", "form"),
        ("-meet.example.com", "form"),
        ("meet_.example.com", "form"),
        ("1.2.3.999", "form"),
        ("[1.2.3.4]", "form"),
        ("[::g]", "form"),
        ("meet.example.com:0", "port"),
        ("meet.example.com:65536", "port"),
        ("ftp://meet.example.com", "scheme"),
        (f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.dk", "too_long"),
        (f"{'a' * 64}.dk", "form"),
    ],
)
def test_domain_when_it_is_none_says_why(typed: str, reason: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_domain(typed)
    assert refused.value.fields == {"domain": reason}


@given(st.text(max_size=80))
def test_domain_when_anything_is_typed_is_refused_or_read_the_same_again(typed: str) -> None:
    try:
        domain = read_domain(typed)
    except InvalidFields:
        return
    assert read_domain(domain.origin) == domain
    assert read_domain(f"{'https' if domain.secure else 'http'}://{shown_host(domain)}") == domain


@pytest.mark.shows("URL-1")
@pytest.mark.parametrize(
    ("typed", "shown"),
    [("Anna ", "anna-"), ("Anna Hø", "anna-hoe"), ("-", ""), ("a--", "a-"), ("Åse", "aase"), ("x" * 41, "x" * 40)],
)
def test_own_part_when_typed_becomes_what_an_address_may_hold(typed: str, shown: str) -> None:
    assert as_typed(typed) == shown


@given(st.text(max_size=60))
def test_own_part_when_anything_is_typed_stays_once_it_is_turned(typed: str) -> None:
    turned = as_typed(typed)
    assert as_typed(turned) == turned
    assert to_slug_part(turned) == turned.rstrip("-")


@pytest.mark.shows("URL-2")
@given(st.from_regex(r"[a-z0-9]{2,40}", fullmatch=True), st.text(max_size=30))
def test_other_parts_when_one_is_taken_are_others_that_are_allowed(part: str, name: str) -> None:
    offered = list(islice(other_parts(part, name), 12))
    assert part not in offered
    for each in offered:
        if each not in RESERVED:
            check_slug(each)


def test_shown_host_when_it_cannot_be_read_is_shown_as_it_is() -> None:
    assert shown_host(Domain("xn--\xff")) == "xn--\xff"
