"""Whose certificates count: those that the system trusts, and the company's own where the person gave its file, for this
account's server alone. Verification is never off, TLS is 1.2 or newer, and nothing goes over bare http."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies

from app.providers.certificates import WRONG_HOST, context, shown, why_not_believed

__all__ = ["WRONG_HOST", "Refusing", "TrustingAdapter", "context", "session", "shown", "why_not_believed"]


class TrustingAdapter(HTTPAdapter):
    """Sends over connections that ``context(ca)`` believes in, whatever the environment names as bundles of certificates."""

    def __init__(self, ca: str = "", **more: Any) -> None:
        self._context = context(ca)
        super().__init__(**more)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """requests' hook: certificates are verified, whatever ``verify`` says, and no client certificate is shown."""
        where, _how = super().build_connection_pool_key_attributes(request, True, None)
        return where, {"cert_reqs": "CERT_REQUIRED", "ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


class Refusing(BaseAdapter):
    """In the place of what is never used: bare http, and servers that the account has nothing to do with."""

    def send(self, request: Any, *_: Any, **__: Any) -> Any:
        raise requests.exceptions.InvalidSchema(f"not for {urlsplit(str(request.url)).scheme}")

    def close(self) -> None:
        """Nothing is open."""


def session(url: str, ca: str = "") -> requests.Session:
    """A session that speaks to the server at ``url`` and no other, over one connection. Proxies are those of the environment;
    passwords and certificates that it names are not."""
    made = requests.Session()
    made.trust_env = False
    made.proxies = get_environ_proxies(url)
    for prefix in ("http://", "https://"):
        made.mount(prefix, Refusing())
    adapter = TrustingAdapter(ca, pool_block=True, pool_connections=1, pool_maxsize=1, max_retries=0)
    made.mount(f"https://{urlsplit(url).netloc.lower()}/", adapter)
    return made
