from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..querysets import BatchQuerySet, DeliveryQuerySet
from .digest import Cohort, Digest
from .subscription import Subscription


class Batch(models.Model):
    """Deliveries of one cohort that are claimed, submitted and recorded together."""

    class State(models.TextChoices):
        """A batch is worked on only by whoever claimed it."""

        PENDING = "pending", _("waiting")
        CLAIMED = "claimed", _("being sent")
        DONE = "done", _("done")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="batches")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    queued_at = models.DateTimeField(_("queued"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    # How many of its deliveries came to which end, kept so that no report counts deliveries. They
    # outlive the deliveries, which are cleared away in time.
    size = models.PositiveIntegerField(_("deliveries"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    skipped = models.PositiveIntegerField(_("not sent"), default=0)
    withdrawn = models.PositiveIntegerField(_("skipped without posts"), default=0)
    in_doubt = models.PositiveIntegerField(_("in doubt"), default=0)
    delivered = models.PositiveIntegerField(_("delivered"), default=0)
    bounced = models.PositiveIntegerField(_("bounced"), default=0)
    complained = models.PositiveIntegerField(_("complained of"), default=0)

    # How often its mails were handed over, and the seconds that the server or provider took.
    submissions = models.PositiveIntegerField(default=0)
    submission_seconds = models.FloatField(default=0)

    # Not stored: what the worker knows that has claimed it. Whether it is the one batch of a digest
    # on probation; whether the server has accepted or refused any of it since; and the deliveries
    # that were tried before earlier ones.
    is_probe = False
    has_progressed = False
    tried_first: frozenset[int] = frozenset()

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=~models.Q(state="done"),
                name="batch_open",
            ),
            models.Index(
                fields=["cohort"], condition=models.Q(in_doubt__gt=0), name="batch_in_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Delivery(models.Model):
    """One digest to one subscriber; its state is the truth about that mail.

    What changes while it is sent is in no index: so PostgreSQL writes the change beside the row.
    """

    class State(models.TextChoices):
        """IN_DOUBT: submitted, and nobody knows whether it was accepted. Never resent unasked."""

        PENDING = "pending", _("waiting")
        SUBMITTING = "submitting", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not sent")
        IN_DOUBT = "in_doubt", _("in doubt")

    class SkipReason(models.TextChoices):
        """Why a delivery was skipped. The code is stored in its ``error``."""

        UNSUBSCRIBED = "unsubscribed", _("The reader had unsubscribed.")
        SUPPRESSED = "suppressed", _("The address was suppressed.")
        WITHDRAWN = "withdrawn", _("Its posts were not public or were not in the section.")
        CANCELLED = "cancelled", _("The digest was cancelled.")

    class Fate(models.TextChoices):
        """What the provider told of a mail after it had accepted it; a later one is the worse."""

        UNKNOWN = "", _("not known")
        DELIVERED = "delivered", _("delivered")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("complained of")

    # Its batch belongs to the digest too, so the database need not check this key for each row. The
    # constraint below is its index, as the index below is that of the batch.
    digest = models.ForeignKey(
        Digest,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    error = models.TextField(_("error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    fate = models.CharField(_("fate"), max_length=10, choices=Fate, default="", blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "subscription"], name="one_delivery_a_subscription"
            )
        ]
        # A batch is gone through in the order of its deliveries, some at a time.
        indexes = [models.Index(fields=["batch", "id"], name="delivery_of_batch")]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def problem(self) -> str:
        """Return a readable reason why it was skipped or failed."""
        return problem_text(self.error)


def problem_text(error: str) -> str:
    """Return a readable text for a delivery's ``error``: a code, or a server's reply."""
    return dict(Delivery.SkipReason.choices).get(error, error)
