"""The file that takes a workspace to another computer: a zip archive with a manifest and the database, or the same sealed under
a passphrase.

Sealed, it begins with ``AFTALE1`` and a line end, a salt of 16 bytes and a prefix of 7; then follow frames, each the length of
its cipher in four bytes and AES-256-GCM over up to a mebibyte. The nonce is the prefix, the number of the frame in four bytes,
and whether it is the last: no frame can be left out, doubled, moved or cut off unnoticed (STREAM, Hoang and others 2015). The
key follows from the passphrase by Argon2id (RFC 9106 §4).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.clock import Instant, to_iso
from app.domain.errors import FileUnusable

MAGIC = b"AFTALE1\n"
FORMAT, VERSION = "aftale-workspace", 1
CHUNK = 1 << 20
_SALT, _PREFIX, _TAG = 16, 7, 16
_DATABASE, _MANIFEST = "aftale.db", "manifest.json"
_LONGEST_MANIFEST = 64 * 1024
Step = Callable[[int], None]
"""Hears of bytes that are done."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``sign_ins``: accounts that have to be signed in to again on the other computer."""

    made_at: str
    sign_ins: int
    digest: str


def pack(database: Path, archive: Path, now: Instant, sign_ins: int, step: Step) -> None:
    """Puts the database into an archive. Raises OSError."""
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": to_iso(now),
        "sign_ins": sign_ins,
        "sha256": _digest(database),
    }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file:
        file.writestr(_MANIFEST, json.dumps(manifest, indent=2))
        with file.open(_DATABASE, "w", force_zip64=True) as into, database.open("rb") as source:
            while piece := source.read(CHUNK):
                into.write(piece)
                step(len(piece))


def unpack(archive: Path, database: Path, step: Step) -> Manifest:
    """Takes the database out again. Raises FileUnusable (``format``, ``newer``, ``damaged``) and OSError."""
    try:
        with zipfile.ZipFile(archive) as file:
            manifest = _read_manifest(file)
            with file.open(_DATABASE) as source, database.open("xb") as into:
                while piece := source.read(CHUNK):
                    into.write(piece)
                    step(len(piece))
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise FileUnusable("format", archive.name) from error
    if _digest(database) != manifest.digest:
        raise FileUnusable("damaged", archive.name)
    return manifest


def is_sealed(path: Path) -> bool:
    """Whether the file needs a passphrase. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(plain: Path, sealed: BinaryIO, passphrase: str, step: Step) -> None:
    """Writes what only the passphrase opens. Raises OSError."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
    cipher, head = AESGCM(_key(passphrase, salt)), MAGIC + salt + prefix
    sealed.write(head)
    with plain.open("rb") as source:
        piece, number = source.read(CHUNK), 0
        while True:
            following = source.read(CHUNK)
            frame = cipher.encrypt(_nonce(prefix, number, not following), piece, head)
            sealed.write(struct.pack(">I", len(frame)) + frame)
            step(len(piece))
            if not following:
                return
            piece, number = following, number + 1


def open_sealed(sealed: Path, plain: Path, passphrase: str, step: Step) -> None:
    """The reverse. Raises FileUnusable (``passphrase``, ``damaged``) and OSError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with sealed.open("rb") as source, plain.open("xb") as into:
        head = source.read(len(MAGIC) + _SALT + _PREFIX)
        salt, prefix = head[len(MAGIC) : -_PREFIX], head[-_PREFIX:]
        cipher, number, frame = AESGCM(_key(passphrase, salt)), 0, _frame(source)
        while frame is not None:
            following = _frame(source)
            try:
                piece = cipher.decrypt(_nonce(prefix, number, following is None), frame, head)
            except InvalidTag as error:
                raise FileUnusable("passphrase" if number == 0 else "damaged", sealed.name) from error
            into.write(piece)
            step(len(piece))
            frame, number = following, number + 1
        if number == 0:
            raise FileUnusable("damaged", sealed.name)


def _frame(source: BinaryIO) -> bytes | None:
    head = source.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack(">I", head)
    return source.read(min(size, CHUNK + _TAG))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">I", number) + bytes([last])


def _key(passphrase: str, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    text = unicodedata.normalize("NFC", passphrase).encode()
    return bytes(hash_secret_raw(text, salt, time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, type=Type.ID))


def _read_manifest(file: zipfile.ZipFile) -> Manifest:
    if file.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
        raise FileUnusable("format")
    try:
        found = json.loads(file.read(_MANIFEST))
        version = found["version"] if found["format"] == FORMAT else 0
        manifest = Manifest(str(found["made_at"]), int(found["sign_ins"]), str(found["sha256"]))
    except (ValueError, KeyError, TypeError) as error:
        raise FileUnusable("format") from error
    if version != VERSION:
        raise FileUnusable("newer" if isinstance(version, int) and version > VERSION else "format")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
