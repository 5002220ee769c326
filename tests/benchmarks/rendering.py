"""Compose and compile a digest of ten posts, for few readers and for many."""

import time
from datetime import datetime
from statistics import median

from django.db.models import Count

from newsletter.digests import planning, rendering
from newsletter.models import Newsletter

from .harness import Measure, NotMeasured, Options
from .ten_posts import CADENCE, POSTS, fill, newsletter_of_ten_posts

TIMES = 15


def run(options: Options) -> list[Measure]:
    """Measure milliseconds, with the queries for the posts and the writing of what was rendered."""
    few, many = 10, options.number(100_000, 1_000)
    with newsletter_of_ten_posts() as (newsletter, until):
        for_few = [_render(newsletter, until, few) for _ in options.rounds]
        for_many = [_render(newsletter, until, many) for _ in options.rounds]
        newsletter.post_form = Newsletter.Form.FULL
        newsletter.save()
        in_full = [_render(newsletter, until, few) for _ in options.rounds]
    return [
        Measure("Rendering ten posts", for_few, unit=" ms", at_most=50),
        Measure(
            f"Rendering for {many:,} readers",
            for_many,
            unit=" ms",
            peer=for_few,
            peer_name=f"for {few}",
            at_most=1.3,
        ),
        Measure("Rendering ten posts too long to be whole", in_full, unit=" ms"),
    ]


def _render(newsletter: Newsletter, until: datetime, readers: int) -> float:
    """Return the milliseconds of rendering a cohort that all posts are for: the median of some.

    Raises NotMeasured where posts are missing.
    """
    fill(newsletter, readers, until)
    digest = planning.plan(newsletter, CADENCE, until)
    cohort = digest.cohorts.alias(number=Count("posts")).get(number=POSTS)
    times = []
    for _ in range(TIMES + 1):  # The first fills the caches of templates and pictures.
        cohort.html = ""
        cohort.save()
        began = time.perf_counter()
        rendered = rendering.render(cohort)
        times.append((time.perf_counter() - began) * 1000)
    if len(rendered.rendered_posts) != POSTS:
        raise NotMeasured(f"Of {POSTS} posts {len(rendered.rendered_posts)} were rendered.")
    return median(times[1:])
