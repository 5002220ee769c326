"""``make bench``: measure sending, print a table, and say what falls short of its target.

``python -m tests.benchmarks [PART …] [--quick] [--long]``. Exits with 2 where a part could not be
measured, and with 0 also where a target is missed: it is a measurement.
"""

import argparse
import signal
import sys
import time
import traceback
from importlib import import_module
from typing import NoReturn

from .database import own_database
from .harness import Measure, NotMeasured, Options, table

PARTS = ("smtp", "latency", "provider", "planning", "rendering", "workers", "web")


def main() -> int:
    """Run what is asked for, and return the status to exit with."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure sending.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    parser.add_argument("--quick", action="store_true", help="small numbers, one round")
    parser.add_argument("--long", action="store_true", help="also what takes very long")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    return _run(arguments.parts or PARTS, Options(arguments.quick, arguments.long))


def _interrupt(*args: object) -> NoReturn:
    """End, and let nothing disturb the ending: it stops processes and drops the database."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(parts: tuple[str, ...], options: Options) -> int:
    measures: list[Measure] = []
    problems: list[str] = []
    try:
        with own_database():
            for part in parts:
                _say(f"{time.strftime('%H:%M:%S')} {part} …")
                try:
                    measures += import_module(f"{__package__}.{part}").run(options)
                except NotMeasured as problem:
                    problems.append(f"{part}: {problem}")
                except Exception:  # What others have measured is not lost by it.
                    problems.append(f"{part}: {traceback.format_exc()}")
    except NotMeasured as problem:
        problems.append(str(problem))
    except KeyboardInterrupt:
        problems.append("what was to come, for it was interrupted.")
    _say("", *table(measures))
    for problem in problems:
        _say("", f"Not measured: {problem}")
    return 2 if problems else 0


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
