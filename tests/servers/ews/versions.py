"""Releases of Exchange: how they name themselves, and which schemas they understand."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMAS = (
    "Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2", "Exchange2013",
    "Exchange2013_SP1", "Exchange2016",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Release:
    """``newest``: the newest schema it understands; ``told``: what it writes as its version."""

    major: int
    minor: int
    build: int
    revision: int
    told: str
    newest: str

    def understands(self, schema: str) -> bool:
        return schema in SCHEMAS and SCHEMAS.index(schema) <= SCHEMAS.index(self.newest)


RELEASES = {
    "2007_SP1": Release(8, 1, 240, 5, "Exchange2007_SP1", "Exchange2007_SP1"),
    "2010_SP1": Release(14, 1, 438, 0, "Exchange2010_SP1", "Exchange2010_SP1"),
    "2010_SP2": Release(14, 2, 390, 3, "Exchange2010_SP2", "Exchange2010_SP2"),
    "2010_SP3": Release(14, 3, 513, 0, "Exchange2010_SP2", "Exchange2010_SP2"),
    "2013": Release(15, 0, 712, 24, "Exchange2013", "Exchange2013"),
    "2013_SP1": Release(15, 0, 1497, 48, "V2_23", "Exchange2013_SP1"),
    "2016": Release(15, 1, 2507, 39, "V2017_07_11", "Exchange2016"),
    "2019": Release(15, 2, 1544, 11, "V2017_07_11", "Exchange2016"),
    "SE": Release(15, 2, 2562, 17, "V2017_07_11", "Exchange2016"),
}


def is_before(schema: str, other: str) -> bool:
    return SCHEMAS.index(schema) < SCHEMAS.index(other)
