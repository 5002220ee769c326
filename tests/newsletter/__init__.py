"""Tests of the newsletter, and what all of them share."""

from collections import Counter

from django.db.models import QuerySet


def counts(deliveries: QuerySet) -> dict[str, int]:
    """Return how many deliveries there are in each state that has any."""
    return dict(Counter(deliveries.values_list("state", flat=True)))
