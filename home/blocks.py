"""What the front page is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock

from blog.blocks import CallToActionBlock, QuoteBlock, SignUpBlock
from blog.models import PostPage, Topic
from core.links import LinkBlock, open_links
from core.visible_words import VisibleWords

from .front import Part, Wish, fulfil


class HeroBlock(VisibleWords, blocks.StructBlock):
    """What the publication is, in large letters."""

    headline = blocks.CharBlock(label=_("Headline"), max_length=120)
    intro = blocks.TextBlock(
        label=_("Introduction"),
        required=False,
        max_length=500,
        help_text=_("Search engines are told it, too, unless the page has a description."),
    )
    image = ImageChooserBlock(
        label=_("Image"), required=False, help_text=_("Beside the words; below them on a phone.")
    )
    alt_text = blocks.CharBlock(
        label=_("Alternative text"),
        required=False,
        max_length=255,
        help_text=_("What the image shows, for those who do not see it."),
    )
    buttons = blocks.ListBlock(
        LinkBlock(),
        label=_("Buttons"),
        max_num=2,
        default=[],
        help_text=_("The address “#sign-up” leads to the newsletter sign-up of this page."),
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the value cleaned. Raises where nothing is said of the image, but in drafts."""
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        if value["image"] and not value["alt_text"].strip():
            words = _("Say what the image shows, for those who don't see it.")
            raise StructBlockValidationError({"alt_text": ValidationError(words)})
        return value

    def get_context(
        self, value: blocks.StructValue, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        return {**context, "buttons": open_links(value.get("buttons", []), context.get("request"))}

    def get_preview_value(self) -> blocks.StructValue:
        return self.normalize(
            {
                "headline": "A lit room to read in",
                "intro": "Careful, unhurried writing about difficult states of mind.",
                "image": get_image_model().objects.first(),
                "alt_text": "A lamp in a window at dusk",
                "buttons": [{"label": "Read the latest", "url": "/"}],
            }
        )

    class Meta:
        icon = "title"
        label = _("Head of the page")
        description = _("A headline with an introduction, an image and up to two buttons.")
        template = "home/blocks/hero_block.html"


class PostsValue(blocks.StructValue):
    """Posts that a block of the front page asks for."""

    @property
    def wishes(self) -> list[Wish]:
        """What it asks for, part by part."""
        raise NotImplementedError


class FeaturedValue(PostsValue):
    @property
    def wishes(self) -> list[Wish]:
        picked = tuple(post.pk for post in self["posts"] if post)
        return [Wish(picked=picked)] if picked else []


class LatestValue(PostsValue):
    @property
    def wishes(self) -> list[Wish]:
        return [Wish(number=self["number"], topic=self.get("topic"))]


class TopicsValue(PostsValue):
    @property
    def wishes(self) -> list[Wish]:
        topics = {topic.pk: topic for topic in self["topics"] if topic}
        return [Wish(number=self["number"], topic=topic) for topic in topics.values()]


class PostsShowingBlock(VisibleWords, blocks.StructBlock):
    """Shows posts. Which, the front page finds out for all its blocks together."""

    def get_context(
        self, value: PostsValue, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        if "parts" not in context:  # It stands alone, as in its preview.
            context["parts"] = parts_of([value])[0]
        return context


class FeaturedPostsBlock(PostsShowingBlock):
    """Posts that an editor has picked, with their pictures."""

    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Left empty, it is “Featured”."),
    )
    posts = blocks.ListBlock(
        blocks.PageChooserBlock("blog.PostPage", label=_("Post")),
        label=_("Posts"),
        min_num=1,
        max_num=9,
        help_text=_("Those that are not public, or not listed, are left out."),
    )

    def get_preview_value(self) -> blocks.StructValue:
        posts = PostPage.objects.listed().latest_first()[:3]
        return self.normalize({"posts": list(posts)})

    class Meta:
        icon = "pick"
        label = _("Featured posts")
        description = _("Posts that you pick, with their pictures.")
        value_class = FeaturedValue
        template = "home/blocks/featured_posts_block.html"


class LatestPostsBlock(PostsShowingBlock):
    """The latest posts, of all or on a topic."""

    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Left empty, it is “Latest”, or the topic."),
    )
    number = blocks.IntegerBlock(
        label=_("How many"), min_value=1, max_value=24, default=9, help_text=_("24 at most.")
    )
    topic = SnippetChooserBlock(
        "blog.Topic",
        label=_("Topic"),
        required=False,
        help_text=_("Left empty, posts on all topics are shown."),
    )

    def get_preview_value(self) -> blocks.StructValue:
        return self.normalize({"number": 3})

    class Meta:
        icon = "list-ul"
        label = _("Latest posts")
        description = _("The latest posts, less those that stand further up on the page.")
        value_class = LatestValue
        template = "home/blocks/latest_posts_block.html"


class TopicsBlock(PostsShowingBlock):
    """The latest posts on several topics, beside each other."""

    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Left empty, it is “By topic”."),
    )
    topics = blocks.ListBlock(
        SnippetChooserBlock("blog.Topic", label=_("Topic")),
        label=_("Topics"),
        min_num=1,
        max_num=12,
    )
    number = blocks.IntegerBlock(
        label=_("How many of each"), min_value=1, max_value=6, default=3, help_text=_("6 at most.")
    )

    def get_preview_value(self) -> blocks.StructValue:
        return self.normalize({"topics": list(Topic.objects.all()[:3]), "number": 2})

    class Meta:
        icon = "tag"
        label = _("Latest by topic")
        description = _("For each of several topics, its latest posts.")
        value_class = TopicsValue
        template = "home/blocks/topics_block.html"


class FrontBlock(blocks.StreamBlock):
    """The front page."""

    hero = HeroBlock(group=_("Words"))
    quote = QuoteBlock(group=_("Words"))
    featured = FeaturedPostsBlock(group=_("Posts"))
    latest = LatestPostsBlock(group=_("Posts"))
    topics = TopicsBlock(group=_("Posts"))
    signup = SignUpBlock(group=_("Readers"))
    call_to_action = CallToActionBlock(group=_("Readers"))

    class Meta:
        block_counts = {"hero": {"max_num": 1}, "signup": {"max_num": 1}}


def parts_of(values: Sequence[Any], below: Page | None = None) -> list[list[Part]]:
    """Return what each block shows of the listed posts (below a page): nothing for other blocks."""
    posts = PostPage.objects.listed()
    posts = posts.descendant_of(below) if below else posts
    wishes = [value.wishes if isinstance(value, PostsValue) else [] for value in values]
    parts = iter(fulfil([wish for some in wishes for wish in some], posts))
    return [[next(parts) for _wish in some] for some in wishes]
