"""Works that a text cites: each citation leads to the list, and the list leads back."""

import re

import pytest
from django.core.exceptions import ValidationError
from wagtail.rich_text import RichText

from blog.blocks import BodyBlock
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
BLOCK = BodyBlock().child_blocks["references"]
VANCE = {"authors": "Vance, I.; Hallam, N.", "year": "2023", "title": "Waiting rooms"}
MOSS = {"authors": "Moss, G.", "year": "2019a", "title": "Buses", "doi": "10.1000/bus"}
MANY = {"authors": "Brack, L.; Moss, G.; Vance, I.", "year": "n.d.", "title": "Ladders"}


def pages(client, section, *paragraphs: str, style: str = "named", works=(VANCE, MOSS, MANY)):
    body = [("paragraph", RichText(f"<p>{words}</p>")) for words in paragraphs]
    references = {"title": "References", "style": style, "references": list(works)}
    post = PostFactory(parent=section, body=[*body, ("references", references)])
    mails = [post.serve_preview(None, mode).content.decode() for mode in ("email", "text")]
    return [client.get(post.url).content.decode(), *mails]


def links(web: str) -> list[tuple[str, str, str]]:
    """Return where each citation leads, its own id, and its words."""
    return re.findall(r'<a href="#(ref-[^"]+)" id="([^"]+)">([^<]+)</a>', web)


def test_citations_lead_to_their_works_and_the_works_lead_back(client, section):
    words = "One (Vance &amp; Hallam, 2023), two (Moss, 2019a; Brack et al., n.d.)."
    web, *_ = pages(client, section, words, "Again (Vance and  Hallam, 2023).")
    cited = links(web)
    assert [text for *_, text in cited] == [
        "Vance &amp; Hallam, 2023",
        "Moss, 2019a",
        "Brack et al., n.d.",
        "Vance &amp; Hallam, 2023",
    ]
    ids = re.findall(r'id="([^"]+)"', web)
    assert len(ids) == len(set(ids))
    for target, place, _ in cited:
        assert target in ids
        assert f'href="#{place}"' in web


def test_by_number_they_stand_in_the_order_in_which_they_are_cited(client, section):
    words = "One (Moss, 2019a), two (Vance &amp; Hallam, 2023; Moss, 2019a)."
    web, mail, text = pages(client, section, words, style="numbered")
    assert [number for *_, number in links(web)] == ["1", "2", "1"]
    listed = re.findall(r'<li id="(ref-[^"]+)"', web)
    assert listed == ["ref-moss-2019a", "ref-vance-hallam-2023", "ref-brack-et-al-nd"]
    assert "One [1], two [2, 1]." in text
    assert "[3] Brack" in text
    assert "One [1], two [2, 1]." in re.sub(r"<[^>]+>", "", mail)


def test_by_name_the_list_is_in_the_order_of_names(client, section):
    web, *_ = pages(client, section, "Nothing is cited.")
    listed = re.findall(r'<li id="(ref-[^"]+)"', web)
    assert listed == ["ref-brack-et-al-nd", "ref-moss-2019a", "ref-vance-hallam-2023"]
    assert "https://doi.org/10.1000/bus" in web


def test_in_mails_the_words_stand_without_links_that_lead_nowhere(client, section):
    _, mail, text = pages(client, section, "One (Moss, 2019a).")
    for page in (mail, text):
        assert "Moss, 2019a" in page
        assert "#ref-" not in page
        assert not re.search(r"<a[^>]*>Moss, 2019a", page)
        assert "Buses" in page
        assert "https://doi.org/10.1000/bus" in page


@pytest.mark.parametrize(
    "words",
    [
        "in brackets (in 2019), no citation",
        "one that is not listed (Moss, 2019a; Nobody, 2020)",
        'a link (<a href="https://example.org/?(Moss, 2019a)">Moss, 2019a</a>)',
        '<a href="https://example.org/">it says (Moss, 2019a)</a>',
        "a bracket that is not closed (Moss, 2019a",
    ],
)
def test_what_is_no_citation_stays_as_it_is(client, section, words):
    web, *_ = pages(client, section, words)
    assert not links(web)
    assert words.replace("&amp;", "&") in web


def test_without_a_list_nothing_is_linked(client, section):
    post = PostFactory(parent=section, body=[("paragraph", RichText("<p>(Moss, 2019a)</p>"))])
    assert "(Moss, 2019a)" in client.get(post.url).content.decode()


@pytest.mark.parametrize(
    ("works", "told"),
    [
        ([VANCE, VANCE | {"title": "Other"}], "Put letters behind their years"),
        ([], ""),
        ([MOSS | {"doi": "https://doi.org/10.1000/bus"}], ""),
        ([MOSS | {"url": "javascript:alert(1)"}], ""),
        ([MOSS | {"year": "<b>"}], ""),
    ],
)
def test_two_that_would_be_cited_alike_and_what_is_no_reference_are_refused(works, told):
    value = BLOCK.to_python({"title": "R", "style": "named", "references": works})
    with pytest.raises(ValidationError) as refusal:
        BLOCK.clean(value)
    assert told in str(refusal.value.block_errors.get("references"))
