"""A site in two languages has other apps and addresses: its tests run in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPTIONS = ["-q", "-p", "no:cacheprovider", "--no-migrations"]
SETTINGS = ["--ds", "tests.two_languages.settings"]


def test_a_site_in_two_languages():
    kept = {name: it for name, it in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *SETTINGS, "tests/two_languages"],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stdout + run.stderr
