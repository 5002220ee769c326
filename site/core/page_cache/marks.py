"""What a view says of its answer to the page cache."""

from datetime import datetime

from django.http import HttpRequest


def show_until(request: HttpRequest, moment: datetime) -> None:
    """Let the answer be kept until ``moment`` at most: then it would say something else."""
    known = getattr(request, "shown_until", None)
    request.shown_until = min(known, moment) if known else moment


def show_number(request: HttpRequest, parameter: str, number: int) -> None:
    """Say that the answer is to ``?parameter=number``, whatever was asked for.

    Of ``?page=7`` and ``?page=8`` in a list of two pages none is kept, or addresses that are made
    up would fill the cache.
    """
    request.shown_numbers = {**numbers_shown(request), parameter: str(number)}


def numbers_shown(request: HttpRequest) -> dict[str, str]:
    """Return the parameters that the answer is to, as an address has them."""
    return getattr(request, "shown_numbers", {})
