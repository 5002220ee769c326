"""Addresses that pages cannot have."""

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
    "tags",
    "topics",
}
