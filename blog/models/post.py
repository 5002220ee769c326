from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalManyToManyField
from taggit.models import Tag
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.blocks import PageChooserBlock
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.search import index

from core.fetching import Found, Those, Wanted
from core.models import CreditedImage

from .. import previews, related
from ..disclosures import Facts
from ..forms import PostPageForm
from ..headings import Entry, table_of_contents
from ..panels import ContentChecksPanel
from ..querysets import PostQuerySet
from ..reading import Length, length_of
from ..series import Place, in_order, place_among, without_aliases
from .author import Author
from .body import BodyPage
from .commentable import Commentable
from .post_filing import PostAuthor, PostTag, less_what_is_gone
from .post_pdf import PostPDF
from .series import Series
from .topic import Topic

# A post that takes so long to read, and has so many parts, has a table of contents.
LONG_MINUTES, FEWEST_PARTS = 3, 3
_IN_PASSING = (
    *("title", "slug", "url_path", "path", "depth", "live", "locale", "standfirst", "lead_image"),
    *("series", "part", "listed", "first_published_at", "alias_of"),
)


_name = index.SearchField("name")


class PostPage(Commentable, BodyPage):
    """One article of the publication."""

    topics = ParentalManyToManyField("blog.Topic", verbose_name=_("topics"), related_name="posts")
    tags = ClusterTaggableManager(
        through="blog.PostTag", blank=True, help_text=_("Free words, beside the topics.")
    )
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
    )
    part = models.PositiveSmallIntegerField(
        _("part"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Its place in the series. Those without one follow in order of publication."),
    )

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

    recommendations = StreamField(
        [
            ("pinned", PageChooserBlock("blog.PostPage", label=_("Always"), icon="pick")),
            ("excluded", PageChooserBlock("blog.PostPage", label=_("Never"), icon="cross")),
        ],
        verbose_name=_("recommended"),
        blank=True,
        block_counts={"pinned": {"max_num": 6}},
        help_text=_(
            "At the end stand the posts that are nearest to this one. Put one there always, in this"
            " order, or never."
        ),
    )

    # Found when its page is served: what may be recommended, best first, and their pictures.
    candidates: Mapping[int, int | None] = MappingProxyType({})

    objects = PageManager.from_queryset(PostQuerySet)()

    base_form_class = PostPageForm
    template = "blog/pages/post_page.html"
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types: list[str] = []
    page_description = _("An article.")

    content_panels = [
        *BodyPage.content_panels,
        FieldPanel("standfirst"),
        InlinePanel("bylines", heading=_("Authors"), label=_("Author")),
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple, required_on_save=False),
        FieldPanel("tags"),
        FieldRowPanel(["series", "part"], heading=_("Series")),
        BodyPage.lead_panel,
        *BodyPage.body_panels,
        ContentChecksPanel(heading=_("Before you publish"), icon="tasks"),
    ]
    promote_panels = [
        *BodyPage.promote_panels,
        MultiFieldPanel(
            ["in_digests", "listed", "pinned", "canonical_url"], heading=_("Where it appears")
        ),
        FieldPanel("recommendations"),
        Commentable.comment_panel,
    ]

    search_fields = [
        *BodyPage.search_fields,
        index.RelatedFields("bylines", [index.RelatedFields("author", [_name])]),
        index.RelatedFields("topics", [_name, index.FilterField("slug")]),
        index.RelatedFields("tags", [_name]),
        index.FilterField("listed"),
    ]

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    @classmethod
    def from_serializable_data(
        cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False
    ) -> "PostPage":
        """Return the post that a version of it holds, less authors and a series that are gone.

        Wagtail reads versions by this; where one names what it lacks, modelcluster raises on fields
        that protect what they name.
        """
        if check_fks:
            data = {**data, **less_what_is_gone(data)}
        return super().from_serializable_data(data, check_fks=check_fks, strict_fks=strict_fks)

    @cached_property
    def authors(self) -> list[Author]:
        """Who wrote it, in the order of the byline."""
        bylines = list(self.bylines.all())
        models.prefetch_related_objects(bylines, "author")
        return [byline.author for byline in bylines]

    @cached_property
    def place_in_series(self) -> Place:
        """Where it stands among the listed posts of its series that are in its language."""
        posts = PostPage.objects.listed().first_in_language().filter(locale=self.locale_id)
        return place_among(self, list(posts.of_series(self.series)))

    @cached_property
    def length(self) -> Length:
        """How long its text is, and how long it takes to read."""
        return length_of(self.content)

    @cached_property
    def table_of_contents(self) -> list[Entry]:
        """What leads to the parts of a long post; empty where it is short, or has few."""
        entries = table_of_contents(self.content)
        is_long = self.length.minutes >= LONG_MINUTES and len(entries) >= FEWEST_PARTS
        return entries if is_long else []

    @cached_property
    def recommended(self) -> list["PostPage"]:
        """The posts to recommend at its end."""
        self.candidates = related.candidates(self)
        posts = PostPage.in_passing().filter(pk__in=self.candidates).select_related("lead_image")
        return related.chosen_for(self, posts.prefetch_related("lead_image__renditions"))

    @property
    def pinned_and_excluded(self) -> tuple[list[int], list[int]]:
        """The numbers of the posts to recommend at its end always, in order, and of those never."""
        chosen = [(raw["type"], raw["value"]) for raw in self.recommendations.get_prep_value()]
        pinned = dict.fromkeys(value for kind, value in chosen if kind == "pinned" and value)
        excluded = {value for kind, value in chosen if kind == "excluded" and value}
        return [value for value in pinned if value not in excluded], list(excluded)

    @cached_property
    def filed_under(self) -> list[Topic]:
        """Its topics."""
        return list(self.topics.all())

    @cached_property
    def labels(self) -> list[Tag]:
        """Its tags."""
        return list(self.tags.all())

    @cached_property
    def has_failed_pdf(self) -> bool:
        """Return whether its PDF could not be made."""
        return self.pdfs.failed().exists()

    @classmethod
    def in_passing(cls) -> PostQuerySet:
        """Return what other pages show of posts: those that everyone may read, and so much."""
        return cls.objects.published().only(*_IN_PASSING)

    @classmethod
    def want_card(cls, pages: Sequence["PostPage"], wanted: Wanted) -> None:
        """Ask for what listings show of posts."""
        super().want_surroundings(pages, wanted)
        numbers = [page.pk for page in pages]
        wanted.add(PostAuthor, post__in=numbers)
        wanted.add(Author, pk__in=Those(PostAuthor, "author"))
        wanted.add(PostTopic, postpage__in=numbers)
        wanted.add(Topic, pk__in=Those(PostTopic, "topic"))

    @classmethod
    def want_surroundings(cls, pages: Sequence["PostPage"], wanted: Wanted) -> None:
        cls.want_card(pages, wanted)
        numbers = [page.pk for page in pages]
        wanted.add(PostTag, content_object__in=numbers)
        wanted.add(Tag, pk__in=Those(PostTag, "tag"))
        wanted.add(PostPDF, post__in=numbers, problem__in=PostPDF.Problem.values)
        if series := {page.series_id for page in pages if page.series_id}:
            wanted.add(Series, pk__in=series)
            wanted.add(PostPage, series__in=series, listed=True)
        for page in pages:
            wanted.add(PostPage, pk__in=list(page.candidates))
            wanted.add(CreditedImage, pk__in=[it for it in page.candidates.values() if it])

    def take_card(self, found: Found) -> None:
        """Take what was found of what listings show of it."""
        super().take_surroundings(found)
        bylines = sorted(
            found.of(PostAuthor, "post_id", self.pk), key=lambda byline: byline.sort_order or 0
        )
        self.authors = [found[Author][byline.author_id] for byline in bylines]
        filings = found.of(PostTopic, "postpage_id", self.pk)
        topics = [found[Topic][filing.topic_id] for filing in filings]
        self.filed_under = sorted(topics, key=attrgetter("name"))

    def take_surroundings(self, found: Found) -> None:
        self.take_card(found)
        taggings = found.of(PostTag, "content_object_id", self.pk)
        self.labels = [found[Tag][tagging.tag_id] for tagging in taggings]
        self.has_failed_pdf = bool(found.of(PostPDF, "post_id", self.pk))
        self.recommended = related.chosen_for(self, found[PostPage].values())
        for other in self.recommended:
            other.lead_image = found[CreditedImage].get(other.lead_image_id)
        self.series = found[Series].get(self.series_id)
        if self.series:
            parts = found.of(PostPage, "series_id", self.series_id)
            listed = [it for it in parts if it.listed and it.locale_id == self.locale_id]
            self.place_in_series = place_among(self, in_order(without_aliases(listed)))

    @property
    def facts(self) -> Facts:
        return replace(
            super().facts,
            is_post=True,
            has_guest_author=any(author.guest for author in self.authors),
            topics=frozenset(topic.pk for topic in self.filed_under),
        )

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return what the map of the site says of it: nothing where its place is not here."""
        is_here = self.listed and not self.canonical_url
        return super().get_sitemap_urls(request) if is_here else []

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.candidates = related.candidates(self)
        return super().serve(request, *args, **kwargs)

    @property
    def preview_modes(self) -> Sequence[tuple[str, str]]:
        return [("", _("Web")), ("email", _("Email")), ("text", _("Plain text"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        if mode_name == "email":
            return previews.as_email(self)
        if mode_name == "text":
            return previews.as_text(self)
        return super().serve_preview(request, mode_name)


PostTopic = PostPage.topics.through
