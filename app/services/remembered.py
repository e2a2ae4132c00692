"""What a form of an account needs not be asked again: the server and the names that an earlier sign-in found (CON-8). Never a
password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.connections import Account, ProviderKind
from app.domain.errors import SecretUnreadable
from app.providers.base import Remembering
from app.services.secrets import account_secret

if TYPE_CHECKING:
    from app.services.workspace import Workspace

_OF_A_DOMAIN = ("server", "version", "ca")


async def of_account(workspace: Workspace, account: Account) -> dict[str, str]:
    """The fields of the form, all but the password, for signing in to the account again."""
    found = {name: text for name, text in (("email", account.email), ("name", account.name)) if text}
    connector = await workspace.connecting.prepare(account.provider)
    if not isinstance(connector, Remembering):
        return found
    try:
        secret = await workspace.secrets.read(account_secret(account.id))
    except SecretUnreadable:
        return found
    return found if secret is None else found | connector.known(secret)


async def of_domain(workspace: Workspace, kind: ProviderKind, domain: str) -> dict[str, str]:
    """The server of a mail domain, known from another account there; empty if it is not."""
    for account in await workspace.accounts.accounts():
        if account.provider is kind and account.email.lower().endswith(f"@{domain}"):
            known = await of_account(workspace, account)
            return {name: known[name] for name in _OF_A_DOMAIN if known.get(name)}
    return {}
