"""The blocks that posts are written with; each renders to web, email and text."""

from .body import BodyBlock
from .books import BookLinkBlock
from .disclaimers import DisclaimerBlock
from .images import ImageBlock
from .people import AuthorBioBlock
from .signup import SignUpBlock
from .text import HeadingBlock, ParagraphBlock, QuoteBlock

__all__ = [
    "AuthorBioBlock",
    "BodyBlock",
    "BookLinkBlock",
    "DisclaimerBlock",
    "HeadingBlock",
    "ImageBlock",
    "ParagraphBlock",
    "QuoteBlock",
    "SignUpBlock",
]
