"""Addresses that pages cannot have."""

from django.conf import settings

# What the site's own addresses begin with.
RESERVED_SLUGS = {
    "_util",
    "admin",
    "archive",
    "authors",
    "books",
    "cards",
    "comments",
    "documents",
    "mail",
    "mailbox",
    "media",
    "metrics",
    "newsletter",
    "search",
    "series",
    "static",
    "styleguide",
    "tags",
    "topics",
    *(code for code, _name in settings.LANGUAGES),
}
