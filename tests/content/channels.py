"""Show a post wherever it is shown, and check what is well-formed."""

import json
from collections.abc import Callable

from django.test import Client
from lxml import etree

from blog import paper
from blog.models import PostPage
from newsletter.digests import rendering
from newsletter.models import Cohort, Digest, Newsletter
from tests.newsletter.digests import DAY, MONDAY


def show_everywhere(post: PostPage, reader: Client, editor: Client) -> None:
    """Render a published post on all channels. Raises where one does not work."""
    url = post.get_url()
    for address in (url, f"{url}index.md", post.get_parent().get_url(), "/", "/llms.txt"):
        assert _get(reader, address), address
    for name in ("books", "authors", "topics", "tags", "archive"):
        assert _get(reader, f"/{name}/")
    for address in ("/feed.rss", "/feed.atom", "/sitemap.xml", "/sitemap-pages.xml"):
        etree.fromstring(_get(reader, address))
    items = json.loads(_get(reader, "/feed.json"))["items"]
    assert len(items) == 1
    assert _get(reader, f"/search/?q={post.slug}")
    assert _get(reader, "/search/?q=words")
    edit = f"/admin/pages/{post.pk}/"
    assert _get(editor, f"{edit}edit/")
    for mode in ("", "email", "text"):
        assert _get(editor, f"{edit}view_draft/?mode={mode}")
    assert paper.html_of(PostPage.objects.get(pk=post.pk))
    show_in_digests(post)


def show_in_digests(post: PostPage) -> None:
    """Render a digest of the post in each form."""
    newsletter = Newsletter.objects.get()
    for form in Newsletter.Form:
        Digest.objects.all().delete()
        newsletter.post_form = form
        newsletter.save()
        digest = Digest.objects.create(
            newsletter=newsletter, cadence="daily", since=MONDAY - DAY, until=MONDAY
        )
        cohort = Cohort.objects.create(digest=digest, key="key")
        cohort.posts.set([post])
        rendered = rendering.render(cohort)
        assert rendered.rendered_posts == [post.pk]
        assert "<mj-" not in rendered.html
        rendering.fill(rendered, dict.fromkeys(rendering.SLOTS, "x"))


def _get(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers)
    return answer.content


Show = Callable[[PostPage], None]
