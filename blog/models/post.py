from collections.abc import Sequence

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Orderable, PageManager
from wagtail.rich_text import RichText, get_text_for_indexing
from wagtail.search import index

from core import richtext
from core.models import BasePage, CreditedImage
from core.streams import instances_in

from .. import previews
from ..blocks import BodyBlock
from ..disclosures import Facts, cause_of, owed
from ..forms import PostPageForm
from ..panels import DisclosuresPanel
from ..querysets import PostQuerySet
from .author import Author
from .book import Book
from .disclaimer import Disclaimer
from .reusable import with_reusable
from .topic import Topic


class PostPage(BasePage):
    """One article of the publication."""

    standfirst = models.TextField(
        _("standfirst"),
        max_length=400,
        blank=True,
        help_text=_("One or two sentences: under the title, in listings and in digests."),
    )
    lead_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("lead image"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    lead_image_alt = models.CharField(
        _("alternative text"),
        max_length=255,
        blank=True,
        help_text=_("What the lead image shows, for those who do not see it."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)
    topics = ParentalManyToManyField("blog.Topic", verbose_name=_("topics"), related_name="posts")
    in_digests = models.BooleanField(
        _("in digests"),
        default=True,
        help_text=_("Subscribers get this post by mail. Once mailed, it is not mailed again."),
    )

    listed = models.BooleanField(
        _("listed"),
        default=True,
        help_text=_(
            "Switched off, only who has the address finds it: it is in no listing and in no"
            " digest, and search engines are asked to pass it over."
        ),
    )
    pinned = models.BooleanField(
        _("pinned"), default=False, help_text=_("It stands first in its section.")
    )
    canonical_url = models.URLField(
        _("first published at"),
        blank=True,
        help_text=_(
            "Where it appeared first, if that was elsewhere: search engines are led there."
        ),
    )

    objects = PageManager.from_queryset(PostQuerySet)()

    base_form_class = PostPageForm
    template = "blog/pages/post_page.html"
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types: list[str] = []
    page_description = _("An article.")

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("standfirst"),
        InlinePanel("bylines", heading=_("Authors"), label=_("Author")),
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple, required_on_save=False),
        MultiFieldPanel(["lead_image", "lead_image_alt"], heading=_("Lead image")),
        FieldPanel("body"),
        DisclosuresPanel(heading=_("Disclosures"), icon="warning"),
    ]
    promote_panels = [
        *BasePage.promote_panels,
        MultiFieldPanel(
            ["in_digests", "listed", "pinned", "canonical_url"], heading=_("Where it appears")
        ),
    ]

    search_fields = [
        *BasePage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    @cached_property
    def is_published(self) -> bool:
        """Whether everyone may read it."""
        return PostPage.objects.published().filter(pk=self.pk).exists()

    @cached_property
    def authors(self) -> list[Author]:
        """Who wrote it, in the order of the byline."""
        bylines = list(self.bylines.all())
        models.prefetch_related_objects(bylines, "author")
        return [byline.author for byline in bylines]

    @cached_property
    def filed_under(self) -> list[Topic]:
        """Its topics."""
        return list(self.topics.all())

    @cached_property
    def content(self) -> StreamValue:
        """The body as it is shown: with disclaimers right after the blocks that bring them."""
        content = self._blocks
        for disclaimer in self._disclaimers[Disclaimer.Place.BESIDE]:
            place = cause_of(disclaimer, content) + 1
            content.insert(place, ("disclaimer", {"disclaimer": disclaimer}))
        return content

    @cached_property
    def _blocks(self) -> StreamValue:
        """A copy of the body with all that its blocks show, in a fixed number of queries."""
        content = self.body.stream_block.to_python(with_reusable(self.body.get_prep_value()))
        authors, books = instances_in(content, Author), instances_in(content, Book)
        _find_published(instances_in(content, PostPage))
        models.prefetch_related_objects(instances_in(content, CreditedImage), "renditions")
        models.prefetch_related_objects(authors, "photo__renditions")
        models.prefetch_related_objects(books, "links", "cover__renditions")
        richtext.expand_in_place(
            [(text, "source") for text in instances_in(content, RichText)]
            + [(author, "bio") for author in authors]
            + [(disclaimer, "text") for disclaimer in instances_in(content, Disclaimer)]
        )
        return content

    @property
    def facts(self) -> Facts:
        """What decides which disclaimers it owes."""
        books = instances_in(self._blocks, Book)
        return Facts(
            has_affiliate_link=any(book.has_affiliate_link for book in books),
            has_guest_author=any(author.guest for author in self.authors),
            topics=frozenset(topic.pk for topic in self.filed_under),
        )

    @cached_property
    def _disclaimers(self) -> dict[str, list[Disclaimer]]:
        """The disclaimers that it owes, by their places, less those that an editor has placed.

        One that no block brings, though it would stand beside it, stands at the end.
        """
        placed = {disclaimer.pk for disclaimer in self._placed}
        others = Disclaimer.objects.exclude(pk__in=placed).prefetch_related("topics")
        disclaimers = owed(self.facts, others)
        richtext.expand_in_place([(disclaimer, "text") for disclaimer in disclaimers])
        by_place: dict[str, list[Disclaimer]] = {place: [] for place in Disclaimer.Place.values}
        for disclaimer in disclaimers:
            is_beside = disclaimer.place == Disclaimer.Place.BESIDE
            is_lost = is_beside and cause_of(disclaimer, self._blocks) is None
            by_place[Disclaimer.Place.END if is_lost else disclaimer.place].append(disclaimer)
        return by_place

    @property
    def disclosures(self) -> list[tuple[Disclaimer, str]]:
        """Every disclaimer that it shows, and where, for its editor."""
        places = dict(Disclaimer.Place.choices)
        placed = [(it, _("where an editor put it")) for it in self._placed]
        owed = [(it, places[place]) for place in places for it in self._disclaimers[place]]
        return placed + owed

    @cached_property
    def _placed(self) -> list[Disclaimer]:
        """The disclaimers that an editor has put into the body."""
        return instances_in(self._blocks, Disclaimer)

    @property
    def disclaimers_at_top(self) -> list[Disclaimer]:
        """The disclaimers that stand before its text."""
        return self._disclaimers[Disclaimer.Place.TOP]

    @property
    def disclaimers_at_end(self) -> list[Disclaimer]:
        """The disclaimers that stand at its end."""
        return self._disclaimers[Disclaimer.Place.END]

    @cached_property
    def excerpt(self) -> str:
        """What listings and digests say of it: the standfirst, else how the body begins."""
        if self.standfirst:
            return self.standfirst
        paragraphs = self.body.blocks_by_name("paragraph")
        text = " ".join(get_text_for_indexing(block.value.source) for block in paragraphs[:3])
        return Truncator(text).chars(240)

    @property
    def preview_modes(self) -> Sequence[tuple[str, str]]:
        return [("", _("Web")), ("email", _("Email")), ("text", _("Plain text"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        if mode_name == "email":
            return previews.as_email(self)
        if mode_name == "text":
            return previews.as_text(self)
        return super().serve_preview(request, mode_name)


def _find_published(posts: Sequence[PostPage]) -> None:
    """Find out in one look-up which of some posts everyone may read."""
    if posts:
        numbers = {post.pk for post in posts}
        published = set(
            PostPage.objects.published().filter(pk__in=numbers).values_list("pk", flat=True)
        )
        for post in posts:
            post.is_published = post.pk in published


class PostAuthor(Orderable):
    """An author in a post's byline."""

    post = ParentalKey(PostPage, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="bylines"
    )

    panels = ["author"]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "author"], name="author_once_in_a_byline")
        ]

    def __str__(self) -> str:
        return str(self.author)
