from django.utils.translation import gettext_lazy as _

from core.channels import ChannelStreamBlock

from .books import BookLinkBlock
from .disclaimers import DisclaimerBlock
from .images import ImageBlock
from .people import AuthorBioBlock
from .signup import SignUpBlock
from .text import HeadingBlock, ParagraphBlock, QuoteBlock


class BodyBlock(ChannelStreamBlock):
    """The body of a post."""

    heading = HeadingBlock(group=_("Text"))
    paragraph = ParagraphBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    image = ImageBlock(group=_("Media"))
    author_bio = AuthorBioBlock(group=_("From the library"))
    book = BookLinkBlock(group=_("From the library"))
    disclaimer = DisclaimerBlock(group=_("From the library"))
    signup = SignUpBlock(group=_("Readers"))

    class Meta:
        block_counts = {"signup": {"max_num": 1}}
