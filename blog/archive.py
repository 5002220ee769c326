"""In which months posts came out, in the site's time zone."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.timezone import localdate

from .models import PostPage


@dataclass(frozen=True)
class Month:
    """A month by its first day, how many listed posts came out in it, and when one last changed."""

    first: date
    number: int
    changed: datetime

    def get_absolute_url(self) -> str:
        return reverse("month", args=[f"{self.first:%Y}", f"{self.first:%m}"])


@dataclass(frozen=True)
class Place:
    """A month between those before and after it in which posts came out."""

    month: Month
    earlier: Month | None
    later: Month | None


def months() -> list[Month]:
    """Return the months in which listed posts came out, the latest first."""
    posts = PostPage.objects.listed().in_this_language().exclude(first_published_at=None)
    counted = (
        posts.annotate(month=TruncMonth("first_published_at"))
        .values("month")
        .annotate(number=Count("pk"), changed=Max("last_published_at"))
        .order_by("-month")
    )
    return [Month(localdate(it["month"]), it["number"], it["changed"]) for it in counted]


def place_of(year: int, month: int) -> Place | None:
    """Return where a month stands among the others; None where no post came out in it."""
    all_months = months()
    for place, it in enumerate(all_months):
        if (it.first.year, it.first.month) == (year, month):
            later = all_months[place - 1] if place else None
            return Place(it, next(iter(all_months[place + 1 :]), None), later)
    return None
