"""Identifiers and tokens."""

from __future__ import annotations

import re

from app.domain.ids import new_id, new_token, token_hash


def test_new_id_when_drawn_then_is_128_bits_as_hex_and_never_the_same() -> None:
    drawn = {new_id() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in drawn)


def test_new_token_when_drawn_then_is_256_bits_that_fit_into_a_link() -> None:
    drawn = {new_token() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in drawn)


def test_token_hash_when_key_purpose_or_token_differ_then_differs() -> None:
    found = {token_hash(key, purpose, token) for key in (b"k", b"l") for purpose in ("manage", "form") for token in ("t", "u")}
    assert len(found) == 8
    assert all(len(each) == 32 for each in found)
    assert token_hash(b"k", "manage", "t") == token_hash(b"k", "manage", "t")
    assert token_hash(b"k", "a", "b") != token_hash(b"k", "ab", "")
