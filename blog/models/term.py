from django.db import models


class Term(models.Model):
    """A topic, a tag or a word that posts are about. ``name`` is a number but for words."""

    class Kind(models.TextChoices):
        """What a term is."""

        TOPIC = "topic"
        TAG = "tag"
        WORD = "word"

    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=50)
    rarity = models.PositiveIntegerField(
        default=0, help_text="What two posts that share it are the nearer by."
    )

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="term_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class PostTerm(models.Model):
    """That a post is about something."""

    post = models.ForeignKey("blog.PostPage", on_delete=models.CASCADE, related_name="terms")
    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="posts")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "term"], name="post_has_term_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.term}"
