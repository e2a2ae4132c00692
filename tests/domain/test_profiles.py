"""Which account of an imported profile holds which role, and what is wrong with a profile that cannot be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.connections import Account, ProviderKind, Role
from app.domain.errors import InvalidFields
from app.domain.profiles import Profile, ProfileAccount, after_disconnecting, may_be_primary, read_profile, roles_of

pytestmark = pytest.mark.shows("CON-12")
MAIL = {"provider": "google", "email": "anna@example.org", "use": "sync"}
WORK = {"provider": "office365", "email": "anna@firm.example", "name": "Anna Holm", "use": "booking"}
OLD, NEW = "2023-03-12", "2023-03-13"


def document(created: object = OLD, *accounts: object) -> dict[str, object]:
    return {"created": created, "accounts": list(accounts) or [MAIL, WORK]}


def roles(created: str, *uses: str) -> list[Role | None]:
    providers = ("google", "office365", "exchange", "caldav")
    accounts = [{**MAIL, "provider": provider, "use": use} for provider, use in zip(providers, uses, strict=False)]
    return [role for _, role in roles_of(read_profile(document(created, *accounts)))]


def test_profile_when_read_then_says_when_it_was_made_and_what_each_account_was_used_for() -> None:
    read = read_profile({**document("2022-05-01T10:00:00Z"), "plan": "starter"})
    assert read.created.isoformat() == "2022-05-01"
    assert read.accounts == (
        ProfileAccount(ProviderKind.GOOGLE, "anna@example.org", "", Role.SYNC),
        ProfileAccount(ProviderKind.OFFICE365, "anna@firm.example", "Anna Holm", Role.BOOKING),
    )
    (alone,) = read_profile(document(NEW, {"provider": "caldav", "email": "anna@example.org"})).accounts
    assert alone.use is Role.BOTH


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"created": "missing", "accounts": "missing"}),
        (document("soon"), {"created": "not_a_date"}),
        (document("2023-02-30"), {"created": "not_a_date"}),
        (document(20230312), {"created": "wrong_type"}),
        ({"created": OLD, "accounts": []}, {"accounts": "missing"}),
        ({"created": OLD, "accounts": "anna@example.org"}, {"accounts": "wrong_type"}),
        (document(OLD, *[MAIL] * 21), {"accounts": "too_many"}),
        (document(OLD, "anna@example.org"), {"accounts.0": "wrong_type"}),
        (document(OLD, {}), {"accounts.0.provider": "missing", "accounts.0.email": "missing"}),
        (document(OLD, MAIL, {**WORK, "provider": "local"}), {"accounts.1.provider": "not_a_choice"}),
        (document(OLD, {**MAIL, "provider": ["google"]}), {"accounts.0.provider": "not_a_choice"}),
        (document(OLD, {**MAIL, "email": "anna"}), {"accounts.0.email": "no_at"}),
        (document(OLD, {**MAIL, "email": "anna@home"}), {"accounts.0.email": "no_end"}),
        (
            document(OLD, {**MAIL, "use": "mail", "name": "a\nb"}),
            {"accounts.0.use": "not_a_choice", "accounts.0.name": "characters"},
        ),
        (document(OLD, MAIL, {**MAIL, "email": "Anna@Example.org", "use": "booking"}), {"accounts.1.email": "twice"}),
        (document(OLD, MAIL, {**WORK, "use": "sync"}), {"accounts.1.use": "twice"}),
    ],
)
def test_profile_when_something_is_wrong_then_every_fault_is_named_with_its_place(given, fields) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidFields) as caught:
        read_profile(given)
    assert caught.value.fields == fields


@pytest.mark.parametrize(
    ("created", "uses", "expected"),
    [
        (OLD, ("sync", "booking"), [Role.SYNC, Role.BOOKING]),
        (OLD, ("booking", "sync"), [Role.BOOKING, Role.SYNC]),
        (NEW, ("sync", "booking"), [None, Role.BOTH]),
        (NEW, ("booking", "sync"), [Role.BOTH, None]),
        (OLD, ("both",), [Role.BOTH]),
        (OLD, ("sync",), [Role.BOTH]),
        (NEW, ("booking",), [Role.BOTH]),
        (OLD, ("sync", "both"), [None, Role.BOTH]),
        (OLD, ("both", "both"), [Role.BOTH, None]),
        (OLD, ("sync", "both", "booking"), [None, Role.BOTH, None]),
    ],
)
def test_roles_when_the_profile_is_older_then_are_shared_by_two_accounts_and_else_held_by_one(created, uses, expected) -> None:  # type: ignore[no-untyped-def]
    assert roles(created, *uses) == expected


def test_roles_when_there_is_no_account_then_are_none() -> None:
    assert roles_of(Profile(read_profile(document()).created)) == ()


SYNC = Account("s", ProviderKind.GOOGLE, "Mail", role=Role.SYNC)
BOOKING = Account("b", ProviderKind.OFFICE365, "Work", role=Role.BOOKING)
CHECKED = Account("c", ProviderKind.CALDAV, "Home", primary=False)


@pytest.mark.parametrize(("gone", "stays"), [("s", BOOKING), ("b", SYNC)])
def test_the_account_that_stays_when_the_other_one_is_disconnected_then_holds_both_roles(gone: str, stays: Account) -> None:
    left = after_disconnecting((SYNC, BOOKING, CHECKED), gone)
    assert left == (replace(stays, role=Role.BOTH), CHECKED)
    assert not may_be_primary(left)


def test_the_roles_when_an_account_that_is_only_checked_is_disconnected_then_stay_as_they_are() -> None:
    assert after_disconnecting((SYNC, BOOKING, CHECKED), "c") == (SYNC, BOOKING)
    assert after_disconnecting((replace(SYNC, role=Role.BOTH), CHECKED), "s") == (CHECKED,)


def test_a_new_account_when_none_or_only_this_computer_is_primary_then_may_be_it() -> None:
    local = Account("local", ProviderKind.LOCAL, "On this computer")
    assert may_be_primary(())
    assert may_be_primary((local, CHECKED))
    assert not may_be_primary((SYNC,))
    assert not may_be_primary((local, BOOKING))
