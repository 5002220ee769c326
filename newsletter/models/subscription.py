import hashlib
from collections.abc import Iterable

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ..querysets import SubscriptionQuerySet
from .newsletter import Cadence, Newsletter
from .subscriber import Subscriber


class TopicSet(models.Model):
    """A choice of topics, kept once however many subscriptions share it.

    So planning groups subscriptions by one column, and a million of them need no table of a few
    million choices.
    """

    key = models.CharField(max_length=64, unique=True)
    topics = models.ManyToManyField("blog.Topic", through="TopicChoice", related_name="+")

    class Meta:
        verbose_name = _("choice of topics")
        verbose_name_plural = _("choices of topics")

    def __str__(self) -> str:
        return ", ".join(topic.name for topic in self.topics.all())

    @classmethod
    def of(cls, topics: Iterable[models.Model]) -> "TopicSet | None":
        """Return the set of these topics; None, which stands for all, where there are none."""
        topics = sorted(topics, key=lambda topic: topic.pk)
        if not topics:
            return None
        key = hashlib.sha256(",".join(str(topic.pk) for topic in topics).encode()).hexdigest()
        with transaction.atomic():
            topic_set, is_new = cls.objects.select_for_update().get_or_create(key=key)
            if is_new:
                topic_set.topics.set(topics)
        return topic_set


class TopicChoice(models.Model):
    """A topic in a choice. A topic that subscribers chose cannot be deleted under them."""

    topic_set = models.ForeignKey(TopicSet, on_delete=models.CASCADE)
    topic = models.ForeignKey("blog.Topic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic_set", "topic"], name="topic_once_in_a_set")
        ]

    def __str__(self) -> str:
        return str(self.topic)


class Subscription(models.Model):
    """A subscriber's choice of a newsletter: whether, how often and on what.

    ``mailed_through``, which each planning moves, is in no index: so PostgreSQL writes the change
    beside the row.
    """

    class State(models.TextChoices):
        """Only active subscriptions get digests."""

        PENDING = "pending", _("not confirmed")
        ACTIVE = "active", _("active")
        LEFT = "left", _("left")
        SUPPRESSED = "suppressed", _("address does not work")

    subscriber = models.ForeignKey(
        Subscriber,
        verbose_name=_("subscriber"),
        on_delete=models.CASCADE,
        related_name="subscriptions",
    )
    newsletter = models.ForeignKey(
        Newsletter,
        verbose_name=_("newsletter"),
        on_delete=models.PROTECT,
        related_name="subscriptions",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    cadence = models.CharField(_("cadence"), max_length=10, choices=Cadence)
    topic_set = models.ForeignKey(
        TopicSet,
        verbose_name=_("topics"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subscriptions",
        help_text=_("None means all topics."),
    )
    mailed_through = models.DateTimeField(
        _("mailed through"),
        null=True,
        blank=True,
        help_text=_("Posts first published until then have been planned, or came before it began."),
    )
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    # When it stopped being active; empty while it is active, or if it never was.
    inactive_since = models.DateTimeField(null=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "newsletter"], name="one_subscription_a_newsletter"
            )
        ]
        indexes = [
            models.Index(
                fields=["newsletter", "cadence", "topic_set", "id"],
                condition=models.Q(state="active"),
                name="subscription_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.newsletter}"

    @property
    def choice(self) -> str:
        """Cadence and topics in words, as consent records keep them: "weekly: Grief, Sleep"."""
        topics = ", ".join(topic.name for topic in self.topics)
        return f"{self.cadence}: {topics or '*'}"

    @property
    def topics(self) -> list[models.Model]:
        """The topics chosen; none stands for all."""
        return list(self.topic_set.topics.all()) if self.topic_set else []


class ConsentRecord(models.Model):
    """What somebody agreed to or changed, when and how. Records are added, never changed."""

    class Act(models.TextChoices):
        """What was done."""

        ASKED = "asked", _("asked to subscribe")
        CONFIRMED = "confirmed", _("confirmed")
        CHANGED = "changed", _("changed cadence or topics")
        LEFT = "left", _("left")
        LAPSED = "lapsed", _("asked again and did not confirm")
        SUPPRESSED = "suppressed", _("stopped, for the address does not work")
        RESTORED = "restored", _("goes on, for the address works again")

    class How(models.TextChoices):
        """By which way."""

        FORM = "form", _("a form on the site")
        LINK = "link", _("the page behind a link in a mail")
        ONE_CLICK = "one-click", _("the mail program's own button")
        IMPORTED = "imported", _("an import")
        PROVIDER = "provider", _("the mail provider")
        EDITOR = "editor", _("an editor")
        SITE = "site", _("the site itself")

    subscription = models.ForeignKey(
        Subscription,
        verbose_name=_("subscription"),
        on_delete=models.CASCADE,
        related_name="consent_records",
    )
    act = models.CharField(_("what"), max_length=10, choices=Act)
    how = models.CharField(_("how"), max_length=10, choices=How)
    wording = models.TextField(_("wording shown"), blank=True)
    choice = models.TextField(_("cadence and topics"), blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_act_display()}, {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk:
            raise TypeError("A consent record is never changed.")
        super().save(*args, **kwargs)
