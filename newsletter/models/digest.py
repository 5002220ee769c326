from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..querysets import DigestQuerySet
from .newsletter import Cadence, Newsletter


class Digest(models.Model):
    """One mailing of a newsletter at a cadence, for posts first published in (since, until]."""

    class State(models.TextChoices):
        """From its planning to its end. One that is late is held, until an editor decides."""

        HELD = "held", _("on hold")
        PLANNING = "planning", _("being planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        EMPTY = "empty", _("nothing to send")
        CANCELLED = "cancelled", _("cancelled")

    class PauseReason(models.TextChoices):
        """Why the site paused a digest. ``pause_reason`` has the details, such as the reply."""

        CREDENTIALS = "credentials", _("The mail server does not accept the site’s login.")
        RATES = "rates", _("Too many emails bounced or were reported as spam.")
        REFUSED = (
            "refused",
            _(
                "The mail server refused most recipients, so the fault is in its settings or in "
                "the site’s account there. Those recipients stay queued and nobody is suppressed. "
                "The server said:"
            ),
        )
        UNRENDERABLE = "unrenderable", _("None of its posts can be rendered.")
        RESTORED = "restored", _("The database was restored from a backup.")

    newsletter = models.ForeignKey(
        Newsletter, verbose_name=_("newsletter"), on_delete=models.PROTECT, related_name="digests"
    )
    cadence = models.CharField(_("cadence"), max_length=10, choices=Cadence)
    since = models.DateTimeField(_("posts since"))
    until = models.DateTimeField(_("posts until"))
    posts = models.ManyToManyField("blog.PostPage", verbose_name=_("posts"), related_name="digests")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNING)
    created_at = models.DateTimeField(_("planned"), auto_now_add=True)
    # Whether its readers may have its posts already: a restored database does not know.
    may_repeat = models.BooleanField(default=False, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    pause_code = models.CharField(max_length=20, choices=PauseReason, blank=True, editable=False)
    pause_reason = models.TextField(_("why it is paused"), blank=True)
    # When the editors were told of causes that the state does not show, and when last.
    told = models.JSONField(default=dict, editable=False)
    told_at = models.DateTimeField(null=True, editable=False, db_index=True)
    # The rates for which it was last paused: it is not paused again until one has doubled.
    asked_bounces = models.FloatField(default=0, editable=False)
    asked_complaints = models.FloatField(default=0, editable=False)

    # How the mail server takes it, as all workers see it together; see ``sending/probation.py``
    # and ``sending/refusals.py``. ``refused`` has the deliveries refused since the last acceptance.
    is_proven = models.BooleanField(default=False, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    rest_until = models.DateTimeField(null=True, editable=False)
    refused = models.JSONField(default=list, editable=False)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-until", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["newsletter", "cadence", "until"], name="one_digest_a_window"
            )
        ]
        indexes = [models.Index(fields=["until"], name="digest_until")]

    def __str__(self) -> str:
        until = timezone.localtime(self.until, self.newsletter.time_zone)
        return f"{self.newsletter}, {self.get_cadence_display()}, {until:%Y-%m-%d %H:%M}"

    @property
    def pause_text(self) -> str:
        """Return a readable reason why it is paused."""
        return f"{self.get_pause_code_display()} {self.pause_reason}".strip()


class Cohort(models.Model):
    """The subscriptions of a digest that get exactly the same content, which is rendered once."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="cohorts")
    key = models.CharField(max_length=64)
    posts = models.ManyToManyField("blog.PostPage", related_name="cohorts")

    # What it is sent as; empty until the first batch is.
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    slot_mark = models.CharField(max_length=32, blank=True)
    rendered_posts = models.JSONField(default=list)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.UniqueConstraint(fields=["digest", "key"], name="one_cohort_a_content")
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.digest} ({self.key[:8]})"
