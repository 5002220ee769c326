"""The words of the demo, in TOML files beside this one. All of it is made up."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read(name: str) -> dict[str, Any]:
    """Return what a file of this folder holds."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def posts() -> list[dict[str, Any]]:
    """Return the posts, the first published first."""
    files = (FOLDER / "posts").glob("*.toml")
    entries = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return sorted(entries, key=lambda entry: entry["days_ago"], reverse=True)
