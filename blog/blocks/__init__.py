"""The blocks that posts are written with; each renders to web, email and text."""

from .actions import CalloutBlock, CallToActionBlock
from .body import BodyBlock, ContentBlock
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

__all__ = [
    "AuthorBioBlock",
    "BodyBlock",
    "BookLinkBlock",
    "CallToActionBlock",
    "CalloutBlock",
    "CodeBlock",
    "ContentBlock",
    "DisclaimerBlock",
    "DividerBlock",
    "EmbedBlock",
    "FileBlock",
    "GalleryBlock",
    "HeadingBlock",
    "ImageBlock",
    "ParagraphBlock",
    "PostsBlock",
    "QuestionsBlock",
    "QuoteBlock",
    "ReferencesBlock",
    "ReusableBlock",
    "SignUpBlock",
    "TableBlock",
]
