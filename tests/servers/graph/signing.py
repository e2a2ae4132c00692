"""What the sign-in hands out: signed tokens about a person, the key for checking them, and refusals with Entra's numbers."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.servers.graph.answers import request_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.servers.graph.state import User

TEXTS = {
    50011: "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
    50058: "A silent sign-in request was sent but no user is signed in.",
    50076: "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
    50148: "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
    50173: "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    50194: "The application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported.",
    54005: "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
    65001: "The user or administrator has not consented to use the application.",
    65004: "User declined to consent to access the app.",
    70000: "The provided value for the input parameter is not valid.",
    70003: "The app requested an unsupported grant type.",
    70008: "The provided authorization code or refresh token has expired due to inactivity.",
    70011: "The provided value for the input parameter 'scope' is not valid.",
    90002: "Tenant not found.",
    90094: "An administrator has to grant the permissions.",
    500112: "The reply address does not match the reply address provided when requesting the authorization code.",
    501491: "Invalid size of Code_Challenge parameter.",
    700016: "Application was not found in the directory.",
    700082: "The refresh token has expired due to inactivity.",
    9002313: "Invalid request. Request is malformed or invalid.",
    9002325: "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    900144: "The request body must contain a parameter that is missing.",
    900971: "No reply address provided.",
    9002346: "The application is configured for use by personal Microsoft accounts only.",
    9002331: "The application is configured for use by work and school accounts only.",
}


def refused(error: str, number: int, now: float, suberror: str = "", detail: str = "") -> dict[str, object]:
    """The body of a refusal of the token call."""
    trace, correlation = request_id(), request_id()
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = f"AADSTS{number}: {detail or TEXTS[number]} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    answer: dict[str, object] = {
        "error": error, "error_description": text, "error_codes": [number], "timestamp": moment, "trace_id": trace,
        "correlation_id": correlation, "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }  # fmt: skip
    return answer | ({"suberror": suberror} if suberror else {})


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client_info(user: User) -> str:
    return coded(json.dumps({"uid": user.id, "utid": user.tenant}).encode())


@functools.cache
def _key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _key_id() -> str:
    return coded(hashlib.sha256(str(_key().public_key().public_numbers().n).encode()).digest()[:20])


def keys() -> dict[str, object]:
    """The public key, as a JSON web key set."""
    numbers = _key().public_key().public_numbers()
    modulus, exponent = (coded(each.to_bytes((each.bit_length() + 7) // 8, "big")) for each in (numbers.n, numbers.e))
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _key_id(), "n": modulus, "e": exponent}]}


def id_token(user: User, client: str, issuer: str, nonce: str, now: float) -> str:
    """Who signed in, as OpenID Connect says it."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    subject = coded(hashlib.sha256(f"{client}{user.id}".encode()).digest())
    claims = {
        "aud": client, "iss": issuer, "iat": int(now), "nbf": int(now), "exp": int(now) + 3600, "name": user.name,
        "oid": user.id, "preferred_username": user.upn, "sub": subject, "tid": user.tenant, "ver": "2.0",
    }  # fmt: skip
    if nonce:
        claims["nonce"] = nonce
    head = {"typ": "JWT", "alg": "RS256", "kid": _key_id()}
    text = ".".join(coded(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{coded(_key().sign(text.encode(), PKCS1v15(), SHA256()))}"
