"""What blocks refuse, and what they make of what editors give them."""

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.blocks import BodyBlock
from blog.models import PostPage
from core.channels import Channel, compile_mjml
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
)

pytestmark = pytest.mark.django_db
BLOCKS = BodyBlock().child_blocks


def shown(name: str, value: object, channel: Channel) -> str:
    block = BLOCKS[name]
    source = block.render(block.to_python(value), {"channel": channel})
    if channel is Channel.EMAIL:
        return compile_mjml(f"<mjml><mj-body>{source}</mj-body></mjml>")
    return source


def problems(name: str, value: object) -> dict[str, str]:
    """Return what a block says of a value, by the field it says it at."""
    block = BLOCKS[name]
    with pytest.raises(ValidationError) as refusal:
        block.clean(block.to_python(value))
    return {field: " ".join(error.messages) for field, error in refusal.value.block_errors.items()}


class TestCallToAction:
    @pytest.mark.parametrize("channel", Channel)
    def test_it_leads_to_a_page_wherever_that_has_moved(self, section, channel):
        post = PostFactory(parent=section, title="Help", slug="help")
        value = {"label": "Find help", "page": post.pk}
        post.slug = "find-help"
        post.save()
        page = shown("call_to_action", value, channel)
        assert "Find help" in page
        assert "/journal/find-help/" in page
        assert channel is Channel.WEB or "http://localhost/journal/find-help/" in page

    @pytest.mark.parametrize("channel", Channel)
    def test_to_a_page_that_is_not_public_any_more_it_leads_nobody(self, section, channel):
        post = PostFactory(parent=section)
        value = {"label": "Find help", "page": post.pk}
        post.unpublish()
        assert "Find help" not in shown("call_to_action", value, channel)

    @pytest.mark.parametrize("places", [0, 2])
    def test_it_leads_to_one_place(self, section, places):
        both = {"page": PostFactory(parent=section).pk, "url": "https://example.org/"}
        value = {"label": "Go", **(both if places else {})}
        assert "one of the two" in problems("call_to_action", value)["url"]

    def test_an_address_that_is_a_script_is_refused(self):
        value = {"label": "Go", "url": "javascript:alert(1)"}
        assert "valid URL" in problems("call_to_action", value)["url"]


class TestCallout:
    TEXT = "<p>Somebody listens.</p>"

    @pytest.mark.parametrize(
        ("phone", "dialled"),
        [
            ("+44 (0)20 7946-0018", "+442079460018"),
            ("(020) 7946 0018", "02079460018"),
            ("116 123", "116123"),
            ("*21#", "*21#"),
        ],
    )
    def test_a_number_can_be_tapped(self, phone, dialled):
        value = {"kind": "crisis", "text": self.TEXT, "phone": phone}
        for channel in (Channel.WEB, Channel.EMAIL):
            assert f'href="tel:{dialled}"' in shown("callout", value, channel)
        assert f"Call {phone}" in shown("callout", value, Channel.TEXT)

    def test_a_crisis_line_needs_a_number(self):
        value = {"kind": "crisis", "text": self.TEXT}
        assert problems("callout", value) == {"phone": "A crisis line needs a number to call."}

    @pytest.mark.parametrize("phone", ["call me", "javascript:1", "116 123 ext", "+"])
    def test_what_cannot_be_dialled_is_refused(self, phone):
        value = {"kind": "note", "text": self.TEXT, "phone": phone}
        assert "can be dialled" in problems("callout", value)["phone"]

    @pytest.mark.parametrize("phone", ["988", "116 123", "*21#", "(020) 7946 0018"])
    def test_what_can_be_is_taken(self, phone):
        block = BLOCKS["callout"]
        value = block.to_python({"kind": "note", "text": self.TEXT, "phone": phone})
        assert block.clean(value)["phone"] == phone

    @pytest.mark.parametrize("channel", Channel)
    def test_without_a_title_its_kind_stands_above_it(self, channel):
        assert "Warning" in shown("callout", {"kind": "warning", "text": self.TEXT}, channel)


class TestTable:
    VALUE = {
        "data": [["Night", "Hours"], ["Monday", "5"], ["Tuesday", None]],
        "first_row_is_table_header": True,
        "first_col_is_header": True,
        "table_caption": "A week",
    }

    @pytest.mark.parametrize("channel", [Channel.WEB, Channel.EMAIL])
    def test_headers_say_what_they_are_for(self, channel):
        html = shown("table", self.VALUE, channel)
        assert html.count('scope="col"') == 2
        assert html.count('scope="row"') == 2
        assert "A week" in html

    def test_plain_text_shows_columns(self):
        assert "Night    Hours\n-------  -----\nMonday   5\nTuesday\n" in shown(
            "table", self.VALUE, Channel.TEXT
        )

    def test_what_is_too_wide_for_columns_is_shown_row_by_row(self):
        data = [["Night", "What it was like"], ["Monday", "long " * 20]]
        text = shown("table", {**self.VALUE, "data": data}, Channel.TEXT)
        assert "Night: Monday\nWhat it was like: long long" in text

    @pytest.mark.parametrize("channel", Channel)
    def test_rows_of_different_lengths_are_filled_up(self, channel):
        value = {**self.VALUE, "data": [["Night"], ["Monday", "5", "bad"], []]}
        assert "bad" in shown("table", value, channel)

    @pytest.mark.parametrize("value", [None, {}, {"data": [[None, ""], ["", None]]}, {"data": []}])
    @pytest.mark.parametrize("channel", Channel)
    def test_an_empty_one_is_not_shown(self, value, channel):
        assert not BLOCKS["table"].render(value, {"channel": channel}).strip()


class TestCode:
    def test_it_is_kept_letter_by_letter(self):
        block = BLOCKS["code"]
        form = {"code-code": "    first\n  second\n", "code-language": ""}
        value = block.clean(block.value_from_datadict(form, {}, "code"))
        assert value["code"] == "    first\n  second\n"


class TestGallery:
    def test_one_picture_makes_none(self):
        with pytest.raises(ValidationError):
            BLOCKS["gallery"].clean(BLOCKS["gallery"].to_python({"images": []}))


class TestRichText:
    SOURCE = "<h2>Rest</h2><p>x<sup>2</sup> and <mark>this</mark></p><h4>More</h4>"

    def test_headings_in_a_mail_stand_below_the_title_of_the_post(self):
        html = shown("paragraph", self.SOURCE, Channel.EMAIL)
        assert "<h2" not in html
        assert html.count("<h3") == 1
        assert html.count("<h5") == 1

    def test_plain_text_keeps_what_is_raised(self):
        assert "x²" in shown("paragraph", self.SOURCE, Channel.TEXT)

    def test_highlighted_words_stand_out_in_a_mail(self):
        assert "background-color: #ffe9a8" in shown("paragraph", self.SOURCE, Channel.EMAIL)


class TestFile:
    @pytest.mark.parametrize(("name", "plays"), [("talk.MP3", True), ("diary.pdf", False)])
    def test_a_recording_is_played_where_it_stands_and_asks_for_nothing_before(self, name, plays):
        document = DocumentFactory(title="The file", file__filename=name)
        html = shown("file", {"file": document.pk}, Channel.WEB)
        assert ('<audio controls preload="none"' in html) is plays
        assert f'<a href="{document.url}">The file</a>' in html

    def test_a_mail_says_what_it_is_and_where(self):
        document = DocumentFactory(title="The file", file__filename="diary.pdf")
        document.file_size = 48_000
        document.save()
        text = shown("file", {"file": document.pk, "title": "A diary"}, Channel.TEXT)
        assert "A diary (PDF, 46.9\xa0KB)" in text
        assert f"http://localhost{document.url}" in text


class TestPosts:
    @pytest.mark.parametrize("channel", Channel)
    def test_those_that_not_everyone_may_read_are_left_out(self, section, channel):
        posts = [PostFactory(parent=section, title=title) for title in ("Open", "Draft", "Closed")]
        posts[1].unpublish()
        PageViewRestriction.objects.create(page=posts[2], restriction_type="login")
        page = shown("posts", {"posts": [post.pk for post in posts]}, channel)
        assert "Open" in page
        assert "Draft" not in page
        assert "Closed" not in page

    def test_an_unlisted_one_may_be_picked(self, section):
        post = PostFactory(parent=section, title="Hidden", listed=False)
        assert "Hidden" in shown("posts", {"posts": [post.pk]}, Channel.WEB)


class TestReusableContent:
    def content(self, *blocks):
        return ReusableContentFactory(body=blocks)

    def test_changed_once_it_changes_in_every_post(self, client, section):
        content = self.content(("paragraph", RichText("<p>Open on Mondays.</p>")))
        body = [("reusable", {"content": content})]
        urls = [PostFactory(parent=section, body=body).url for _ in range(2)]
        content.body = [("paragraph", RichText("<p>Open on Tuesdays.</p>"))]
        content.save()
        for url in urls:
            assert "Open on Tuesdays." in client.get(url).content.decode()

    def test_a_book_in_it_is_owed_its_disclaimer(self, client, section):
        DisclaimerFactory(name="paid", rule="affiliate", place="beside")
        book = ("book", {"book": BookFactory(affiliate=True), "note": ""})
        body = [("reusable", {"content": self.content(book)})]
        html = client.get(PostFactory(parent=section, body=body).url).content.decode()
        assert html.count("Text of paid.") == 1

    @pytest.mark.parametrize("channel", Channel)
    def test_deleted_it_leaves_the_rest_of_a_post_as_it_was(self, section, channel):
        content = self.content(("heading", "Gone"))
        post = PostFactory(
            parent=section, body=[("reusable", {"content": content}), ("heading", "Here")]
        )
        content.delete()
        shown = PostPage.objects.get(pk=post.pk).content.render_as_block({"channel": channel})
        assert "Here" in shown
        assert "Gone" not in shown


class TestPhotoCredit:
    VALUE = {"alt_text": "A lamp", "caption": "", "credit": ""}
    TERMS = "https://creativecommons.org/licenses/by-sa/4.0/"

    @pytest.mark.parametrize("channel", Channel)
    def test_a_public_licence_stands_beside_the_credit_with_its_terms(self, channel):
        image = ImageFactory(credit="Ida Berg", licence="by-sa/4.0")
        page = shown("image", {**self.VALUE, "image": image.pk}, channel)
        assert "Ida Berg" in page
        assert "CC BY-SA 4.0" in page
        assert page.count(self.TERMS) == 1

    @pytest.mark.parametrize("channel", Channel)
    def test_one_that_is_not_public_is_named_alone(self, channel):
        image = ImageFactory(credit="", licence="permission")
        page = shown("image", {**self.VALUE, "image": image.pk}, channel)
        assert "with permission" in page
        assert "creativecommons" not in page

    def test_without_a_licence_the_credit_ends_with_the_name(self):
        image = ImageFactory(credit="Ida Berg")
        page = shown("image", {**self.VALUE, "image": image.pk}, Channel.TEXT)
        assert "Credit: Ida Berg\n" in page

    def test_the_terms_of_what_is_given_to_all(self):
        assert ImageFactory(licence="zero/1.0").licence_url == (
            "https://creativecommons.org/publicdomain/zero/1.0/"
        )


class TestAuthorBio:
    @pytest.mark.parametrize("channel", Channel)
    def test_one_post_may_say_something_else_of_an_author(self, channel):
        author = AuthorFactory(name="Noor Hallam", bio="<p>Writes about nights.</p>")
        block = {"author": author.pk}
        assert "Writes about nights." in shown("author_bio", block, channel)
        page = shown("author_bio", {**block, "text": "<p>Was there herself.</p>"}, channel)
        assert "Was there herself." in page
        assert "Writes about nights." not in page

    @pytest.mark.parametrize("channel", Channel)
    def test_it_leads_to_more_by_the_author(self, channel):
        author = AuthorFactory(name="Noor Hallam")
        page = shown("author_bio", {"author": author.pk}, channel)
        assert "More by" in page
        assert author.get_absolute_url() in page
