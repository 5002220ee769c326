from .affiliate import AffiliateProgram
from .author import Author, AuthorLink
from .body import BodyPage
from .book import Book, RetailerLink
from .disclaimer import Disclaimer
from .post import PostAuthor, PostPage
from .reusable import ReusableContent
from .section import BlogIndexPage
from .topic import Topic

__all__ = [
    "AffiliateProgram",
    "Author",
    "AuthorLink",
    "BlogIndexPage",
    "BodyPage",
    "Book",
    "Disclaimer",
    "PostAuthor",
    "PostPage",
    "RetailerLink",
    "ReusableContent",
    "Topic",
]
