"""Certificates for a server on this computer: one authority made at the start, and what can be wrong with what it signs."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID


class Tls(StrEnum):
    """``GOOD``: for ``localhost`` and 127.0.0.1, good for whoever trusts the authority; ``OTHER_NAME``: for another host;
    ``EXPIRED``; ``NOT_YET``; ``SELF_SIGNED``: by itself; ``STRANGER``: by another authority, of which nobody has the file."""

    GOOD = "good"
    OTHER_NAME = "other name"
    EXPIRED = "expired"
    NOT_YET = "not yet"
    SELF_SIGNED = "self-signed"
    STRANGER = "stranger"


Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
DAY = timedelta(days=1)


@cache
def authority(name: str = "Example Private CA") -> Pair:
    """One for all servers of the process."""
    return _make(name, None, -DAY, DAY, ())


def _make(name: str, by: Pair | None, since: timedelta, until: timedelta, hosts: tuple[str, ...]) -> Pair:
    """By itself if nobody is given; an authority if it is for no host."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example"), x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]
    )
    now = datetime.now(UTC)
    issuer, signer = (subject, key) if by is None else (by[0].subject, by[1])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now + since).not_valid_after(now + until)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=0 if not hosts else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(not hosts), critical=True)
    )  # fmt: skip
    if hosts:
        names = [x509.IPAddress(ipaddress.ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in hosts]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signer, hashes.SHA256()), key


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def made(kind: Tls) -> Pair:
    here = ("localhost", "127.0.0.1")
    if kind is Tls.OTHER_NAME:
        return _make("elsewhere.example", authority(), -DAY, DAY, ("elsewhere.example",))
    if kind is Tls.EXPIRED:
        return _make("localhost", authority(), -2 * DAY, -DAY, here)
    if kind is Tls.NOT_YET:
        return _make("localhost", authority(), DAY, 2 * DAY, here)
    if kind is Tls.SELF_SIGNED:
        return _make("localhost", None, -DAY, DAY, here)
    by = authority("Unknown CA") if kind is Tls.STRANGER else authority()
    return _make("localhost", by, -DAY, DAY, here)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def write(kind: Tls, folder: Path) -> tuple[Path, Path]:
    """Certificate and key. Returns both files."""
    certificate, key = made(kind)
    shown, private = folder / "certificate.pem", folder / "key.pem"
    shown.write_text(pem(certificate), encoding="ascii")
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return shown, private
