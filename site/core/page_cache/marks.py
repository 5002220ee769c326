"""What a view says of its answer to the page cache."""

from datetime import datetime

from django.http import HttpRequest


def show_until(request: HttpRequest, moment: datetime) -> None:
    """Let the answer be kept until ``moment`` at most: then it would say something else."""
    known = getattr(request, "shown_until", None)
    request.shown_until = min(known, moment) if known else moment


def show_number(request: HttpRequest, parameter: str, number: int, last: int) -> None:
    """Say that the answer is to ``?parameter=number``, whatever was asked for, and how many it has.

    Who asks for more is shown the last, and who asks for none the first. So of made-up numbers none
    fills the cache, nor passes it by.
    """
    request.shown_numbers = {**numbers_shown(request), parameter: (number, last)}


def numbers_shown(request: HttpRequest) -> dict[str, tuple[int, int]]:
    """Return the parameters that the answer is to: for each its number, and the last there is."""
    return getattr(request, "shown_numbers", {})


def lasts_shown(request: HttpRequest) -> dict[str, int]:
    """Return the last number that there is, for each parameter that the answer is to."""
    return {parameter: last for parameter, (_number, last) in numbers_shown(request).items()}
