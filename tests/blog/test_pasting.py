"""What is typed or pasted twice, or with scripts in it, harms neither the editor nor readers."""

import json

import pytest
from django.utils.html import escape
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from blog.models import Author, PostPage, Topic
from tests.factories import AuthorFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LIBRARY = "/admin/snippets/blog"


def pasted(*texts: str, link: str = "") -> str:
    """Return paragraphs as the editor of rich text sends them, the first of them linked."""
    blocks = [
        {"key": f"k{n}", "type": "unstyled", "depth": 0, "text": text}
        for n, text in enumerate(texts)
    ]
    entities = {}
    for block in blocks:
        block |= {"inlineStyleRanges": [], "entityRanges": []}
    if link:
        blocks[0]["entityRanges"] = [{"key": 0, "offset": 0, "length": len(texts[0])}]
        entities = {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": link}}}
    return json.dumps({"blocks": blocks, "entityMap": entities})


@pytest.fixture
def publish(admin_client, section):
    """Send the form of a new post that is to be published."""

    def publish(**fields):
        values = {
            "title": "Rain",
            "slug": "rain",
            "standfirst": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recommendations": streamfield([]),
            "body": streamfield([]),
            "bylines": inline_formset([{"author": AuthorFactory(name="Ana").pk}]),
            "comments": inline_formset([]),
            "in_digests": "on",
            "listed": "on",
            "commenting": "open",
            "close_after_days": "30",
            **fields,
        }
        data = nested_form_data(values) | {
            "topics": [TopicFactory().pk],
            "action-publish": "yes",
        }
        return admin_client.post(f"/admin/pages/add/blog/postpage/{section.pk}/", data)

    return publish


class TestTakenSlugs:
    def test_a_second_post_of_one_address_is_refused_and_nothing_of_it_is_lost(
        self, publish, section
    ):
        PostFactory(parent=section, slug="rain")
        response = publish(
            title="More rain",
            standfirst="It goes on.",
            body=streamfield([("heading", "Still wet")]),
        )
        assert response.status_code == 200
        (said,) = response.context["form"].errors["slug"]
        assert "The slug 'rain' is already in use within the parent page" in said
        page = response.content.decode()
        assert escape(said) in page
        for kept in ("More rain", "It goes on.", "Still wet"):
            assert kept in page
        assert PostPage.objects.count() == 1

    @pytest.mark.parametrize(
        ("kind", "make", "model"),
        [("author", AuthorFactory, Author), ("topic", TopicFactory, Topic)],
    )
    def test_so_is_a_second_one_in_the_library(self, admin_client, kind, make, model):
        make(name="Sleep", slug="sleep")
        values = {"name": "Sleeping", "slug": "sleep", "description": "Nights", "role": "Nights"}
        values |= {"bio": pasted("Nights"), "links": inline_formset([])}
        response = admin_client.post(f"{LIBRARY}/{kind}/add/", nested_form_data(values))
        assert response.status_code == 200
        (said,) = response.context["form"].errors["slug"]
        assert "already exists" in said
        page = response.content.decode()
        assert said in page
        assert "Sleeping" in page
        assert "Nights" in page
        assert model.objects.count() == 1


class TestScripts:
    @pytest.fixture
    def post(self, publish) -> PostPage:
        response = publish(
            title=f"Rain {SCRIPT}",
            standfirst=SCRIPT,
            search_description=SCRIPT,
            social_title=SCRIPT,
            tags="<script>alert(3)</script>",
            body=streamfield(
                [("heading", SCRIPT), ("paragraph", pasted(SCRIPT)), ("code", {"code": SCRIPT})]
            ),
        )
        assert response.status_code == 302
        return PostPage.objects.get()

    @pytest.mark.parametrize("mode", ["", "email"])
    def test_readers_see_them_as_they_are_written_and_none_runs(self, client, post, mode):
        page = post.make_preview_request(preview_mode=mode).content.decode()
        if not mode:
            page += client.get(post.url).content.decode()
        assert escape("<script>alert(1)</script>") in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page

    def test_the_plain_text_holds_them_as_written(self, post):
        answer = post.make_preview_request(preview_mode="text")
        assert answer["Content-Type"].startswith("text/plain")
        assert "<script>alert(1)</script>" in answer.content.decode()

    def test_neither_does_one_run_where_posts_are_listed_and_edited(
        self, client, admin_client, post, section
    ):
        author = post.authors[0]
        for asked, url in [
            (client, section.url),
            (client, "/"),
            (client, author.get_absolute_url()),
            (admin_client, f"/admin/pages/{section.pk}/"),
            (admin_client, f"/admin/pages/{post.pk}/edit/"),
        ]:
            page = asked.get(url).content.decode()
            assert "<script>alert" not in page, url
            assert "<img src=x" not in page, url

    @pytest.mark.parametrize(
        "link",
        ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x"],
    )
    def test_a_link_that_would_run_one_leads_nowhere(self, client, publish, link):
        publish(body=streamfield([("paragraph", pasted("Press here", link=link))]))
        post = PostPage.objects.get()
        for page in (
            client.get(post.url).content.decode(),
            post.make_preview_request(preview_mode="email").content.decode(),
            post.make_preview_request(preview_mode="text").content.decode(),
        ):
            assert "Press here" in page
            assert link not in page
            assert escape(link) not in page
