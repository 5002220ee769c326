from collections.abc import Sequence

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index

from core.fetching import Found, Wanted
from core.models import BasePage, CreditedImage
from core.search.indexing import ExcerptField
from core.streams import instances_in

from ..blocks import BodyBlock
from ..disclosures import Facts, cause_of, owed
from ..forms import BodyPageForm
from ..panels import DisclosuresPanel
from .affiliate import AffiliateProgram
from .book import Book
from .disclaimer import Disclaimer
from .preparing import Prepared, as_shown, prepare


class BodyPage(BasePage):
    """A page with a body of blocks, and with the disclaimers that it owes for them."""

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

    base_form_class = BodyPageForm
    lead_panel = MultiFieldPanel(["lead_image", "lead_image_alt"], heading=_("Lead image"))
    body_panels = [
        FieldPanel("body"),
        DisclosuresPanel(heading=_("Disclosures"), icon="warning"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("words"),
        ExcerptField("words"),
    ]

    class Meta:
        abstract = True

    @cached_property
    def excerpt(self) -> str:
        """What listings and digests say of it: the standfirst, else how the body begins."""
        if self.standfirst:
            return self.standfirst
        paragraphs = self.body.blocks_by_name("paragraph")
        text = " ".join(get_text_for_indexing(block.value.source) for block in paragraphs[:3])
        return Truncator(text).chars(240)

    @cached_property
    def words(self) -> str:
        """What its blocks say, for the search."""
        return " ".join(self.body.stream_block.get_searchable_content(as_shown(self)))

    @property
    def shared_image_alt(self) -> str:
        """What the lead image shows, where it is that which is shown where the page is shared."""
        return "" if self.social_image_id else self.lead_image_alt

    @cached_property
    def content(self) -> StreamValue:
        """The body as it is shown: with disclaimers right after the blocks that bring them."""
        content = self._blocks
        for disclaimer in self._disclaimers[Disclaimer.Place.BESIDE]:
            place = cause_of(disclaimer, content) + 1
            content.insert(place, ("disclaimer", {"disclaimer": disclaimer}))
        return content

    @cached_property
    def prepared(self) -> Prepared:
        """A copy of the body with all that its blocks show, and the disclaimers there are."""
        prepare([self])
        return self.__dict__["prepared"]

    @property
    def _blocks(self) -> StreamValue:
        return self.prepared.blocks

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not getattr(request, "is_preview", False):
            prepare([self], with_surroundings=True)
        return super().serve(request, *args, **kwargs)

    @classmethod
    def want_surroundings(cls, pages: Sequence["BodyPage"], wanted: Wanted) -> None:
        """Ask for what pages show around their bodies."""
        keys = ((page.lead_image_id, page.social_image_id) for page in pages)
        if images := {key for pair in keys for key in pair if key}:
            wanted.add(CreditedImage, pk__in=images)
        wanted.add(Page, path__in={path for page in pages for path in page.paths_above})
        if sources := {page.alias_of_id for page in pages if page.alias_of_id}:
            wanted.add(Page, pk__in=sources)

    def take_surroundings(self, found: Found) -> None:
        """Take what was found of what it shows around its body."""
        self.lead_image = found[CreditedImage].get(self.lead_image_id)
        self.social_image = found[CreditedImage].get(self.social_image_id)
        if self.alias_of_id:
            self.alias_of = found[Page].get(self.alias_of_id)
        by_path = {page.path: page for page in found[Page].values()}
        self.above = [by_path[path] for path in self.paths_above if path in by_path]

    @property
    def facts(self) -> Facts:
        """What decides which disclaimers it owes."""
        books = instances_in(self._blocks, Book)
        return Facts(has_affiliate_link=any(book.has_affiliate_link for book in books))

    @cached_property
    def _disclaimers(self) -> dict[str, list[Disclaimer]]:
        """The disclaimers that it owes, by their places, less those that an editor has placed.

        One that no block brings, though it would stand beside it, stands at the end.
        """
        placed = {disclaimer.translation_key for disclaimer in self._placed}
        library = self.prepared.library
        others = [each for each in library if each.translation_key not in placed]
        disclaimers = owed(self.facts, others)
        by_place: dict[str, list[Disclaimer]] = {place: [] for place in Disclaimer.Place.values}
        for disclaimer in disclaimers:
            is_beside = disclaimer.place == Disclaimer.Place.BESIDE
            is_lost = is_beside and cause_of(disclaimer, self._blocks) is None
            by_place[Disclaimer.Place.END if is_lost else disclaimer.place].append(disclaimer)
        return by_place

    @property
    def disclosures(self) -> list[tuple[Disclaimer | AffiliateProgram, str, str]]:
        """Every disclaimer that it shows, where and why, for its editor."""
        places = dict(Disclaimer.Place.choices)
        placed = [(it, _("where an editor put it")) for it in self._placed]
        owed = [(it, places[place]) for place in places for it in self._disclaimers[place]]
        because_of_program = (places[Disclaimer.Place.END], _("when it has a link of the program"))
        return [(it, place, it.get_rule_display()) for it, place in placed + owed] + [
            (program, *because_of_program) for program in self._programs
        ]

    @cached_property
    def _placed(self) -> list[Disclaimer]:
        """The disclaimers that an editor has put into the body."""
        return instances_in(self._blocks, Disclaimer)

    @cached_property
    def _programs(self) -> list[AffiliateProgram]:
        """The affiliate programs of its links, each once, as far as they ask for a disclosure."""
        books = instances_in(self._blocks, Book)
        programs = {program.pk: program for book in books for program in book.programs}
        return [program for program in programs.values() if program.text]

    @property
    def disclaimers_at_top(self) -> list[Disclaimer]:
        """The disclaimers that stand before its text."""
        return self._disclaimers[Disclaimer.Place.TOP]

    @property
    def disclaimers_at_end(self) -> list[Disclaimer | AffiliateProgram]:
        """What stands at its end: disclaimers, and what affiliate programs ask to be said."""
        return [*self._disclaimers[Disclaimer.Place.END], *self._programs]
