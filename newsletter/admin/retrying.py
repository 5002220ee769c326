"""Ask whether to send a digest to the readers who missed it, and send it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from ..digests import selection
from ..models import Batch, Digest
from ..querysets import DeliveryQuerySet
from ..sending import retrying
from .decisions import DigestQuestionView
from .doubts import DeliveriesView


class RetryView(DeliveriesView):
    """Queue failed and skipped emails of a digest again."""

    name = "retry"
    label = gettext_lazy("Send to readers who missed it")
    header_icon = "resubmit"
    yes = gettext_lazy("Send")
    no = gettext_lazy("Cancel")
    logged = gettext_lazy("Failed and skipped emails sent again: %(number)s")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        if digest.state not in (Digest.State.SENDING, Digest.State.SENT):
            return False
        return Batch.objects.filter(cohort__digest=digest).not_sent_to_all().exists()

    @cached_property
    def deliveries(self) -> DeliveryQuerySet:
        """Return the deliveries that can be sent now."""
        return retrying.retryable(self.object)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_possible(self.object) and not self.deliveries.exists():
            return self.none_left()
        return super().get(request, *args, **kwargs)

    def resolve(self, deliveries: DeliveryQuerySet, now: datetime) -> int:
        return retrying.retry(self.object, now)

    def message(self, number: int) -> str:
        return ngettext(
            "%(number)s email is queued. It is sent within a minute or two.",
            "%(number)s emails are queued. They are sent within a minute or two.",
            number,
        ) % {"number": number}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        digest = self.object
        unsent = retrying.unsent(digest).count()
        posts = selection.mailable(digest.posts.all(), digest.newsletter).latest_first()
        context = super().get_context_data(posts=posts, **kwargs)
        return context | {"left_out": max(unsent - context["number"], 0)}

    def none_left(self) -> HttpResponse:
        messages.warning(
            self.request,
            _(
                "Nothing was changed. Nobody who missed this digest can get it now: its posts are "
                "not published in the section, or the readers have unsubscribed or are suppressed."
            ),
        )
        return redirect(self.digest_url)


RETRIES: tuple[type[DigestQuestionView], ...] = (RetryView,)
