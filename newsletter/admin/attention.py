"""What of the newsletter needs an editor, on the admin's first page; nothing where all is well."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from ..models import Batch, Digest
from ..sending import reconciling
from ..status import DOUBT_KEPT
from .permissions import digest_policy

MOST_ROWS = 10
# A batch that has failed so often has been tried for about an hour; see ``probation.WAITS``.
MANY_ATTEMPTS = 6
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Concern:
    """A digest, and what is the matter with it."""

    digest: Digest
    words: str


class AttentionPanel(Component):
    """Digests that wait for an editor, and those that fail."""

    name = "newsletter_attention"
    template_name = "newsletter/admin/attention.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"concerns": list(concerns(timezone.now()))}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panel to the admin's first page, for those who may see digests."""
    if digest_policy.lets_in(request.user):
        panels.append(AttentionPanel())


def concerns(now: datetime) -> Iterator[Concern]:
    """Yield what needs an editor, in as many queries for many digests as for one."""
    yield from _waiting()
    yield from _in_doubt(now)
    yield from _failing(now)


def _waiting() -> Iterator[Concern]:
    """Yield the digests that are held or paused."""
    held = Digest.objects.filter(state=Digest.State.HELD)
    paused = Digest.objects.exclude(paused_at=None)
    for digest in (held | paused).select_related("newsletter")[:MOST_ROWS]:
        if digest.state == Digest.State.HELD:
            yield Concern(digest, _("Late, and kept back until you decide."))
        else:
            since = localize(localtime(digest.paused_at, digest.newsletter.time_zone))
            yield Concern(
                digest,
                _("Paused since %(since)s (%(zone)s): %(reason)s")
                % {
                    "since": since,
                    "zone": digest.newsletter.time_zone,
                    "reason": digest.pause_text,
                },
            )


def _in_doubt(now: datetime) -> Iterator[Concern]:
    """Yield the digests with mails in doubt, as long as these can still be settled."""
    numbers = reconciling.report()
    for digest in _digests(numbers, until__gt=now - DOUBT_KEPT):
        number = numbers[digest.pk]
        words = ngettext(
            "%(number)s mail is in doubt: was it sent?",
            "%(number)s mails are in doubt: were they sent?",
            number,
        )
        yield Concern(digest, words % {"number": intcomma(number)})


def _failing(now: datetime) -> Iterator[Concern]:
    """Yield the digests of which batches have failed again and again for more than an hour."""
    failing = Batch.objects.open().filter(
        Q(attempts__gte=MANY_ATTEMPTS) | Q(cohort__digest__failures__gte=MANY_ATTEMPTS),
        cohort__digest__in=Digest.objects.under_way().filter(created_at__lt=now - AN_HOUR),
    )
    errors = dict(
        failing.exclude(error="")
        .order_by()
        .values("cohort__digest")
        .annotate(an_error=Max("error"))
        .values_list("cohort__digest", "an_error")
    )
    for digest in _digests(errors):
        words = _("Has failed again and again for more than an hour: %(error)s")
        yield Concern(digest, words % {"error": errors[digest.pk]})


def _digests(numbers: Iterable[int], **conditions: Any) -> QuerySet[Digest]:
    digests = Digest.objects.filter(pk__in=list(numbers), **conditions)
    return digests.select_related("newsletter")[:MOST_ROWS]
