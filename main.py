#!/usr/bin/env python3
"""Aftale's command line. Only the arguments are read here; each branch imports what it needs and nothing else.

main.py            the window            main.py serve         without a screen
main.py --diagnose one whole round       main.py --pages       the public child (started by the program itself)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

VERSION = "0.1.0"


def parse(arguments: list[str]) -> argparse.Namespace:
    """Reads the command line; ends the program with 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="aftale", description="Lets clients book your free time on pages that this computer serves."
    )
    add = parser.add_argument
    add("mode", nargs="?", choices=["serve"], help="serve: run without a screen, events out and commands in as JSON lines")
    add("--workspace", metavar="DIR", type=_folder, help="where everything is kept (default: the user's data folder)")
    add("--port", metavar="N", type=_port, help="port of the pages on this computer; 0 takes any free one")
    add("--demo", action="store_true", help="fill an empty workspace with demo data; without --workspace a temporary one")
    add("--diagnose", action="store_true", help="open the window, serve a page, book a slot, close; exit 0 if all works")
    add("--version", action="version", version=f"Aftale {VERSION}")
    options = parser.parse_args(arguments)
    if options.diagnose and (options.mode or options.workspace or options.demo or options.port is not None):
        parser.error("--diagnose stands alone: it uses a temporary workspace")
    return options


def _folder(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of a folder is missing")
    return Path(text)


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port lies between 0 and 65535")
    return port


def main(arguments: list[str]) -> int:
    """Runs what was asked for and returns the exit code."""
    if arguments[:1] == ["--pages"]:
        from app.web.serve import main as pages

        return pages(arguments[1:])
    options = parse(arguments)
    from app import bootstrap

    if options.mode == "serve":
        return bootstrap.serve(options.workspace, options.port, options.demo)
    return bootstrap.window(options.workspace, options.port, options.demo, diagnose=options.diagnose)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
