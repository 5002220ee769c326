from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.search import index


class Disclaimer(index.Indexed, models.Model):
    """A text that posts owe their readers, and the rule by which they owe it."""

    class Rule(models.TextChoices):
        """When a post owes a disclaimer."""

        AFFILIATE = "affiliate", _("when the post has an affiliate link")
        GUEST = "guest", _("when a guest wrote the post")
        ALWAYS = "always", _("always")
        MANUAL = "manual", _("only where an editor adds it")

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("For editors; readers do not see it.")
    )
    rule = models.CharField(_("shown"), max_length=20, choices=Rule, default=Rule.MANUAL)
    text = RichTextField(_("text"), features=["bold", "italic", "link"])

    panels = ["name", "rule", "text"]

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("text"),
    ]

    class Meta:
        verbose_name = _("disclaimer")
        verbose_name_plural = _("disclaimers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
