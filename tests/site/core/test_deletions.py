"""What is in use is not deleted, by one or by many, and the answer says where it is used."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Collection, ReferenceIndex
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.models import Author, PostPage, RetailerLink
from tests.factories import (
    AffiliateProgramFactory,
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

LIBRARY = [
    AuthorFactory,
    BookFactory,
    AffiliateProgramFactory,
    SeriesFactory,
    TopicFactory,
    DisclaimerFactory,
    ReusableContentFactory,
]
FILES = [ImageFactory, DocumentFactory]


def delete_url(it) -> str:
    if hasattr(it, "snippet_viewset"):
        return reverse(it.snippet_viewset.get_url_name("delete"), args=[it.pk])
    app = "wagtaildocs" if isinstance(it, get_document_model()) else "wagtailimages"
    return reverse(f"{app}:delete", args=[it.pk])


def bulk_url(*them) -> str:
    meta = them[0]._meta
    chosen = "&".join(f"id={it.pk}" for it in them)
    return f"/admin/bulk/{meta.app_label}/{meta.model_name}/delete/?{chosen}&next=/admin/"


def uploaded_url(it) -> str:
    app = "wagtaildocs" if isinstance(it, get_document_model()) else "wagtailimages"
    return reverse(f"{app}:delete_multiple", args=[it.pk])


def is_there(it) -> bool:
    return type(it).objects.filter(pk=it.pk).exists()


def users(response) -> list[tuple[str, str]]:
    """Return the titles and kinds that an answer lists."""
    assert response.status_code == 409
    return [(use["title"], use["kind"]) for use in response.context_data["uses"]]


def block_of(it) -> tuple[str, dict]:
    """Return a block that chooses something."""
    image = {"alt_text": "A lamp", "caption": "", "credit": ""}
    return {
        "author": ("author_bio", {"author": it, "text": ""}),
        "book": ("book", {"book": it, "note": ""}),
        "disclaimer": ("disclaimer", {"disclaimer": it}),
        "reusablecontent": ("reusable", {"content": it}),
        "creditedimage": ("gallery", {"images": [{"image": it, **image}]}),
        "document": ("file", {"file": it, "title": "", "description": ""}),
    }[it._meta.model_name]


@pytest.mark.parametrize("address", [delete_url, bulk_url])
@pytest.mark.parametrize("make", LIBRARY + FILES)
def test_what_nothing_uses_is_deleted(admin_client, make, address):
    it = make()
    assert admin_client.post(address(it)).status_code == 302
    assert not is_there(it)


@pytest.mark.parametrize("address", [delete_url, bulk_url])
@pytest.mark.parametrize(
    "make", [AuthorFactory, BookFactory, DisclaimerFactory, ReusableContentFactory, *FILES]
)
def test_what_a_block_of_a_post_chooses_is_kept(admin_client, section, make, address):
    it = make()
    post = PostFactory(parent=section, title="Rain", body=[block_of(it)])
    response = admin_client.post(address(it))
    assert users(response) == [("Rain", "Post")]
    page = response.content.decode()
    assert "and so do drafts" in page
    assert f'href="{reverse("wagtailadmin_pages:edit", args=[post.pk])}"' in page
    assert is_there(it)


@pytest.mark.parametrize("make", [AuthorFactory, BookFactory, DisclaimerFactory, *FILES])
def test_what_reusable_content_chooses_is_kept(admin_client, make):
    it = make()
    content = ReusableContentFactory(name="Help", body=[block_of(it)])
    assert users(admin_client.post(delete_url(it))) == [("Help", "Reusable content")]
    content.delete()
    assert admin_client.post(delete_url(it)).status_code == 302


def test_what_a_foreign_key_names_is_kept(admin_client, section):
    author, series, lead = AuthorFactory(), SeriesFactory(), ImageFactory()
    PostFactory(parent=section, title="Rain", authors=[author], series=series, lead_image=lead)
    for it in (author, series, lead):
        assert users(admin_client.post(delete_url(it))) == [("Rain", "Post")]
        assert is_there(it)


def test_what_the_library_uses_is_kept(admin_client):
    image, program = ImageFactory(), AffiliateProgramFactory()
    AuthorFactory(name="Ana", photo=image)
    book = BookFactory(title="Tides", cover=image)
    book.links = [RetailerLink(name="Shop", url="https://example.com/", program=program)]
    book.save()
    assert users(admin_client.post(delete_url(image))) == [("Ana", "Author"), ("Tides", "Book")]
    assert users(admin_client.post(delete_url(program))) == [("Tides", "Book")]


def test_a_topic_of_a_post_or_of_a_disclaimer_is_kept(admin_client, section):
    topic = TopicFactory()
    PostFactory(parent=section, title="Rain", topics=[topic])
    DisclaimerFactory(name="Medical", rule="topic").topics.add(topic)
    used_in = users(admin_client.post(delete_url(topic)))
    assert sorted(used_in) == [("Medical", "Disclaimer"), ("Rain", "Post")]
    assert is_there(topic)


def test_a_document_that_a_text_links_to_is_kept(admin_client, section):
    document = DocumentFactory()
    link = f'<p><a linktype="document" id="{document.pk}">Read it</a></p>'
    PostFactory(parent=section, title="Rain", body=[("paragraph", RichText(link))])
    assert users(admin_client.post(delete_url(document))) == [("Rain", "Post")]


def test_a_newsletter_that_the_home_page_offers_is_kept(admin_client, home, newsletter):
    home.body = [("signup", {"newsletter": newsletter})]
    home.save()
    assert users(admin_client.post(delete_url(newsletter))) == [("Home", "Home page")]


class TestDrafts:
    def save_draft(self, post, **values):
        for name, value in values.items():
            setattr(post, name, value)
        return post.save_revision()

    @pytest.mark.parametrize("live", [True, False])
    def test_what_only_a_draft_uses_is_kept(self, admin_client, section, live):
        post = PostFactory(parent=section, title="Rain", live=live)
        image, series, book, topic = ImageFactory(), SeriesFactory(), BookFactory(), TopicFactory()
        author = AuthorFactory()
        post.bylines = [PostPage.bylines.rel.related_model(author=author)]
        post.topics = [topic]
        self.save_draft(post, lead_image=image, series=series, body=[block_of(book)])
        for it in (image, series, book, topic, author):
            assert users(admin_client.post(delete_url(it))) == [("Rain", "Post")]

    def test_what_a_page_is_scheduled_to_use_is_kept(self, admin_client, section):
        post, image = PostFactory(parent=section, title="Rain"), ImageFactory()
        scheduled = self.save_draft(post, lead_image=image)
        scheduled.approved_go_live_at = "2999-01-01T00:00:00Z"
        scheduled.save()
        self.save_draft(post, lead_image=None)
        assert users(admin_client.post(delete_url(image))) == [("Rain", "Post")]

    def test_an_old_version_keeps_nothing(self, admin_client, section):
        post, image = PostFactory(parent=section), ImageFactory()
        self.save_draft(post, lead_image=image)
        self.save_draft(post, lead_image=None)
        admin_client.post(delete_url(image))
        assert not is_there(image)

    def test_and_is_used_again_without_what_is_gone(self, admin_client, section):
        gone, here = AuthorFactory(name="Gone"), AuthorFactory(name="Here")
        post = PostFactory(parent=section, title="Rain", authors=[gone, here])
        old = self.save_draft(post, series=SeriesFactory(), lead_image=ImageFactory())
        post.bylines = [PostPage.bylines.rel.related_model(author=here)]
        self.save_draft(post, series=None, lead_image=None, title="Drizzle").publish()
        for it in (gone, old.as_object().series, old.as_object().lead_image):
            assert admin_client.post(delete_url(it)).status_code == 302
            assert not is_there(it)
        address = reverse("wagtailadmin_pages:revisions_revert", args=[post.pk, old.pk])
        form = admin_client.get(address).context["form"]
        assert form.instance.title == "Rain"
        assert form.instance.authors == [here]
        assert form.instance.series is None

    def test_a_draft_that_names_what_is_gone_does_not_stand_in_the_way(self, admin_client, section):
        post, gone, series = PostFactory(parent=section), AuthorFactory(), SeriesFactory()
        post.bylines = [PostPage.bylines.rel.related_model(author=gone)]
        self.save_draft(post, series=series)
        gone.delete()
        assert users(admin_client.post(delete_url(series))) == [(post.title, "Post")]

    def test_a_number_that_only_looks_alike_is_no_use(self, admin_client, section):
        series = SeriesFactory()
        post = PostFactory(parent=section)
        self.save_draft(post, part=series.pk, standfirst=f"{series.pk} days")
        admin_client.post(delete_url(series))
        assert not is_there(series)


@pytest.mark.parametrize("make", [AuthorFactory, *FILES])
def test_of_many_none_is_deleted_when_one_is_in_use(admin_client, section, make):
    free, used = make(), make()
    PostFactory(parent=section, title="Rain", body=[block_of(used)])
    response = admin_client.post(bulk_url(free, used))
    assert users(response) == [("Rain", "Post")]
    assert "nothing was deleted" in response.content.decode()
    assert [use["used"] for use in response.context_data["uses"]] == [used]
    assert is_there(free)
    assert is_there(used)


@pytest.mark.parametrize("make", FILES)
def test_what_was_just_uploaded_is_deleted_unless_it_is_in_use(admin_client, section, make):
    free, used = make(), make()
    PostFactory(parent=section, body=[block_of(used)])
    assert admin_client.post(uploaded_url(free)).json()["success"]
    refusal = admin_client.post(uploaded_url(used))
    assert (refusal.status_code, refusal.json()["success"]) == (409, False)
    assert "is in use" in refusal.json()["error_message"]
    assert not is_there(free)
    assert is_there(used)


@pytest.mark.parametrize("app", ["wagtailimages", "wagtaildocs"])
def test_the_page_that_uploads_says_why_something_is_not_deleted(admin_client, app):
    page = admin_client.get(reverse(f"{app}:add_multiple")).content.decode()
    assert "js/admin/uploads.js" in page


def test_the_uses_are_told_before_anybody_is_asked_whether_they_are_sure(admin_client, section):
    author, image = AuthorFactory(), ImageFactory()
    PostFactory(parent=section, title="Rain", authors=[author], lead_image=image)
    addresses = (delete_url(author), bulk_url(author), delete_url(image), bulk_url(image))
    for address in addresses:
        assert users(admin_client.get(address)) == [("Rain", "Post")]


def test_the_way_back_leads_to_where_it_was_asked(admin_client, section):
    author, image = AuthorFactory(), ImageFactory()
    PostFactory(parent=section, authors=[author], lead_image=image)
    for address, back in [
        (delete_url(author), "/admin/snippets/blog/author/"),
        (delete_url(image), "/admin/images/"),
        (f"{delete_url(image)}?next=/admin/reports/", "/admin/reports/"),
        (f"{delete_url(image)}?next=https://example.com/", "/admin/images/"),
    ]:
        assert admin_client.post(address).context_data["back_url"] == back


def test_fifty_uses_are_listed_and_the_others_counted_in_as_many_queries(admin_client, section):
    author, busy = AuthorFactory(), AuthorFactory()
    PostFactory(parent=section, authors=[author])
    PostFactory.create_batch(53, parent=section, authors=[busy], topics=[TopicFactory()])
    counts = []
    for it in (author, author, busy):
        with CaptureQueriesContext(connection) as queries:
            response = admin_client.post(delete_url(it))
        counts.append(len(queries))
    assert len(users(response)) == 50
    assert "and 3 more" in response.content.decode()
    assert counts[1] == counts[2]


def test_titles_are_shown_escaped(admin_client, section):
    author = AuthorFactory(name="<b>Ana</b>")
    PostFactory(parent=section, title="<script>alert(1)</script>", authors=[author])
    page = admin_client.post(delete_url(author)).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>Ana" not in page
    assert "&lt;b&gt;Ana" in page


def test_who_may_not_edit_what_uses_it_learns_its_kind_alone(member_of, section):
    author = member_of("Author")
    image = ImageFactory(collection=Collection.get_first_root_node(), uploaded_by_user=author.user)
    PostFactory(parent=section, title="Rain", lead_image=image, owner=None)
    response = author.post(delete_url(image))
    assert users(response) == [("(Private post)", "Post")]
    assert "Rain" not in response.content.decode()


def test_who_may_not_delete_learns_nothing(member_of, section):
    author, image = AuthorFactory(), ImageFactory()
    PostFactory(parent=section, authors=[author], lead_image=image)
    client = member_of("Author")
    for url in (delete_url(author), delete_url(image), uploaded_url(image), bulk_url(image)):
        assert client.post(url).status_code in (302, 403)
    assert is_there(image)
    assert Author.objects.filter(pk=author.pk).exists()


def test_what_is_left_in_the_index_of_what_is_gone_is_no_use(admin_client):
    image = ImageFactory()
    book = BookFactory(cover=image)
    rows = list(ReferenceIndex.get_references_to(image))
    assert rows
    book.delete()
    ReferenceIndex.objects.bulk_create(rows)
    admin_client.post(delete_url(image))
    assert not is_there(image)
