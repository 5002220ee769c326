"""Addresses that pages cannot have."""

from django.conf import settings

# What the site's own addresses begin with.
RESERVED_SLUGS = {
    "_util",
    "admin",
    "authors",
    "books",
    "comments",
    "documents",
    "mail",
    "mailbox",
    "media",
    "metrics",
    "newsletter",
    "series",
    "static",
    "styleguide",
    "tags",
    "topics",
    *(code for code, _name in settings.LANGUAGES),
}
