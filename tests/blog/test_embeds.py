"""Videos and recordings of other sites, whose provider is asked once and never by a reader."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image
from wagtail.embeds.finders import get_finders

from blog import tasks
from blog.blocks import BodyBlock
from blog.content_checks import findings
from blog.models import Embed
from core import oembed
from core.channels import Channel
from tests.blog.test_pages import queries
from tests.factories import ImageFactory, PostFactory

pytestmark = pytest.mark.django_db
BLOCK = BodyBlock().child_blocks["embed"]


class Videos(ThreadingHTTPServer):
    """A provider on this machine: says ``answer`` of each address; a picture is at /still."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.page = f"{self.base}/watch/7"
        self.status = 200
        self.asked: list[str] = []
        self.still = _jpeg(640, 360)
        self.answer: object = {
            "type": "video",
            "title": "Rain on a tent",
            "provider_name": "Slow Channel",
            "thumbnail_url": f"{self.base}/still",
            "html": '<iframe src="https://player.example.org/7?a=1&amp;b=2"></iframe>',
            "width": 640,
            "height": 360,
        }


class _Handler(BaseHTTPRequestHandler):
    server: Videos

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        is_still = self.path == "/still"
        answer = self.server.answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200 if is_still else self.server.status)
        self.end_headers()
        self.wfile.write(self.server.still if is_still else body)

    def log_message(self, *args: object) -> None:
        pass


def _jpeg(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def videos(settings) -> Iterator[Videos]:
    with Videos() as server:
        provider = {"endpoint": f"{server.base}/oembed", "urls": [rf"^{server.base}/watch/.+$"]}
        settings.WAGTAILEMBEDS_FINDERS = [{"class": "core.oembed", "providers": [provider]}]
        get_finders.cache_clear()
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()
        get_finders.cache_clear()


def clean(url: str, **fields):
    return BLOCK.clean(BLOCK.to_python({"url": url, **fields}))


def problem(url: str, **fields) -> str:
    with pytest.raises(ValidationError) as refusal:
        clean(url, **fields)
    return " ".join(refusal.value.block_errors["url"].messages)


def pages(client, section, **fields) -> dict[Channel, str]:
    post = PostFactory(parent=section, body=[("embed", fields)])
    return {
        Channel.WEB: client.get(post.url).content.decode(),
        Channel.EMAIL: post.serve_preview(None, "email").content.decode(),
        Channel.TEXT: post.serve_preview(None, "text").content.decode(),
    }


def test_it_is_asked_about_once_and_no_page_asks_again(client, section, videos):
    clean(videos.page)
    asked = list(videos.asked)
    clean(videos.page)
    shown = pages(client, section, url=videos.page)
    assert videos.asked == asked
    for channel, page in shown.items():
        assert "Rain on a tent" in page, channel
        assert "Slow Channel" in page, channel
        assert videos.page in page, channel


def test_nothing_of_another_site_is_loaded_before_a_reader_asks(client, section, videos):
    clean(videos.page)
    shown = pages(client, section, url=videos.page)
    assert 'data-player="https://player.example.org/7?a=1&amp;b=2"' in shown[Channel.WEB]
    for page in (shown[Channel.WEB], shown[Channel.EMAIL]):
        assert "<iframe" not in page
        loaded = re.findall(r'(?:\ssrc|srcset)="([^"]+)"', page)
        assert not [address for address in loaded if videos.base in address or "player" in address]


def test_its_poster_is_kept_here_and_linked_in_mails(client, section, videos):
    clean(videos.page)
    embed = Embed.objects.get()
    assert (embed.poster_width, embed.poster_height) == (640, 360)
    mail = pages(client, section, url=videos.page)[Channel.EMAIL]
    assert re.search(rf'<a href="{videos.page}"[^>]*>\s*<img[^>]*{embed.poster.url}', mail)


def test_a_poster_of_the_editor_s_own_takes_its_place(client, section, videos):
    clean(videos.page)
    web = pages(client, section, url=videos.page, poster=ImageFactory())[Channel.WEB]
    assert Embed.objects.get().poster.url not in web
    assert "<img" in web


def test_an_address_of_somebody_else_is_refused(videos):
    assert "Nothing is embedded from this address of example.org" in problem("https://example.org/")
    assert videos.asked == []


def test_an_address_where_nothing_is_shown_is_refused(videos):
    videos.status = 404
    assert "nothing to embed there" in problem(videos.page)
    assert not Embed.objects.exists()


@pytest.mark.parametrize("silence", ["error", "garbage", "list", "gone"])
def test_while_its_provider_is_down_it_is_a_link_with_the_title_given(
    client, section, videos, silence
):
    if silence == "error":
        videos.status = 503
    elif silence == "garbage":
        videos.answer = b"<html>"
    elif silence == "list":
        videos.answer = ["nonsense"]
    else:
        videos.shutdown()
        videos.server_close()
    assert "does not answer now" in problem(videos.page)
    clean(videos.page, title="Rain")
    web = pages(client, section, url=videos.page, title="Rain")[Channel.WEB]
    assert f'href="{videos.page}"' in web
    assert "data-player" not in web
    assert "Rain" in web


@pytest.mark.parametrize(
    "html",
    [
        None,
        "",
        "<script>alert(1)</script>",
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe src="http://player.example.org/"></iframe>',
        "<iframe></iframe>",
        f'<iframe src="https://player.example.org/{"x" * 1000}"></iframe>',
        5,
    ],
)
def test_a_player_that_is_no_safe_frame_is_not_shown(client, section, videos, html):
    videos.answer["html"] = html
    clean(videos.page)
    web = pages(client, section, url=videos.page)[Channel.WEB]
    assert "data-player" not in web
    assert "alert(1)" not in web


def test_youtube_plays_from_where_it_sets_no_cookie_first(videos):
    videos.answer["html"] = '<iframe src="https://www.youtube.com/embed/x?feature=oembed"></iframe>'
    clean(videos.page)
    assert Embed.objects.get().player_url.startswith("https://www.youtube-nocookie.com/embed/x")


@pytest.mark.parametrize("still", [b"", b"no picture", _jpeg(40, 40)[:300]])
def test_a_picture_that_cannot_be_read_is_left_out(client, section, videos, still):
    videos.still = still
    clean(videos.page)
    assert not Embed.objects.get().poster
    assert "Rain on a tent" in pages(client, section, url=videos.page)[Channel.WEB]


def test_a_picture_that_is_too_much_is_left_out(videos, monkeypatch):
    monkeypatch.setattr(oembed, "MOST_BYTES", 100)
    clean(videos.page)
    assert not Embed.objects.get().poster


def test_what_a_provider_says_is_shown_as_words(client, section, videos):
    videos.answer |= {"title": "<script>alert(1)</script>" * 30, "width": "1e9", "height": -4}
    clean(videos.page)
    web = pages(client, section, url=videos.page)[Channel.WEB]
    assert "<script>alert" not in web
    assert "&lt;script&gt;alert(1)" in web


class TestLater:
    """What was said of it is believed for thirty days."""

    @pytest.fixture
    def known(self, videos) -> Embed:
        """A video that its provider was asked about 31 days ago."""
        clean(videos.page)
        Embed.objects.update(asked_at=timezone.now() - timedelta(days=31))
        videos.asked.clear()
        return Embed.objects.get()

    @pytest.fixture(params=["saved", "nightly"])
    def ask(self, request, videos):
        """The two ways in which it is asked about again."""
        return {"saved": lambda: clean(videos.page), "nightly": tasks.ask_about_embeds}[
            request.param
        ]

    def test_it_is_asked_about_again_once(self, videos, known, ask):
        poster = known.poster.name
        videos.answer |= {"title": "Hail on a tent"}
        ask()
        assert len(videos.asked) == 2
        ask()
        assert len(videos.asked) == 2
        known.refresh_from_db()
        assert (known.title, known.poster.name) == ("Hail on a tent", poster)

    def test_another_picture_leaves_that_of_old_mails_where_it_is(self, videos, known, ask):
        old = known.poster
        videos.still = _jpeg(320, 180)
        ask()
        new = Embed.objects.get()
        assert (new.poster_width, new.poster_height) == (320, 180)
        assert new.poster.name != old.name
        assert old.storage.exists(old.name)

    def test_what_is_gone_becomes_a_link_and_comes_back(self, client, section, videos, known, ask):
        post = PostFactory(parent=section, body=[("embed", {"url": videos.page})])
        videos.status = 404
        ask()
        page = client.get(post.url).content.decode()
        assert f'href="{videos.page}"' in page
        assert "Rain on a tent" in page
        for words in ("data-player", "/media/embeds/", "learns of your visit"):
            assert words not in page
        assert "“Rain on a tent” is gone" in " ".join(str(it.message) for it in findings(post))
        videos.status = 200
        Embed.objects.update(asked_at=timezone.now() - timedelta(days=31))
        ask()
        assert "data-player" in client.get(post.url).content.decode()

    def test_while_its_provider_is_down_it_stays_as_it_was(self, videos, known, ask):
        videos.status = 503
        ask()
        embed = Embed.objects.get()
        assert (embed.player_url, embed.asked_at) == (known.player_url, known.asked_at)

    def test_a_provider_that_is_down_is_left_alone_until_another_night(self, videos, known):
        for number in range(3):
            Embed.objects.create(url=f"{videos.page}{number}", asked_at=known.asked_at)
        videos.status = 503
        tasks.ask_about_embeds()
        assert len(videos.asked) == 1

    def test_whose_provider_nobody_asks_any_more_stays(self, settings, videos, known, ask):
        settings.WAGTAILEMBEDS_FINDERS = []
        get_finders.cache_clear()
        ask()
        assert Embed.objects.get().player_url == known.player_url


def test_many_embeds_take_no_more_queries(client, section, videos):
    clean(videos.page)
    posts = [
        PostFactory(parent=section, body=[("embed", {"url": videos.page})] * count)
        for count in (1, 6)
    ]
    few, many = (queries(client, post.url) for post in posts)
    assert few == many
