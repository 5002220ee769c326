"""Editors are told, before they publish, what in a post is worth a look; nothing is refused."""

import logging

import pytest
from django.utils.html import strip_tags
from wagtail.documents import get_document_model
from wagtail.rich_text import RichText
from wagtail.test.utils.form_data import (
    inline_formset,
    nested_form_data,
    rich_text,
    streamfield,
)

from blog import content_checks
from blog.content_checks import Facts, Finding, Heading, Length, Picture
from blog.models import PostPage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    TopicFactory,
)

ENOUGH = ("paragraph", RichText(f"<p>{'word ' * 100}</p>"))


def messages(found) -> list[str]:
    return [str(finding.message) for finding in found]


class TestRules:
    def test_an_image_needs_words_for_those_who_do_not_see_it(self):
        pictures = [Picture("", "Ada"), Picture("A lamp", "Ada", 2), Picture("  ", "Ada", 3)]
        assert list(content_checks.missing_alternatives(pictures)) == [
            Finding("The lead image has no alternative text."),
            Finding("An image has no alternative text.", 3),
        ]

    def test_a_link_says_where_it_leads(self):
        links = [("Click here.", 1), ("the tide tables", 2), ("Read more »", 3), ("", 4)]
        assert list(content_checks.vague_links(links)) == [
            Finding("The link “Click here.” does not say where it leads.", 1),
            Finding("The link “Read more »” does not say where it leads.", 3),
        ]

    def test_an_image_names_its_maker(self):
        pictures = [Picture("A lamp", ""), Picture("A lamp", "Ada", 2), Picture("A lamp", "", 3)]
        assert list(content_checks.missing_credits(pictures)) == [
            Finding("The lead image has no credit."),
            Finding("An image has no credit.", 3),
        ]

    @pytest.mark.parametrize(
        ("levels", "skipping"),
        [
            ([], []),
            ([2, 3, 4, 2, 3], []),
            ([2, 2, 3, 3], []),
            ([3], [0]),
            ([2, 4], [1]),
            ([2, 3, 2, 4, 4], [3]),
        ],
    )
    def test_a_heading_lies_one_level_below_the_last_at_most(self, levels, skipping):
        headings = [Heading(level, "Rest", place) for place, level in enumerate(levels)]
        found = content_checks.skipped_levels(headings)
        assert [finding.block for finding in found] == skipping

    def test_a_skipped_level_is_named(self):
        [found] = content_checks.skipped_levels([Heading(2, "Rest", 1), Heading(4, "Naps", 2)])
        assert found == Finding("The heading “Naps” (h4) has no h3 before it.", 2)

    @pytest.mark.parametrize(
        ("facts", "rules", "count"),
        [
            (Facts(has_affiliate_link=False), [], 0),
            (Facts(has_affiliate_link=True), ["guest", "always"], 1),
            (Facts(has_affiliate_link=True), ["affiliate"], 0),
            (Facts(has_affiliate_link=False, has_guest_author=True), ["affiliate"], 1),
            (Facts(has_affiliate_link=True, has_guest_author=True), [], 2),
        ],
    )
    def test_what_is_owed_is_in_the_library(self, facts, rules, count):
        assert len(list(content_checks.missing_disclosures(facts, rules))) == count

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (0, "It is very short: 0 words, 1 minute to read."),
            (99, "It is very short: 99 words, 1 minute to read."),
            (100, None),
            (4000, None),
            (4001, "It is very long: 4001 words, 17 minutes to read."),
        ],
    )
    def test_a_text_is_neither_very_short_nor_very_long(self, words, message):
        found = messages(content_checks.unusual_length(Length(words)))
        assert found == ([message] if message else [])

    def test_listings_and_search_engines_have_something_to_show(self):
        assert len(list(content_checks.missing_summary(" ", has_lead_image=False))) == 2
        assert not list(content_checks.missing_summary("On rest.", has_lead_image=True))


def sound_post(section, **values) -> PostPage:
    """Make a post that no rule finds anything in, but for what the values change."""
    values = {
        "body": [ENOUGH],
        "search_description": "On rest.",
        "lead_image": ImageFactory(),
        "lead_image_alt": "A lamp",
        **values,
    }
    return PostFactory(parent=section, **values)


def found_in(post: PostPage) -> list[tuple[int | None, str]]:
    found = content_checks.findings(PostPage.objects.get(pk=post.pk))
    return [(finding.block, str(finding.message)) for finding in found]


def panel(client, post: PostPage) -> str:
    html = client.get(f"/admin/pages/{post.pk}/edit/").content.decode()
    part = html[html.index("as it was last saved", html.index("Before you publish</")) :]
    return " ".join(strip_tags(part[:4000]).split())


class TestAPost:
    def test_has_nothing_to_look_at_where_all_is_well(self, section):
        assert found_in(sound_post(section)) == []

    def test_counts_its_blocks_with_reusable_content_as_one(self, section):
        kept = ReusableContentFactory(
            body=[("paragraph", RichText("<h2>Rest</h2><p>It is.</p>")), ("heading", "Naps")]
        )
        last = ("paragraph", RichText("<p>First.</p><h4>Lamps &amp; light</h4>"))
        post = sound_post(section, body=[ENOUGH, ("reusable", {"content": kept}), last])
        assert found_in(post) == [(3, "The heading “Lamps & light” (h4) has no h3 before it.")]

    def test_looks_at_images_wherever_they_lie(self, section):
        bare = {"image": ImageFactory(credit=""), "alt_text": "", "caption": None, "credit": ""}
        named = {**bare, "alt_text": "A lamp", "credit": "Drawn here"}
        kept = ReusableContentFactory(body=[("image", bare)])
        gallery = ("gallery", {"images": [named, {**named, "alt_text": ""}]})
        post = sound_post(
            section, body=[ENOUGH, ("image", named), gallery, ("reusable", {"content": kept})]
        )
        assert found_in(post) == [
            (3, "An image has no alternative text."),
            (4, "An image has no alternative text."),
            (4, "An image has no credit."),
        ]

    def test_may_hold_an_image_that_was_stored_without_its_other_fields(self, section):
        image = ImageFactory()
        post = sound_post(section)
        post.body = [{"type": "image", "value": {"image": image.pk}, "id": "a"}]
        post.save()
        assert (1, "An image has no alternative text.") in found_in(post)
        image.delete()
        assert (1, "An image has no alternative text.") not in found_in(post)

    def test_owes_a_disclaimer_that_the_library_lacks(self, section):
        post = sound_post(
            section,
            authors=[AuthorFactory(guest=True)],
            body=[ENOUGH, ("book", {"book": BookFactory(affiliate=True), "note": ""})],
        )
        assert len(found_in(post)) == 2
        DisclaimerFactory(rule="affiliate")
        DisclaimerFactory(rule="guest")
        assert found_in(post) == []

    def test_leads_readers_nowhere(self, section):
        draft = PostFactory(parent=section, title="Drafted", live=False)
        public = PostFactory(parent=section)
        gone = PostFactory(parent=section)
        document = get_document_model().objects.create(title="Diary", file="diary.pdf")
        text = (
            f'<p>{"word " * 100}<a linktype="page" id="{gone.pk}">one <b>gone</b></a>, '
            f'<a linktype="page" id="{public.pk}">fine</a>, <a href="https://example.org/">out</a>'
            f'<a linktype="document" id="{document.pk}">a file</a></p>'
        )
        button = {"text": "", "label": "Go", "page": draft, "url": ""}
        post = sound_post(
            section,
            body=[
                ("paragraph", RichText(text)),
                ("call_to_action", button),
                ("posts", {"title": "", "posts": [public, draft]}),
            ],
        )
        gone.delete()
        document.delete()
        assert found_in(post) == [
            (1, "The link “one gone” leads nowhere: the page is gone."),
            (1, "The link “a file” leads nowhere: the document is gone."),
            (2, "What is chosen here does not show: “Drafted” is not public."),
            (3, "What is chosen here does not show: “Drafted” is not public."),
        ]

    def test_takes_as_many_queries_however_much_it_holds(
        self, section, django_assert_max_num_queries
    ):
        def body(times: int) -> list:
            parts = []
            for _time in range(times):
                image = {"image": ImageFactory(), "alt_text": "A", "caption": None, "credit": ""}
                kept = ReusableContentFactory(body=[("image", image), ("heading", "Rest")])
                parts += [
                    ENOUGH,
                    ("image", image),
                    ("reusable", {"content": kept}),
                    ("book", {"book": BookFactory(affiliate=True), "note": ""}),
                    ("posts", {"title": "", "posts": [PostFactory(parent=section)]}),
                ]
            return parts

        few, many = (
            PostPage.objects.get(pk=sound_post(section, body=body(times)).pk) for times in (1, 6)
        )
        with django_assert_max_num_queries(100) as counted:
            content_checks.findings(few)
        with django_assert_max_num_queries(len(counted)):
            content_checks.findings(many)

    def test_is_shown_although_a_rule_fails(self, section, admin_client, monkeypatch, caplog):
        def fail(facts, rules):
            raise LookupError("no such thing")

        monkeypatch.setattr(content_checks, "missing_disclosures", fail)
        post = sound_post(section, search_description="")
        with caplog.at_level(logging.ERROR, logger="blog.content_checks"):
            shown = panel(admin_client, post)
        assert "One of the checks could not be made." in shown
        assert "no description for search engines" in shown
        assert "no such thing" in caplog.text


class TestInTheEditor:
    def test_the_panel_names_what_and_where(self, admin_client, section):
        naps = ("paragraph", RichText("<h3>Naps &lt;&amp;&gt; rest</h3>"))
        shown = panel(admin_client, sound_post(section, body=[ENOUGH, naps], lead_image=None))
        assert "It has no lead image." in shown
        assert "Block 2: The heading “Naps &lt;&amp;&gt; rest” (h3) has no h2" in shown
        assert "the post may be published as it is" in shown

    def test_the_panel_says_that_nothing_was_found(self, admin_client, section):
        assert "as it was last saved. " in panel(admin_client, sound_post(section)) + " "

    def test_the_panel_is_about_the_draft_and_not_the_published_post(self, admin_client, section):
        post = sound_post(section)
        post.search_description = ""
        post.save_revision()
        assert "no description for search engines" in panel(admin_client, post)

    def test_a_new_post_has_nothing_to_look_at_yet(self, admin_client, section):
        html = admin_client.get(f"/admin/pages/add/blog/postpage/{section.pk}/").content.decode()
        assert "What is worth a look stands here once the post is saved." in html
        assert "no lead image" not in html

    def test_a_post_with_findings_is_published_all_the_same(self, admin_client, section):
        form = {
            "title": "Short",
            "slug": "short",
            "standfirst": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recommendations": streamfield([]),
            "body": streamfield([("paragraph", rich_text("<p>Few words.</p>"))]),
            "bylines": inline_formset([{"author": AuthorFactory().pk}]),
            "comments": inline_formset([]),
            "in_digests": "on",
            "commenting": "open",
            "close_after_days": "30",
            "action-publish": "yes",
        }
        data = nested_form_data(form) | {"topics": [TopicFactory().pk]}
        answer = admin_client.post(f"/admin/pages/add/blog/postpage/{section.pk}/", data)
        assert answer.status_code == 302
        post = PostPage.objects.live().get()
        assert (None, "It is very short: 2 words, 1 minute to read.") in found_in(post)
