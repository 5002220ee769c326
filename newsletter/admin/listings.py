"""The lists of subscribers and of digests, with their filters, in a fixed number of queries."""

from collections.abc import Iterable

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.forms import RadioSelect
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Table

from blog.models import Topic
from core.records import StrictFilterView

from ..models import Batch, Cadence, Digest, Newsletter, Subscriber, Subscription


class SubscriberFilterSet(WagtailFilterSet):
    """Subscribers by their subscriptions: all that is chosen must hold for the same one."""

    newsletter = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Newsletter"), queryset=Newsletter.objects.all()
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=Subscription.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )
    cadence = django_filters.ChoiceFilter(
        label=gettext_lazy("Cadence"),
        choices=Cadence.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )
    topic = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Chosen topic"),
        field_name="topic_set__topics",
        queryset=Topic.objects.all(),
    )

    class Meta:
        model = Subscriber
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        values = self.form.cleaned_data.items()
        chosen = {self.filters[name].field_name: value for name, value in values if value}
        if not chosen:
            return queryset
        matching = Subscription.objects.filter(subscriber=OuterRef("pk"), **chosen)
        return queryset.filter(Exists(matching))


class SubscriberIndexView(StrictFilterView):
    """Subscribers, with their subscriptions."""

    def get_base_queryset(self) -> QuerySet:
        subscriptions = Subscription.objects.select_related("newsletter").order_by(
            "newsletter__name"
        )
        return (
            super().get_base_queryset().prefetch_related(Prefetch("subscriptions", subscriptions))
        )


class DigestIndexView(StrictFilterView):
    """Digests, with how many of their deliveries are in which state."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().select_related("newsletter")

    def get_table(self, object_list: Iterable[Digest]) -> Table:
        batches = Batch.objects.filter(cohort__digest__in=[digest.pk for digest in object_list])
        counts = batches.counts_by_digest()
        for digest in object_list:
            digest.counts = counts[digest.pk]
        return super().get_table(object_list)
