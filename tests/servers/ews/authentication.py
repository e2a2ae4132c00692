"""Sign-in: Basic in every request, NTLM (version 2 alone) for a connection, as IIS has it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
import time
from dataclasses import dataclass

from spnego._ntlm_raw.md4 import md4

from tests.servers.ews.changing import User
from tests.servers.ews.state import EwsService

SIGNATURE = b"NTLMSSP\x00"
UNICODE, TARGET, NTLM, SIGN, TARGET_DOMAIN = 0x1, 0x4, 0x200, 0x10, 0x10000
EXTENDED, TARGET_INFO, VERSION, BITS_128, KEY_EXCHANGE, BITS_56 = (
    0x80000,
    0x800000,
    0x2000000,
    0x20000000,
    0x40000000,
    0x80000000,
)
ASKED = EXTENDED | SIGN | BITS_128 | KEY_EXCHANGE | BITS_56
DOMAIN_NAME, COMPUTER_NAME = "EXAMPLE", "MAIL"
CHANNEL_BINDING = 10
EPOCH = 116444736000000000
"""1970 in the ticks of Windows."""


@dataclass(slots=True)
class Outcome:
    """``user``: who it is; ``challenge``: the answer of the second leg, instead of a user; neither: refused."""

    user: User | None = None
    challenge: str = ""


class SignIns:
    """``connections``: what each open connection has come to: a challenge that was sent, or who is signed in. ``binding``: of
    the certificate, if there is one; with extended protection a proof has to be made for this very connection."""

    def __init__(self, service: EwsService) -> None:
        self.service, self.binding = service, b""
        self.connections: dict[tuple[str, int], bytes | tuple[str, str]] = {}

    def closed(self, connection: tuple[str, int]) -> None:
        self.connections.pop(connection, None)

    def who(self, header: str, connection: tuple[str, int]) -> Outcome:
        scheme, _, rest = header.partition(" ")
        if not header:
            known = self.connections.get(connection)
            if isinstance(known, tuple):
                user = self.service.users.get(known[0])
                return Outcome(user if user is not None and user.password == known[1] else None)
            return Outcome()
        if scheme not in self.service.offers:
            return Outcome()
        try:
            token = base64.b64decode(rest.strip(), validate=True)
        except (ValueError, binascii.Error):
            return Outcome()
        if scheme == "Basic":
            return Outcome(self._basic(token))
        if scheme in ("NTLM", "Negotiate") and token.startswith(SIGNATURE) and len(token) >= 12:
            return self._ntlm(scheme, token, connection)
        return Outcome()

    def _basic(self, token: bytes) -> User | None:
        login, colon, password = token.decode("utf-8", "replace").partition(":")
        user = self.service.by_login(login) if colon else None
        return user if user is not None and hmac.compare_digest(user.password.encode(), password.encode()) else None

    def _ntlm(self, scheme: str, token: bytes, connection: tuple[str, int]) -> Outcome:
        (kind,) = struct.unpack_from("<I", token, 8)
        if kind == 1 and len(token) >= 16:
            nonce = os.urandom(8)
            self.connections[connection] = nonce
            (flags,) = struct.unpack_from("<I", token, 12)
            return Outcome(challenge=f"{scheme} {base64.b64encode(challenge(nonce, flags)).decode()}")
        known = self.connections.pop(connection, None)
        if kind != 3 or not isinstance(known, bytes):
            return Outcome()
        login, proof = read_authenticate(token)
        user = self.service.by_login(login[1]) or self.service.by_login("\\".join(login))
        if user is None or not proves(proof, known, login, user.password):
            return Outcome()
        if self.service.extended_protection and self.binding and bound_to(proof) != self.binding:
            return Outcome()
        self.connections[connection] = (user.email, user.password)
        return Outcome(user)


def challenge(nonce: bytes, asked: int) -> bytes:
    """The second message (MS-NLMP 2.2.1.2)."""
    target = DOMAIN_NAME.encode("utf-16-le")
    now = struct.pack("<Q", int(time.time() * 10_000_000) + EPOCH)
    pairs = ((2, target), (1, COMPUTER_NAME.encode("utf-16-le")), (7, now))
    info = b"".join(struct.pack("<HH", number, len(value)) + value for number, value in pairs) + bytes(4)
    flags = UNICODE | TARGET | NTLM | TARGET_DOMAIN | TARGET_INFO | VERSION | (asked & ASKED) | EXTENDED
    start = 56
    head = SIGNATURE + struct.pack("<I", 2) + _field(target, start) + struct.pack("<I", flags) + nonce + bytes(8)
    return head + _field(info, start + len(target)) + bytes((10, 0, 0x61, 0x4A, 0, 0, 0, 15)) + target + info


def _field(value: bytes, offset: int) -> bytes:
    return struct.pack("<HHI", len(value), len(value), offset)


def read_authenticate(token: bytes) -> tuple[tuple[str, str], bytes]:
    """Domain and user, and the NT response, of the third message (MS-NLMP 2.2.1.3)."""

    def part(at: int) -> bytes:
        length, _, offset = struct.unpack_from("<HHI", token, at)
        return token[offset : offset + length]

    if len(token) < 64:
        return ("", ""), b""
    return (part(28).decode("utf-16-le", "replace"), part(36).decode("utf-16-le", "replace")), part(20)


def proves(response: bytes, nonce: bytes, login: tuple[str, str], password: str) -> bool:
    """Whether an NTLMv2 response was made with the password (MS-NLMP 3.3.2). A shorter one is of version 1, and refused."""
    if len(response) < 44:
        return False
    domain, user = login
    secret = hmac.new(md4(password.encode("utf-16-le")), (user.upper() + domain).encode("utf-16-le"), hashlib.md5).digest()
    right = hmac.new(secret, nonce + response[16:], hashlib.md5).digest()
    return hmac.compare_digest(right, response[:16])


def bound_to(response: bytes) -> bytes:
    """The channel binding that an NTLMv2 response was made for (MS-NLMP 2.2.2.1), nothing if it was made for none."""
    at = 16 + 28
    while at + 4 <= len(response):
        number, length = struct.unpack_from("<HH", response, at)
        if number == CHANNEL_BINDING:
            return response[at + 4 : at + 4 + length]
        if number == 0:
            break
        at += 4 + length
    return b""


def binding_of(certificate: bytes) -> bytes:
    """Of a certificate in DER, signed with SHA-256 (RFC 5929, in the form of RFC 2744)."""
    told = b"tls-server-end-point:" + hashlib.sha256(certificate).digest()
    return hashlib.md5(bytes(16) + struct.pack("<I", len(told)) + told).digest()
