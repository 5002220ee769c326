from django.db import models
from django.utils.translation import gettext_lazy as _

from .digest import Cohort, Digest


class Omission(models.Model):
    """A post that a variant goes out without, because it could not be rendered.

    The variant stays without it, so that all of its readers get the same. Its readers are owed the
    post unless some of them had it from an earlier rendering of the variant.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="omissions")
    post = models.ForeignKey(
        "blog.PostPage", verbose_name=_("post"), on_delete=models.CASCADE, related_name="+"
    )
    error = models.TextField(_("error"))
    is_owed = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("omitted post")
        verbose_name_plural = _("omitted posts")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "post"], name="one_omission_a_post")
        ]

    def __str__(self) -> str:
        return f"{self.post}: {self.error}"

    @classmethod
    def of(cls, digest: Digest) -> list["Omission"]:
        """Return the omissions of a digest, one for each post."""
        omissions = cls.objects.filter(cohort__digest=digest).select_related("post")
        return list({it.post_id: it for it in omissions.order_by("pk")}.values())
