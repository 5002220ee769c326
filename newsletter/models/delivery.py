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

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=~models.Q(state="done"),
                name="batch_open",
            )
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Delivery(models.Model):
    """One digest to one subscriber; its state is the truth about that mail."""

    class State(models.TextChoices):
        """IN_DOUBT: submitted, and nobody knows whether it was accepted. Never resent unasked."""

        PENDING = "pending", _("waiting")
        SUBMITTING = "submitting", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not sent")
        IN_DOUBT = "in_doubt", _("in doubt")

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="deliveries")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    error = models.TextField(_("error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "subscription"], name="one_delivery_a_subscription"
            )
        ]
        indexes = [
            models.Index(fields=["batch", "state"], name="delivery_of_batch"),
            models.Index(fields=["digest", "state"], name="delivery_of_digest"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def message_id(self) -> str:
        """The Message-ID of its mail (RFC 5322): the same each time, for it is the same mail."""
        return f"<delivery-{self.pk}@{self.digest.newsletter.sender_domain}>"
