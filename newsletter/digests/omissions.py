"""Posts that digests go out without, because they could not be rendered."""

from collections.abc import Mapping

from django.db import transaction

from .. import alerts
from ..models import Cohort, Omission


@transaction.atomic
def record(cohort: Cohort, failures: Mapping[int, str]) -> None:
    """Record the posts that a variant is rendered without, and tell the editors.

    ``failures`` has the error of each post by its key. Call it before what was rendered is saved:
    readers of earlier batches may have had a post that fails only now.
    """
    had = set(Cohort.objects.values_list("rendered_posts", flat=True).get(pk=cohort.pk))
    Omission.objects.bulk_create(
        Omission(cohort=cohort, post_id=pk, error=error, is_owed=pk not in had)
        for pk, error in failures.items()
    )
    alerts.tell_editors(cohort.digest, alerts.Cause.OMISSIONS)
