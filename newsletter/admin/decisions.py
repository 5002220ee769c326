"""What editors decide about a digest: a page that asks, and a button that has it done."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.log_actions import log

from ..models import Batch, Digest
from ..sending import controls, restored
from .columns import state_in_words
from .permissions import digest_policy


class DigestQuestionView(
    PermissionCheckedMixin, BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView
):
    """A page that says what would be done with a digest, and asks. To look at it does nothing.

    ``name`` stands in addresses, in the log and in the path of the template, ``logged`` is what the
    log says.
    """

    model = Digest
    permission_policy = digest_policy
    permission_required = "change"
    name = ""
    label = ""
    header_icon = ""
    yes = ""
    no = gettext_lazy("No, leave it as it is")
    logged = ""
    is_serious = False

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        """Return whether it can be done with a digest as it is now."""
        raise NotImplementedError

    @classmethod
    def url_for(cls, digest: Digest) -> str:
        """Return the address of the page that asks about a digest."""
        return reverse(f"newsletter_digests:{cls.name}", args=[digest.pk])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_possible(self.object):
            return self.nothing_done()
        return super().get(request, *args, **kwargs)

    def get_base_object_queryset(self) -> QuerySet[Digest]:
        return Digest.objects.select_related("newsletter")

    def get_template_names(self) -> list[str]:
        return [f"newsletter/admin/decisions/{self.name}.html"]

    def get_page_title(self) -> str:
        return self.label

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("newsletter_digests:index"),
                "label": capfirst(self.model_opts.verbose_name_plural),
            },
            {"url": self.digest_url, "label": str(self.object)},
            {"url": "", "label": self.label},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = Batch.objects.filter(cohort__digest=self.object).counts_by_digest()
        return super().get_context_data(
            digest=self.object, counts=counts[self.object.pk], digest_url=self.digest_url, **kwargs
        )

    @property
    def digest_url(self) -> str:
        """The address of the digest's own page."""
        return reverse("newsletter_digests:inspect", args=[self.object.pk])

    def nothing_done(self) -> HttpResponse:
        """Go back to the digest and say why it cannot be done: how the digest is now."""
        digest = Digest.objects.get(pk=self.object.pk)
        state = state_in_words(digest)
        messages.warning(
            self.request, _("Nothing was changed. The digest is now: %(state)s.") % {"state": state}
        )
        return redirect(self.digest_url)


class DecisionView(DigestQuestionView):
    """A decision about a digest as a whole, ``done`` is what is said after it.

    Whether it can be done is asked again under a lock: the digest may have gone on meanwhile.
    """

    done = ""

    def decide(self, digest: Digest, now: datetime) -> bool:
        """Have it done, and return whether it was."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            digest = Digest.objects.select_for_update().get(pk=self.object.pk)
            is_done = self.is_possible(digest) and self.decide(digest, timezone.now())
            if is_done:
                log(instance=self.object, action=f"newsletter.{self.name}")
        if not is_done:
            return self.nothing_done()
        messages.success(request, self.done)
        return redirect(self.digest_url)


class PauseView(DecisionView):
    """Have a digest wait."""

    name = "pause"
    label = gettext_lazy("Pause it")
    header_icon = "time"
    yes = gettext_lazy("Yes, pause it")
    logged = gettext_lazy("Paused")
    done = gettext_lazy("The digest is paused. A few mails that were on their way still arrive.")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        going = digest.state in (Digest.State.PLANNING, Digest.State.SENDING)
        return going and not digest.paused_at

    def decide(self, digest: Digest, now: datetime) -> bool:
        user = self.request.user
        reason = _("Paused by %(name)s.") % {"name": user.get_full_name() or user.get_username()}
        return controls.pause(digest, reason, now)


class ResumeView(DecisionView):
    """Let a digest that is paused go on."""

    name = "resume"
    label = gettext_lazy("Let it go on")
    header_icon = "arrow-right-full"
    yes = gettext_lazy("Yes, let it go on")
    no = gettext_lazy("No, leave it paused")
    logged = gettext_lazy("Let go on")
    done = gettext_lazy("The digest goes on within a minute or two.")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.paused_at is not None

    def decide(self, digest: Digest, now: datetime) -> bool:
        return controls.resume(digest)


class CancelView(DecisionView):
    """End a digest: what waits is not sent."""

    name = "cancel"
    label = gettext_lazy("Cancel it")
    header_icon = "cross"
    yes = gettext_lazy("Yes, cancel it for good")
    no = gettext_lazy("No, don't cancel it")
    logged = gettext_lazy("Cancelled")
    done = gettext_lazy("The digest is cancelled. What waited is not sent.")
    is_serious = True

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.state == Digest.State.SENDING

    def decide(self, digest: Digest, now: datetime) -> bool:
        return controls.cancel(digest, now)


class ReleaseView(DecisionView):
    """Have a digest that is held sent, late as it is."""

    name = "release"
    label = gettext_lazy("Send it now after all")
    header_icon = "mail"
    yes = gettext_lazy("Yes, send it now")
    no = gettext_lazy("No, keep it back")
    logged = gettext_lazy("Sent after all, late as it was")
    done = gettext_lazy("The digest is sent: the first mails go out within a minute or two.")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.state == Digest.State.HELD

    def decide(self, digest: Digest, now: datetime) -> bool:
        restored.settle(digest)
        return controls.release(digest)


class MarkSentView(DecisionView):
    """End a digest whose posts were sent before the database was restored."""

    name = "mark_sent"
    label = gettext_lazy("Mark as sent")
    header_icon = "check"
    yes = gettext_lazy("Yes, mark as sent")
    no = gettext_lazy("No, keep it on hold")
    logged = gettext_lazy("Marked as sent")
    done = gettext_lazy("The digest is marked as sent. Later posts come with the next one.")
    is_serious = True

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.state == Digest.State.HELD and digest.may_repeat

    def decide(self, digest: Digest, now: datetime) -> bool:
        restored.settle(digest)
        return controls.mark_sent(digest, now)


class LeaveToNextView(DecisionView):
    """Give a digest that is held up; its posts come with the next."""

    name = "leave_to_next"
    label = gettext_lazy("Leave its posts to the next digest")
    header_icon = "calendar"
    yes = gettext_lazy("Yes, leave them to the next")
    no = gettext_lazy("No, keep it back")
    logged = gettext_lazy("Not sent; its posts left to the next digest")
    done = gettext_lazy("The digest is not sent. Its posts come with the next one.")

    @classmethod
    def is_possible(cls, digest: Digest) -> bool:
        return digest.state == Digest.State.HELD and not digest.may_repeat

    def decide(self, digest: Digest, now: datetime) -> bool:
        return controls.cancel(digest, now)


DECISIONS = (ReleaseView, MarkSentView, LeaveToNextView, PauseView, ResumeView, CancelView)
