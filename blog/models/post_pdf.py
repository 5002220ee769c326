from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The browser asks again after this time.
ASK_AGAIN_AFTER = timedelta(minutes=1)
# A worker still making a PDF after this time is dead: its process would have been killed.
ABANDONED_AFTER = timedelta(seconds=2 * settings.PDF_SECONDS + 60)
# A PDF is retried this long after an error.
RETRY_AFTER = timedelta(hours=1)


class PostPDFQuerySet(models.QuerySet):
    """Files of posts, chosen by what is to be done with them."""

    def waiting(self, now: datetime) -> "PostPDFQuerySet":
        """Return the PDFs to be made that no worker is making, the oldest first."""
        is_unclaimed = Q(started_at=None) | Q(problem="", started_at__lt=now - ABANDONED_AFTER)
        is_due_again = Q(problem=PostPDF.Problem.ERROR, started_at__lt=now - RETRY_AFTER)
        return self.filter(is_unclaimed | is_due_again, file="").order_by("asked_at", "pk")

    def failed(self) -> "PostPDFQuerySet":
        """Return the PDFs that could not be made."""
        return self.exclude(problem="")


class PostPDF(models.Model):
    """A post as a file to print. What it shows has a key, so none is shown that is out of date."""

    class Problem(models.TextChoices):
        """Why a PDF cannot be made. Only an ERROR is retried while nothing changes."""

        TIME = "time", _("the post is too long or complex to lay out within the time limit")
        MEMORY = "memory", _("the post is too long or complex to lay out within the memory limit")
        ERROR = "error", _("an error occurred; the site will try again later")

    post = models.ForeignKey("blog.PostPage", on_delete=models.CASCADE, related_name="pdfs")
    key = models.CharField(max_length=64)
    file = models.FileField(upload_to="pdf", blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=10, choices=Problem, blank=True)
    # What happened, for the operator.
    detail = models.TextField(blank=True)

    objects = PostPDFQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "key"], name="post_pdf_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.key}"

    @property
    def is_impossible(self) -> bool:
        """Return whether making the PDF of the current post has failed."""
        return self.problem in (self.Problem.TIME, self.Problem.MEMORY)
