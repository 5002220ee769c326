from .affiliate import AffiliateProgram
from .author import Author, AuthorLink
from .body import BodyPage
from .book import Book, RetailerLink
from .comment import Comment, CommentNotice
from .disclaimer import Disclaimer
from .embed import Embed
from .post import PostPage
from .post_filing import PostAuthor, PostTag
from .post_pdf import PostPDF
from .reusable import ReusableContent
from .section import BlogIndexPage
from .series import Series
from .term import PostTerm, Term
from .topic import Topic

__all__ = [
    "AffiliateProgram",
    "Author",
    "AuthorLink",
    "BlogIndexPage",
    "BodyPage",
    "Book",
    "Comment",
    "CommentNotice",
    "Disclaimer",
    "Embed",
    "PostAuthor",
    "PostPDF",
    "PostPage",
    "PostTag",
    "PostTerm",
    "RetailerLink",
    "ReusableContent",
    "Series",
    "Term",
    "Topic",
]
