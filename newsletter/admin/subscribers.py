"""What is known of a subscriber, and how a subscriber is forgotten."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, Table, TitleColumn
from wagtail.admin.views import generic
from wagtail.log_actions import log

from ..models import ConsentRecord, Delivery, Notice, Subscriber, Subscription
from ..subscribing.forgetting import forget
from .columns import StateColumn
from .permissions import digest_policy

RECENT = 20


class SubscriberInspectView(generic.InspectView):
    """All that is known of a subscriber."""

    page_title = gettext_lazy("Subscriber")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            subscriptions=_subscriptions(self.object),
            consent=_consent(self.object),
            deliveries=_deliveries(self.object, digest_policy.lets_in(self.request.user)),
            notices=_notices(self.object),
            recent=RECENT,
            **kwargs,
        )


class ForgetView(generic.DeleteView):
    """Forget a person: delete the address and all that hangs on it."""

    page_title = gettext_lazy("Forget")
    success_message = gettext_lazy("%(object)s has been forgotten.")

    @cached_property
    def losses(self) -> dict[str, int]:
        """How much of each kind is deleted with the address."""
        records = {"subscription__subscriber": self.object}
        return {
            "subscriptions": self.object.subscriptions.count(),
            "consent_records": ConsentRecord.objects.filter(**records).count(),
            "deliveries": Delivery.objects.filter(**records).count(),
            "notices": Notice.objects.filter(**records).count(),
        }

    def delete_action(self) -> None:
        """Delete, and log it without the address: a log that keeps it would not have forgotten."""
        number = _("subscriber %(number)s") % {"number": self.object.pk}
        with transaction.atomic():
            log(instance=self.object, action="wagtail.delete", title=number)
            forget(self.object, timezone.now())


def _subscriptions(subscriber: Subscriber) -> Table:
    rows = subscriber.subscriptions.select_related("newsletter", "topic_set").prefetch_related(
        "topic_set__topics"
    )
    return Table(
        [
            Column("newsletter", label=_("Newsletter")),
            StateColumn(wanted=Subscription.State.ACTIVE),
            Column("cadence", label=_("Cadence"), accessor="get_cadence_display"),
            Column(
                "topics", label=_("Topics"), accessor=lambda row: str(row.topic_set or _("all"))
            ),
            Column("mailed_through", label=_("Mailed through")),
        ],
        rows.order_by("newsletter__name"),
        caption=_("Subscriptions"),
    )


def _consent(subscriber: Subscriber) -> Table:
    records = ConsentRecord.objects.filter(subscription__subscriber=subscriber)
    return Table(
        [
            Column("at", label=_("When")),
            Column("newsletter", label=_("Newsletter"), accessor="subscription.newsletter"),
            Column("act", label=_("What"), accessor="get_act_display"),
            Column("how", label=_("How"), accessor="get_how_display"),
            Column("wording", label=_("Wording shown")),
        ],
        records.select_related("subscription__newsletter").order_by("-at", "-pk"),
        caption=_("Consent history"),
    )


def _deliveries(subscriber: Subscriber, with_links: bool) -> Table:
    deliveries = Delivery.objects.filter(subscription__subscriber=subscriber).select_related(
        "digest__newsletter"
    )
    return Table(
        [
            TitleColumn(
                "digest",
                label=_("Digest"),
                url_name="newsletter_digests:inspect" if with_links else None,
                id_accessor="digest_id",
            ),
            StateColumn(wanted=Delivery.State.SENT),
            DateColumn("sent_at", label=_("Sent")),
            Column("error", label=_("Error"), accessor="problem", classname="wrap-anywhere"),
        ],
        deliveries.order_by("-pk")[:RECENT],
        caption=_("Recent deliveries"),
    )


def _notices(subscriber: Subscriber) -> Table:
    notices = Notice.objects.filter(subscription__subscriber=subscriber)
    return Table(
        [
            Column("kind", label=_("What"), accessor="get_kind_display"),
            DateColumn("created_at", label=_("Asked for")),
            DateColumn("sent_at", label=_("Sent")),
            Column("error", label=_("Last error"), classname="wrap-anywhere"),
        ],
        notices.order_by("-pk")[:RECENT],
        caption=_("Mails about the subscription"),
    )
