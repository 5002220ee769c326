from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from ..forms import DisclaimerForm
from .translated import Translated


class Disclaimer(index.Indexed, Translated):
    """A text that posts owe their readers, and the rule by which they owe it."""

    class Rule(models.TextChoices):
        """When a post owes a disclaimer."""

        AFFILIATE = "affiliate", _("when the post has an affiliate link")
        GUEST = "guest", _("when a guest wrote the post")
        TOPIC = "topic", _("when the post is on one of its topics")
        ALWAYS = "always", _("with every post")
        MANUAL = "manual", _("only where an editor adds it")

    class Place(models.TextChoices):
        """Where a post shows a disclaimer that it owes."""

        TOP = "top", _("before the text")
        BESIDE = "beside", _("right after the first book or author bio that brings it")
        END = "end", _("at the end")

    name = models.CharField(
        _("name"), max_length=100, help_text=_("For editors; readers do not see it.")
    )
    rule = models.CharField(_("shown"), max_length=20, choices=Rule, default=Rule.MANUAL)
    topics = models.ManyToManyField(
        "blog.Topic",
        verbose_name=_("topics"),
        blank=True,
        related_name="+",
        help_text=_("For a disclaimer that is shown by topic."),
    )
    place = models.CharField(
        _("place"),
        max_length=10,
        choices=Place,
        default=Place.END,
        help_text=_("An editor may always put it elsewhere, by a block."),
    )
    text = RichTextField(_("text"), features=["bold", "italic", "link"])

    base_form_class = DisclaimerForm
    panels = [
        "name",
        "rule",
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
        "place",
        "text",
    ]

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("text"),
    ]

    class Meta(Translated.Meta):
        verbose_name = _("disclaimer")
        verbose_name_plural = _("disclaimers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
