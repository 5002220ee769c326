from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.channels import ChannelBlock


class BookLinkBlock(ChannelBlock, blocks.StructBlock):
    """A book that the post recommends, and where it can be had."""

    book = SnippetChooserBlock("blog.Book", label=_("Book"))
    note = blocks.TextBlock(
        label=_("Note"), required=False, help_text=_("Why this book; the reader sees it.")
    )

    def get_searchable_content(self, value: blocks.StructValue) -> list[str]:
        """Return what the search finds posts by: the book, too, though it is kept elsewhere."""
        book = value.get("book")
        about = [f"{book.title}, {book.authors}."] if book else []
        return about + super().get_searchable_content(value)

    def get_preview_value(self) -> blocks.StructValue:
        from ..models import AffiliateProgram, Book, RetailerLink

        program = AffiliateProgram(name="Big Shop")
        book = Book(
            title="The Long Corridor",
            authors="Iris Vance",
            year=2023,
            publisher="Tidewater Press",
            links=[
                RetailerLink(name="Corner Books", url="https://example.com/b?a=1&b=2"),
                RetailerLink(name="Big Shop", url="https://example.com/a", program=program),
            ],
        )
        return self.normalize({"book": book, "note": "The calmest guide to a hard year."})

    class Meta:
        icon = "book"
        label = _("Book")
        description = _("A book with its cover and links to shops; affiliate links say so.")
