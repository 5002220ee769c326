"""What the command says, and when it says it."""

from datetime import UTC, datetime, timedelta
from io import StringIO

from django.core.management import call_command

DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = DUE + timedelta(minutes=30)
NAME = "“The Letter, daily, 2026-03-02 08:00”"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def run(*options: str) -> tuple[str, int]:
    """Run the command, and return what it says and its exit status."""
    out, code = StringIO(), 0
    try:
        call_command("newsletter_status", *options, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


def fine() -> list[str]:
    """Return the lines of a report by which nothing needs attention."""
    text, code = run()
    assert code == 0, text
    assert not any(line.startswith("!") for line in text.splitlines())
    return [line[2:] for line in text.splitlines()]


def troubles() -> list[str]:
    """Return the lines that need attention, of a report that has some."""
    text, code = run()
    assert code == 1, text
    return [line[2:] for line in text.splitlines() if line.startswith("!")]
