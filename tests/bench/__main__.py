"""All benches in one command, each figure beside the most (or the least) it may be: ``python -m tests.bench [WORD …]``.

Every ``bench_*.py`` beside this file prints one JSON object of figures as its last line. Words pick the benches whose name
holds one of them. The exit code is 1 when a figure is out of bounds, when a bench fails, or when a bounded figure is missing.
Ratios are taken inside one run, against a reference that the same bench measures; run them on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure may be at most, or with ``least`` at least. ``bench`` is the script that measures it."""

    goal: str
    bench: str
    figure: str
    limit: float
    meaning: str
    least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.limit if self.least else value <= self.limit


BOUNDS = (
    Bound("slots", "bench_slots", "slots_from_scratch_ms", 10, "60 days, 12,000 events, 15-minute steps, from scratch: CPU ms"),
    Bound("slots", "bench_slots", "slots_cached_ms", 1, "the same from merged busy time, labels included: CPU ms"),
    Bound("P1", "bench_start", "first_paint_ratio", 1.45, "first paint with data, × a bare window"),
    Bound("P2", "bench_start", "ready_ratio", 3.6, "everything works, × a bare window's first paint"),
    Bound("P2", "bench_start", "start_stall_ms", 50, "longest stall of the window on the way"),
    Bound("P4", "bench_start", "memory_first_paint_pss_ratio", 1.25, "memory at the first paint, × a bare window"),
    Bound("P4", "bench_start", "memory_rest_pss_ratio", 2.1, "memory at rest, × a bare window"),
    Bound("P4", "bench_start", "memory_page_server_pss_ratio", 0.7, "memory of the public child, × a bare window"),
    Bound(
        "P5", "bench_visitors", "visitor_p99_busy_ratio", 1.5, "wait for a page with the window saturated, × with it idle, p99"
    ),
    Bound("P7", "bench_web", "page_ratio", 0.5, "an unchanged page, × a constant answer of the same server", least=True),
    Bound("P6", "bench_start", "lateness_p99_ms", 3, "lateness of a 5 ms timer while the pages are saturated"),
    Bound("P8", "bench_start", "notice_told_p99_ms", 5, "from a booking's commit until the window knows"),
    Bound("settings", "bench_settings", "setting_shown_ms", 300, "a changed setting, from Save until a visitor gets it: ms"),
    Bound("P11", "bench_recurrence", "recurrence_dateutil_ratio", 0.15, "2,000 series over one year, × python-dateutil"),
    Bound("P11", "bench_recurrence", "recurrence_library_ratio", 0.02, "the same, × recurring-ical-events"),
    Bound("P11", "bench_recurrence", "recurrence_differences", 0, "series of which the three find other instants"),
    Bound("P12", "bench_sync", "upsert_insert_ratio", 1.3, "10,000 new events stored, × bare executemany of the same rows"),
    Bound("P12", "bench_sync", "upsert_change_ratio", 1.3, "10,000 events that all changed, × the same"),
    Bound("P12", "bench_sync", "upsert_unchanged_ratio", 1.1, "10,000 events of which none changed, × the same"),
    Bound("P13", "bench_database", "booking_commit_ratio", 2.6, "one booking, × the same in bare sqlite3"),
    Bound("P14", "bench_database", "bookers_32_p99_ratio", 40, "32 bookers at once, p99, × one bare commit"),
    Bound("P14", "bench_database", "bookers_32_errors", 0, "of them failed"),
    Bound("P14", "bench_database", "bookers_32_overlaps", 0, "of them overlap"),
    Bound("P15", "bench_sync", "booking_beside_sync_ratio", 15, "one booking beside an endless sync, p99, × without one"),
    Bound("P17", "bench_sync", "sync_total_ratio", 1.6, "first sync of 10,000 events, 80 ms a page, × bare download"),
    Bound("P17", "bench_sync", "sync_cpu_ratio", 0.5, "its CPU time, × google-api-python-client with the same store"),
    Bound("P17", "bench_sync", "sync_stall_ms", 20, "longest stall of the loop's thread meanwhile"),
    *(
        bound
        for kind, ratio in (("exchange", 3.5), ("ntlm", 3.5), ("caldav", 9), ("office365", 3.5))
        for bound in (
            Bound("first", "bench_accounts", f"{kind}_trips", 1, "requests for a month of 40 events that was read before"),
            Bound(
                "first", "bench_accounts", f"{kind}_progress", 13, "times that a first reading tells how far it is", least=True
            ),
            Bound("first", "bench_accounts", f"{kind}_total_ratio", ratio, "10,000 events read and stored, × bare download"),
            Bound("first", "bench_accounts", f"{kind}_stall_ms", 30, "longest stall of the loop's thread meanwhile"),
            Bound("first", "bench_accounts", f"{kind}_stall_own_ms", 30, "the same, as far as it is ours"),
            Bound("first", "bench_accounts", f"{kind}_first_stall_own_ms", 30, "the same of the first round, with all imports"),
        )
    ),
    Bound("P17", "bench_idle", "first_10000_stall_ms", 20, "the same, of 10,000 events that come without a network"),
    Bound(
        "screens", "bench_screens", "screens_over_ms", 100, "the slowest screen with a long history, CPU ms over an empty one"
    ),
    Bound("screens", "bench_screens", "screens_scroll_ms", 16, "longest step on the way through its lists: CPU ms"),
    Bound("preview", "bench_screens", "preview_ms", 150, "from a change in the editor until the preview shows it"),
    Bound("idle", "bench_idle", "idle_cpu_s", 36, "five accounts and nothing happening: CPU seconds in a simulated hour"),
    Bound("idle", "bench_idle", "idle_growth_kb", 200, "growth of memory in that hour: kB"),
)


def measure(script: Path) -> dict[str, float] | None:
    """The figures of one bench, or nothing if it failed; what it has to say goes to standard error as it comes."""
    done = subprocess.run([sys.executable, "-m", f"tests.bench.{script.stem}"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.strip().splitlines()
    try:
        figures = json.loads(lines[-1]) if lines and done.returncode == 0 else None
    except ValueError:
        figures = None
    return figures if isinstance(figures, dict) else None


def rows(figures: dict[str, float], bounds: list[Bound]) -> tuple[list[tuple[str, ...]], bool]:
    """The table, and whether every bound holds."""
    table: list[tuple[str, ...]] = [("goal", "figure", "value", "bound", "", "meaning")]
    good = True
    for bound in bounds:
        value = figures.get(bound.figure)
        sign = "≥" if bound.least else "≤"
        verdict = "none" if value is None else "ok" if bound.holds(value) else "OVER" if not bound.least else "UNDER"
        good &= verdict == "ok"
        shown = "-" if value is None else f"{value:g}"
        table.append((bound.goal, bound.figure, shown, f"{sign} {bound.limit:g}", verdict, bound.meaning))
    bounded = {bound.figure for bound in bounds}
    table += [("", name, f"{value}", "", "", "") for name, value in figures.items() if name not in bounded]
    return table, good


def show(table: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in table) for column in range(5)]
    for row in table:
        cells = [
            f"{cell:>{width}}" if column == 2 else f"{cell:{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        print("  ".join([*cells, row[5]]).rstrip())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n\n")[0])
    parser.add_argument("words", nargs="*", help="only the benches whose name holds one of these")
    words = parser.parse_args().words
    scripts = [path for path in sorted(HERE.glob("bench_*.py")) if not words or any(word in path.stem for word in words)]
    figures: dict[str, float] = {}
    failed: list[str] = []
    for script in scripts:
        began = time.monotonic()
        found = measure(script)
        print(
            f"{script.stem}: {'failed' if found is None else 'measured'} in {time.monotonic() - began:.0f} s",
            file=sys.stderr,
            flush=True,
        )
        if found is None:
            failed.append(script.stem)
        figures |= found or {}
    table, good = rows(figures, [bound for bound in BOUNDS if not words or any(word in bound.bench for word in words)])
    show(table)
    for name in failed:
        print(f"{name} failed")
    return 0 if good and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
