"""Mails in doubt: how many, why, and what an editor has done with all or some of them."""

import re
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.ui.tables import Table
from wagtail.log_actions import log

from ..models import Batch, Delivery, Digest
from ..models.delivery import problem_text
from ..querysets import DeliveryQuerySet
from ..sending import reconciling
from .decisions import DigestQuestionView
from .permissions import subscriber_policy
from .recipients import ChooseColumn, RecipientColumn, name_of

MOST_ROWS = 50
MOST_REASONS = 5
MOST_NAMES = 10


def in_doubt(digest: Digest) -> DeliveryQuerySet:
    """Return the deliveries of a digest that are in doubt, found by what their batches count."""
    batches = Batch.objects.filter(cohort__digest=digest, in_doubt__gt=0)
    return Delivery.objects.filter(batch__in=batches, state=Delivery.State.IN_DOUBT)


def reasons_of(deliveries: DeliveryQuerySet) -> list[dict[str, Any]]:
    """Return the errors of deliveries with their numbers, the most frequent first."""
    reasons = deliveries.order_by().values("error").annotate(number=Count("pk"))
    most_frequent = reasons.order_by("-number", "error")[:MOST_REASONS]
    return [reason | {"error": problem_text(reason["error"])} for reason in most_frequent]


def doubts_table(digest: Digest, with_addresses: bool) -> Table:
    """Return a digest's deliveries in doubt, each with a box to choose it by."""
    deliveries = in_doubt(digest).select_related("subscription__subscriber")
    return Table(
        [ChooseColumn(with_addresses), RecipientColumn(with_addresses)],
        deliveries.order_by("pk")[:MOST_ROWS],
        caption=_("In doubt"),
    )


class DeliveriesView(DigestQuestionView):
    """A decision about some deliveries of a digest, which the page that asks counts and names.

    ``expected`` is how many the page had named; of more it asks again.
    """

    deliveries: DeliveryQuerySet

    def resolve(self, deliveries: DeliveryQuerySet, now: datetime) -> int:
        """Have it done with deliveries, and return with how many it was."""
        raise NotImplementedError

    def message(self, number: int) -> str:
        """Return what is said after it was done."""
        raise NotImplementedError

    def none_left(self) -> HttpResponse:
        """Go back to the digest and say why there is nothing to decide about."""
        raise NotImplementedError

    @cached_property
    def choice(self) -> QueryDict:
        """What the form or the address says."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_possible(self.object):
            return self.nothing_done()
        if self.deliveries.count() > sum(_numbers([self.choice.get("expected", "")])):
            messages.warning(request, _("Meanwhile there are more. Look again."))
            return redirect(f"{request.path}?all=1")
        # Not in one transaction: batch by batch, so that nobody waits long for the locks.
        number = self.resolve(self.deliveries, timezone.now())
        if not number:
            return self.none_left()
        log(instance=self.object, action=f"newsletter.{self.name}", data={"number": number})
        messages.success(request, self.message(number))
        return redirect(self.digest_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        with_addresses = subscriber_policy.lets_in(self.request.user)
        shown = self.deliveries.select_related("subscription__subscriber").order_by("pk")
        number = self.deliveries.count()
        return super().get_context_data(
            number=number,
            number_unnamed=max(number - MOST_NAMES, 0),
            names=[name_of(delivery, with_addresses) for delivery in shown[:MOST_NAMES]],
            reasons=reasons_of(self.deliveries),
            **kwargs,
        )


class DoubtView(DeliveriesView):
    """A decision about mails in doubt: ``all`` of the digest's, or each ``delivery`` chosen."""

    @cached_property
    def deliveries(self) -> DeliveryQuerySet:
        """Return the selected deliveries whose status is unknown."""
        if "all" in self.choice:
            return in_doubt(self.object)
        return in_doubt(self.object).filter(pk__in=_numbers(self.choice.getlist("delivery")))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "all" not in self.choice and "delivery" not in self.choice:
            messages.error(request, _("Choose the mails first."))
            return redirect(self.digest_url)
        if not self.deliveries.exists():
            return self.none_left()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            is_all="all" in self.choice,
            chosen=_numbers(self.choice.getlist("delivery")),
            **kwargs,
        )

    def none_left(self) -> HttpResponse:
        messages.warning(
            self.request, _("Nothing was changed. None of these mails is in doubt any more.")
        )
        return redirect(self.digest_url)


class CountAsSentView(DoubtView):
    """Take mails in doubt for sent."""

    name = "count_as_sent"
    label = gettext_lazy("Count as sent")
    header_icon = "check"
    yes = gettext_lazy("Yes, count as sent")
    no = gettext_lazy("No, leave them in doubt")
    logged = gettext_lazy("Mails in doubt counted as sent: %(number)s")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return True

    def resolve(self, deliveries: DeliveryQuerySet, now: datetime) -> int:
        return reconciling.count_as_sent(deliveries, now)

    def message(self, number: int) -> str:
        return ngettext(
            "%(number)s mail counts as sent.", "%(number)s mails count as sent.", number
        ) % {"number": number}


class SendAgainView(DoubtView):
    """Have mails in doubt sent again, though they may have arrived."""

    name = "send_again"
    label = gettext_lazy("Send again")
    header_icon = "resubmit"
    yes = gettext_lazy("Yes, send again")
    no = gettext_lazy("No, leave them in doubt")
    logged = gettext_lazy("Mails in doubt sent again: %(number)s")
    is_serious = True

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.state != Digest.State.CANCELLED

    def resolve(self, deliveries: DeliveryQuerySet, now: datetime) -> int:
        return reconciling.send_again(deliveries, now)

    def message(self, number: int) -> str:
        return ngettext(
            "%(number)s mail is sent again within a minute or two.",
            "%(number)s mails are sent again within a minute or two.",
            number,
        ) % {"number": number}


def _numbers(values: list[str]) -> list[int]:
    """Return the values that can be numbers of rows; an address may say anything."""
    return [int(value) for value in values[:MOST_ROWS] if re.fullmatch(r"[0-9]{1,18}", value)]


DOUBT_DECISIONS = (CountAsSentView, SendAgainView)
