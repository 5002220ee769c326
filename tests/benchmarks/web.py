"""Serve the front page, a post and a feed as in production, beside a bare view and a bare page."""

import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.http import HttpRequest
from wagtail.models import Page
from wagtail.rich_text import RichText

from blog.models import PostPage
from home.models import HomePage
from tests.factories import AuthorFactory, BookFactory, ImageFactory, PostFactory, SectionFactory

from .harness import Measure, Options
from .processes import HOST, Child, Process, free_port, running
from .web_urls import SLUG
from .wrk import HOST_NAME, Load, load

PARAGRAPH = "<p>She counted <b>eleven</b> posts, <i>as he had</i>, then a twelfth.</p>" * 4
PARAGRAPHS = 100  # 30 KB.
PATHS = {"home": "/", "post": "/tides/the-post/", "feed": "/feed.rss"}
BARE = {"Django view": "/bare/django/", "Wagtail page": "/bare/wagtail/"}
MODES = ("", "email", "text")


@dataclass(frozen=True)
class Served:
    """How a page was served: what wrk says, and milliseconds of a core for each request."""

    load: Load
    cpu: float


def run(options: Options) -> list[Measure]:
    """Measure pages in the cache and in none, a worker's memory, and an editor's previews."""
    post = _publish()
    rounds: dict[str, list[Served]] = defaultdict(list)
    memory = []
    for _ in options.rounds:
        for state, environment in (("cached", {}), ("cold", {"BENCHMARK_COLD": "1"})):
            with _serving(environment) as (port, master):
                paths = PATHS | (BARE if state == "cold" else {})
                for name, path in paths.items():
                    url = f"http://{HOST}:{port}{path}"
                    served = _serve(url, master, options.number(5, 2))
                    rounds[f"{name}, {state}" if name in PATHS else name].append(served)
                memory.append(_worker(master).most_memory)
    return [
        *_pages(rounds),
        Measure("Memory of a web worker", memory, unit=" MB", at_most=200),
        *_previews(post, options),
    ]


def _pages(rounds: dict[str, Sequence[Served]]) -> Iterator[Measure]:
    bare = [it.load.rate for it in rounds["Django view"]]
    targets = {"post, cached": 0.6, "post, cold": 0.25}
    for name, served in rounds.items():
        rates = [it.load.rate for it in served]
        if name not in BARE:
            target = targets.get(name)
            yield Measure(name, rates, peer=bare, peer_name="bare Django view", at_least=target)
        else:
            yield Measure(f"Bare {name}", rates)
        yield Measure(f"  {name}: half within", [it.load.p50 for it in served], unit=" ms")
        yield Measure(f"  {name}: 99 of 100 within", [it.load.p99 for it in served], unit=" ms")
        yield Measure(f"  {name}: processor", [it.cpu for it in served], unit=" ms")


def _publish() -> PostPage:
    """Publish a post of 30 KB with pictures and a book, ten more, and the bare page."""
    home = HomePage.objects.get()
    section = SectionFactory(title="Tides", slug="tides", parent=home)
    image = ImageFactory(file__width=1600, file__height=900)
    body = [("paragraph", RichText(PARAGRAPH)) for _ in range(PARAGRAPHS)]
    body[10:10] = [("image", {"image": image, "alt_text": "The bay"})] * 3
    body[60:60] = [("book", {"book": BookFactory(affiliate=True)}), ("heading", "The twelfth")]
    for number in range(10):
        PostFactory(parent=section, title=f"Part {number}", lead_image=image, lead_image_alt="Bay")
    authors = [AuthorFactory(photo=ImageFactory())]
    post = PostFactory(
        parent=section, slug="the-post", body=body, authors=authors, lead_image=image
    )
    words = PARAGRAPH * PARAGRAPHS
    home.add_child(instance=Page(title="Bare", slug=SLUG, search_description=words))
    return post


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[tuple[int, Process]]:
    """Have gunicorn serve the site, one worker with four threads, as the Procfile does."""
    port = free_port()
    gunicorn = (sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}")
    how = ("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.web_settings"}
    with running(*gunicorn, *how, env=settings | environment) as master:
        master.wait_for_port(port)
        yield port, master


def _serve(url: str, master: Process, seconds: int) -> Served:
    for _ in range(5):  # The first draws pictures and reads templates.
        request = urllib.request.Request(url, headers={"Host": HOST_NAME})
        urllib.request.urlopen(request).read()
    worker = _worker(master)
    before, began = worker.cpu_seconds, time.monotonic()
    result = load(url, seconds)
    requests = result.rate * (time.monotonic() - began)
    return Served(result, (worker.cpu_seconds - before) * 1000 / requests)


def _worker(master: Process) -> Child:
    (worker,) = master.children
    return worker


def _previews(post: PostPage, options: Options) -> list[Measure]:
    """Measure how long the editor of a post of 60 blocks waits for each channel's preview."""
    blocks = [("heading", "Part"), ("paragraph", RichText(PARAGRAPH)), ("quote", {"text": "Said."})]
    book, author = BookFactory(affiliate=True), AuthorFactory()
    blocks += [("book", {"book": book}), ("author_bio", {"author": author}), blocks[1]]
    post.body = blocks * 10
    post.save()
    names = dict(zip(MODES, ("web", "email", "text"), strict=True))
    return [
        Measure(
            f"Preview of 60 blocks, {name}",
            [_preview(post.pk, mode) for _ in options.rounds],
            unit=" ms",
            at_most=1000,
        )
        for mode, name in names.items()
    ]


def _preview(number: int, mode: str) -> float:
    times = []
    for _ in range(3):
        post = PostPage.objects.get(pk=number)
        began = time.perf_counter()
        post.make_preview_request(HttpRequest(), mode)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)
