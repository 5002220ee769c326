"""Parse primary keys from requests and from stored JSON and HTML."""

import re
from typing import Any

# One digit less than the largest of a BIGINT has, so that no database refuses to compare with it.
MAX_DIGITS = 18
_DIGITS = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}")


def parse_pk(value: Any) -> int | None:
    """Return a value as a primary key; None if it cannot be one."""
    is_candidate = isinstance(value, str | int) and not isinstance(value, bool)
    return int(value) if is_candidate and _DIGITS.fullmatch(str(value)) else None
