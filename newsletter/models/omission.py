from collections import defaultdict
from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet
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
        return cls.by_digest([digest])[digest.pk]

    @classmethod
    def by_digest(cls, digests: Iterable[Digest] | QuerySet[Digest]) -> dict[int, list["Omission"]]:
        """Return the omissions of digests, one for each post, by the digest's key."""
        omissions = cls.objects.filter(cohort__digest__in=digests)
        found: dict[int, dict[int, Omission]] = defaultdict(dict)
        for omission in omissions.select_related("cohort", "post").order_by("pk"):
            found[omission.cohort.digest_id][omission.post_id] = omission
        return defaultdict(list, {pk: list(by_post.values()) for pk, by_post in found.items()})
