"""Which pages everyone may see."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length, Substr
from wagtail.models import PageViewRestriction


def is_open_to_all() -> Q:
    """Return what holds of pages that no view restriction, on them or above, keeps from anyone.

    It means what Wagtail's ``public`` does, which asks for all restrictions before each query; this
    is a part of the query itself.
    """
    is_above = Substr(OuterRef("path"), 1, Length("page__path"))
    return ~Exists(PageViewRestriction.objects.filter(page__path=is_above))
