from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicationRecord(models.Model):
    """The time from which a published post counts in digests; set once, see decision 0023.

    In most cases that is ``first_published_at``. It is later where the post became visible only
    after digests with a later cutoff had been opened, say because a web server's clock is slow.
    """

    post = models.OneToOneField(
        "blog.PostPage",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="publication_record",
    )
    counts_from = models.DateTimeField(_("counts from"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("publication record")
        verbose_name_plural = _("publication records")

    def __str__(self) -> str:
        return f"post {self.post_id} counts from {self.counts_from:%Y-%m-%d %H:%M:%S}"
