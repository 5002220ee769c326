"""Fill an empty site with the demo's publication. What is there already is left as it is."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from wagtail.models import Site

from blog.models import BlogIndexPage
from core.models import SiteSettings, User
from newsletter.models import Newsletter

from ..models import HomePage
from . import comments, front, library, pages, posts, readers
from .content import posts as post_entries
from .content import read

LOGINS = {name: f"lantern-{name}" for name in ("admin", "editor", "author", "moderator")}


def load(now: datetime) -> None:
    """Load the whole demo: people who log in, pages, posts, subscribers, one digest sent."""
    words = read("site")
    _users()
    home = _home(words)
    section = _section(home, words["section"])
    newsletter = _newsletter(section, words)
    shelves = library.shelves()
    for entry in post_entries():
        posts.load(entry, section, newsletter, shelves, now)
    pages.load(home, newsletter, shelves)
    front.load(home, newsletter, shelves)
    comments.load(section, now)
    readers.load(newsletter, list(shelves["topic"].values()), now)
    readers.send_latest_weekly(newsletter, now)


def _users() -> None:
    if not User.objects.filter(username="admin").exists():
        User.objects.create_superuser("admin", "admin@example.org", LOGINS["admin"])
    for name in ("editor", "author", "moderator"):
        if not User.objects.filter(username=name).exists():
            user = User.objects.create_user(name, f"{name}@example.org", LOGINS[name])
            user.groups.set(Group.objects.filter(name=name.capitalize()))


def _home(words: dict[str, Any]) -> HomePage:
    """Return the home page of the default site, with the demo's words if it has none."""
    site = Site.objects.get(is_default_site=True)
    address = urlsplit(settings.BASE_URL)
    site.hostname = address.hostname
    site.port = address.port or (443 if address.scheme == "https" else 80)
    site.save()
    home = site.root_page.specific
    if home.title != words["name"]:
        home.title = words["name"]
        home.search_description = words["tagline"]
        home.save_revision().publish()
        fields = ("name", "tagline", "organisation", "postal_address", "contact_email")
        fields += ("comment_policy",)
        SiteSettings.objects.update_or_create(
            site=site, defaults={field: words[field].strip() for field in fields}
        )
    return home


def _section(home: HomePage, words: dict[str, Any]) -> BlogIndexPage:
    section = BlogIndexPage.objects.child_of(home).filter(slug=words["slug"]).first()
    if section is None:
        section = home.add_child(
            instance=BlogIndexPage(
                title=words["title"],
                slug=words["slug"],
                intro=words["intro"],
                show_in_menus=True,
            )
        )
        section.save_revision().publish()
    return section


def _newsletter(section: BlogIndexPage, words: dict[str, Any]) -> Newsletter:
    about = words["newsletter"]
    fields = ("name", "description", "sender_name", "sender_email", "reason")
    newsletter, _ = Newsletter.objects.get_or_create(
        section=section,
        defaults={field: about[field] for field in fields}
        | {
            "slug": "letter",
            "time_zone": "Europe/London",
            "postal_address": words["postal_address"].strip(),
        },
    )
    return newsletter
