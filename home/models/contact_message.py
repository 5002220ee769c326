from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.forms.models import AbstractFormSubmission

# The mail about a message is tried for this time. The message itself is kept.
GIVE_UP_AFTER = timedelta(days=7)
MAX_DELAY = timedelta(minutes=30)


class ContactMessageQuerySet(models.QuerySet):
    """Messages, chosen by what became of the mail about them."""

    def written_before(self, limit: datetime) -> "ContactMessageQuerySet":
        """Those that are older."""
        return self.filter(submit_time__lt=limit)

    def to_mail(self, now: datetime) -> "ContactMessageQuerySet":
        """Those whose mail has not been sent, and is due to be tried."""
        return self.filter(
            mailed_at=None, next_try_at__lte=now, submit_time__gt=now - GIVE_UP_AFTER
        )

    def given_up_since(self, moment: datetime, now: datetime) -> "ContactMessageQuerySet":
        """Return the messages whose email was given up after a time."""
        period = (moment - GIVE_UP_AFTER, now - GIVE_UP_AFTER)
        return self.filter(mailed_at=None, next_try_at__lte=now, submit_time__range=period)


class ContactMessage(AbstractFormSubmission):
    """What a visitor has written on a contact page, and whether it has been mailed."""

    mailed_at = models.DateTimeField(_("mailed at"), null=True, editable=False)
    # Empty where the page had no address to mail to.
    next_try_at = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ContactMessageQuerySet.as_manager()

    class Meta(AbstractFormSubmission.Meta):
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(mailed_at=None),
                name="contact_messages_to_mail",
            )
        ]

    def get_data(self) -> dict[str, Any]:
        return {**super().get_data(), "mailed_at": self.mailed_at}

    def claim(self, now: datetime) -> bool:
        """Take the next try for oneself; return False where another has it, or it is not due.

        The next one is due after a pause that doubles each time, up to half an hour.
        """
        pause = min(timedelta(minutes=2 ** min(self.tries, 5)), MAX_DELAY)
        due = ContactMessage.objects.to_mail(now).filter(pk=self.pk, tries=self.tries)
        return bool(due.update(next_try_at=now + pause, tries=F("tries") + 1))

    def note_mailed(self) -> None:
        """Write down that its mail was taken."""
        ContactMessage.objects.filter(pk=self.pk).update(mailed_at=timezone.now())
