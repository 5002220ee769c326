from django.utils.translation import gettext_lazy as _

from core.channels import ChannelStreamBlock

from .actions import CalloutBlock, CallToActionBlock
from .books import BookLinkBlock
from .disclaimers import DisclaimerBlock
from .embeds import EmbedBlock
from .files import FileBlock
from .images import GalleryBlock, ImageBlock
from .people import AuthorBioBlock
from .posts import PostsBlock
from .references import ReferencesBlock
from .reusable import ReusableBlock
from .signup import SignUpBlock
from .tables import TableBlock
from .text import (
    CodeBlock,
    DividerBlock,
    HeadingBlock,
    ParagraphBlock,
    QuestionsBlock,
    QuoteBlock,
)

# Takes hours to read. This many blocks have fewer fields than DATA_UPLOAD_MAX_NUMBER_FIELDS.
MAX_BLOCKS = 1000


class ContentBlock(ChannelStreamBlock):
    """What posts are made of, and what is kept to be used in many."""

    heading = HeadingBlock(group=_("Text"))
    paragraph = ParagraphBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    callout = CalloutBlock(group=_("Text"))
    questions = QuestionsBlock(group=_("Text"))
    code = CodeBlock(group=_("Text"))
    divider = DividerBlock(group=_("Text"))
    image = ImageBlock(group=_("Media"))
    gallery = GalleryBlock(group=_("Media"))
    table = TableBlock(group=_("Media"))
    embed = EmbedBlock(group=_("Media"))
    file = FileBlock(group=_("Media"))
    author_bio = AuthorBioBlock(group=_("From the library"))
    book = BookLinkBlock(group=_("From the library"))
    disclaimer = DisclaimerBlock(group=_("From the library"))
    call_to_action = CallToActionBlock(group=_("Readers"))
    posts = PostsBlock(group=_("Readers"))


class BodyBlock(ContentBlock):
    """The body of a post."""

    references = ReferencesBlock(group=_("Text"))
    reusable = ReusableBlock(group=_("From the library"))
    signup = SignUpBlock(group=_("Readers"))

    class Meta:
        max_num = MAX_BLOCKS
        block_counts = {"signup": {"max_num": 1}, "references": {"max_num": 1}}
