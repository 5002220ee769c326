"""Contain errors: an object that cannot be rendered must not break the rest of a page."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError

logger = logging.getLogger(__name__)

Thing = TypeVar("Thing")


def attempt(action: Callable[[], object], what: object) -> bool:
    """Call an action and return whether it succeeded; log a failure with the object's name.

    Errors of the database are raised, for they end the transaction, and with DEBUG so are all.
    """
    try:
        action()
    except DatabaseError:
        raise
    except Exception:
        if settings.DEBUG:
            raise
        logger.exception("%s is left out: it cannot be rendered", what)
        return False
    return True


def filter_successful(things: Iterable[Thing], action: Callable[[Thing], object]) -> list[Thing]:
    """Return the objects for which an action succeeds; log the others."""
    return [thing for thing in things if attempt(lambda it=thing: action(it), thing)]
