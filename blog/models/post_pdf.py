from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

# Somebody who has waited for so long asks again; a worker that has made it for so long is dead.
PATIENCE = timedelta(minutes=1)
# One that could not be made is tried again after so long.
PAUSE = timedelta(hours=1)


class PostPDFQuerySet(models.QuerySet):
    """Files of posts, chosen by what is to be done with them."""

    def waiting(self, now: datetime) -> "PostPDFQuerySet":
        """Those that somebody has asked for and nobody makes, the oldest first."""
        nobody = Q(started_at=None) | Q(problem="", started_at__lt=now - PATIENCE)
        again = ~Q(problem="") & Q(started_at__lt=now - PAUSE)
        return self.filter(nobody | again, file="").order_by("asked_at", "pk")


class PostPDF(models.Model):
    """A post as a file to print. What it shows has a key, so none is shown that is out of date."""

    post = models.ForeignKey("blog.PostPage", on_delete=models.CASCADE, related_name="pdfs")
    key = models.CharField(max_length=64)
    file = models.FileField(upload_to="pdf", blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    objects = PostPDFQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "key"], name="post_pdf_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.key}"
