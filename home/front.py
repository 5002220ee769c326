"""Which posts the blocks of the front page show: none of them twice by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from blog.models import PostPage, Topic
from blog.models.preparing import prepare_cards
from blog.querysets import PostQuerySet


@dataclass(frozen=True)
class Wish:
    """Posts that a block asks for: those picked by hand, or so many of the latest."""

    picked: tuple[int, ...] = ()
    number: int = 0
    topic: Topic | None = None


@dataclass
class Part:
    """Posts that a block shows, and the topic that they are on if it asked for one."""

    topic: Topic | None = None
    posts: list[PostPage] = field(default_factory=list)


def fulfil(wishes: Sequence[Wish], posts: PostQuerySet) -> list[Part]:
    """Return for each wish the posts to show, in the same number of queries however many there are.

    Picked posts are shown wherever they are picked. The latest are those that nothing before shows,
    so that a reader going down the page comes upon new ones. Of all, only those in ``posts`` are
    shown. An alias that is picked stands for its source.
    """
    latest = _Latest(_without_picked_sources(posts, wishes), wishes)
    chosen: list[list[int]] = []
    shown: set[int] = set()
    for wish in wishes:
        numbers = list(dict.fromkeys(wish.picked)) or latest.besides(shown, wish)
        shown.update(numbers)
        chosen.append(numbers)
    cards = posts.in_bulk(shown)
    prepare_cards(list(cards.values()))
    return [
        Part(wish.topic, [cards[number] for number in numbers if number in cards])
        for wish, numbers in zip(wishes, chosen, strict=True)
    ]


def _without_picked_sources(posts: PostQuerySet, wishes: Sequence[Wish]) -> PostQuerySet:
    """Return posts, each once, without the sources of aliases that are picked."""
    picked = {number for wish in wishes for number in wish.picked}
    return posts.first_in_language().exclude(aliases__in=picked)


class _Latest:
    """The latest posts, of all and by topic: as many as could be asked for."""

    def __init__(self, posts: PostQuerySet, wishes: Sequence[Wish]) -> None:
        self.posts = posts
        self.most = sum(len(wish.picked) + wish.number for wish in wishes)
        self.topics = {wish.topic.pk for wish in wishes if wish.topic}
        self.of_all = self._of_all() if any(not wish.topic for wish in wishes) else []
        self.by_topic = self._by_topic() if self.topics else {}

    def besides(self, shown: set[int], wish: Wish) -> list[int]:
        """Return the numbers of the latest posts that a wish is about, less those shown already."""
        numbers = self.by_topic.get(wish.topic.pk, []) if wish.topic else self.of_all
        return [number for number in numbers if number not in shown][: wish.number]

    def _of_all(self) -> list[int]:
        return list(self.posts.latest_first().values_list("pk", flat=True)[: self.most])

    def _by_topic(self) -> dict[int, list[int]]:
        filings = PostPage.topics.through.objects.filter(
            topic__in=self.topics, postpage__in=self.posts
        )
        order = (F("postpage__first_published_at").desc(), F("postpage").desc())
        rank = Window(RowNumber(), partition_by="topic_id", order_by=order)
        ranked = filings.annotate(rank=rank).filter(rank__lte=self.most).order_by("rank")
        by_topic: dict[int, list[int]] = {}
        for topic, post in ranked.values_list("topic_id", "postpage_id"):
            by_topic.setdefault(topic, []).append(post)
        return by_topic
