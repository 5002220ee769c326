"""Compose and compile a digest of ten posts, for few readers and for many.

``python -m tests.benchmarks.rendering`` runs this part alone.
"""

import sys
import time
from statistics import median

from .harness import Measure, Options

TIMES = 15


def run(options: Options) -> list[Measure]:
    """Measure milliseconds, with the queries for the posts and the writing of what was rendered."""
    from newsletter.models import Newsletter

    from .ten_posts import newsletter_of_ten_posts

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
        Measure("Rendering ten whole posts", in_full, unit=" ms"),
    ]


def _render(newsletter, until, readers: int) -> float:
    """Return the milliseconds of rendering a cohort that all posts are for: the median of some."""
    from newsletter.digests import planning, rendering

    from .ten_posts import CADENCE, POSTS, fill

    fill(newsletter, readers, until)
    digest = planning.plan(newsletter, CADENCE, until)
    cohort = digest.cohorts.filter(posts__isnull=False).distinct().order_by("batches").first()
    times = []
    for _ in range(TIMES + 1):  # The first fills the caches of templates and pictures.
        cohort.html = ""
        cohort.save()
        began = time.perf_counter()
        rendered = rendering.render(cohort)
        times.append((time.perf_counter() - began) * 1000)
    assert len(rendered.rendered_posts) == POSTS
    return median(times[1:])


if __name__ == "__main__":
    from .__main__ import main

    sys.argv.insert(1, "rendering")
    sys.exit(main())
