"""Which posts are recommended at the end of another?

Each post is about some terms: its topics, its tags, and the words that it uses most. They are
written down when it is published. Two posts are the nearer the more terms they share, and the rarer
those are: by the sum of their inverse document frequencies (Spärck Jones 1972,
doi:10.1108/eb026526), in whole numbers, so that equal scores are equal on every database.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import log2
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from core.page_cache.purging import purge_on_commit
from core.statements import Given, GivenSeveral, Statement

from .models.term import PostTerm, Term
from .reading import UNSPACED, texts_of

if TYPE_CHECKING:
    from .models import PostPage

SHOWN = 3
MOST_WORDS = 40
AT_ONCE = 50
# Where a word stands says how much it counts.
IN_TITLE, IN_STANDFIRST, IN_BODY = 4, 2, 1
# A topic or tag was chosen by an editor: it counts as so many words that are as rare.
CHOSEN = 4
# A word that more than one in so many posts uses says nothing about any.
COMMON = 4
_WORD = re.compile(r"[^\W\d_]{4,30}")
_RUN = re.compile(f"{UNSPACED.pattern}{{2,}}")


def candidates(post: "PostPage") -> dict[int, int | None]:
    """Return the keys of the posts that may be recommended, best first, each with its picture's.

    Those that its editor has pinned come first, in their order, then the nearest; of those that are
    equally near the latest.
    """
    pinned, excluded = post.pinned_and_excluded
    unwanted = [post.pk, post.original_id, *pinned, *excluded]
    nearest = _NEAREST.rows(post=post.pk, locale=post.locale_id, unwanted=unwanted)
    pictures = _PICTURES.rows(posts=pinned) if pinned else ()
    return dict.fromkeys(pinned) | {pk: picture for pk, picture, *_rest in (*pictures, *nearest)}


def chosen_for(post: "PostPage", posts: Iterable["PostPage"]) -> list["PostPage"]:
    """Return those of a post's candidates that are recommended, of those that everyone may read.

    All are listed, in the language of the post, and no alias of it or of each other.
    """
    by_number = {other.pk: other for other in posts}
    ranked = [by_number[number] for number in post.candidates if number in by_number]
    fit = [it for it in ranked if it.listed and it.locale_id == post.locale_id]
    by_original = {post.original_id: post}
    fit = [it for it in fit if by_original.setdefault(it.original_id, it) is it]
    pinned, _excluded = post.pinned_and_excluded
    return fit[: max(SHOWN, sum(it.pk in pinned for it in fit))]


def _nearest() -> QuerySet:
    """Ask for the listed posts that are nearest to one, with what they are ranked by."""
    from .models import PostPage

    key, locale = PostPage._meta.pk.target_field, PostPage._meta.get_field("locale").target_field
    listed = PostPage.objects.listed().first_in_language().filter(locale=Given("locale", locale))
    own = PostTerm.objects.filter(post=Given("post", key)).values("term")
    return (
        PostTerm.objects.filter(term__in=own, term__rarity__gt=0, post__in=listed)
        .exclude(post__in=GivenSeveral("unwanted", key))
        .values_list("post", "post__lead_image")
        .annotate(score=Sum("term__rarity"))
        .order_by("-score", "-post__first_published_at", "-post")[:SHOWN]
    )


def _pictures() -> QuerySet:
    """Ask for posts with their pictures."""
    from .models import PostPage

    posts = GivenSeveral("posts", PostPage._meta.pk.target_field)
    return PostPage.objects.filter(pk__in=posts).order_by().values_list("pk", "lead_image")


_NEAREST, _PICTURES = Statement(_nearest), Statement(_pictures)


@transaction.atomic
def learn(post: "PostPage") -> None:
    """Write down what a post is about, and how rare that now is."""
    _weigh(Term.objects.filter(pk__in=_note(post)))
    purge_on_commit()


def learn_again(now: datetime) -> None:
    """Learn what was published since yesterday or never learnt, and weigh all terms anew."""
    from .models import PostPage
    from .models.preparing import prepare

    missed = Q(last_published_at__gte=now - timedelta(days=2)) | ~Exists(
        PostTerm.objects.filter(post=OuterRef("pk"))
    )
    numbers = list(PostPage.objects.live().filter(missed).values_list("pk", flat=True))
    for at in range(0, len(numbers), AT_ONCE):
        posts = list(PostPage.objects.filter(pk__in=numbers[at : at + AT_ONCE]).in_full())
        prepare(posts)
        with transaction.atomic():
            for post in posts:
                _note(post)
    Term.objects.filter(posts=None).delete()
    _weigh(Term.objects.all())
    purge_on_commit()


def _note(post: "PostPage") -> set[int]:
    """Write down what a post is about; return the numbers of those terms, and of those before."""
    wanted = {*_topics_and_tags(post), *((Term.Kind.WORD, word) for word in _words(post))}
    before = set(post.terms.values_list("term", flat=True))
    Term.objects.bulk_create(
        [Term(kind=kind, name=name) for kind, name in sorted(wanted)], ignore_conflicts=True
    )
    named = Term.objects.filter(name__in={name for _kind, name in wanted})
    terms = {term.pk for term in named if (term.kind, term.name) in wanted}
    post.terms.exclude(term__in=terms).delete()
    PostTerm.objects.bulk_create(
        [PostTerm(post=post, term_id=term) for term in sorted(terms - before)],
        ignore_conflicts=True,
    )
    return terms | before


def _weigh(terms: QuerySet[Term]) -> None:
    """Find out how rare terms are among all posts."""
    from .models import PostPage

    total = PostPage.objects.live().count()
    changed = []
    for term in terms.annotate(count=Count("posts")).order_by("pk").iterator():
        rarity = _rarity(term.kind, term.count, total)
        if rarity != term.rarity:
            term.rarity = rarity
            changed.append(term)
    Term.objects.bulk_update(changed, ["rarity"], batch_size=400)


def _rarity(kind: str, count: int, total: int) -> int:
    """Return hundredths of bits: how surprising it is that a post is about a term."""
    if not count or (kind == Term.Kind.WORD and count * COMMON > max(total, 2 * COMMON)):
        return 0
    weight = 1 if kind == Term.Kind.WORD else CHOSEN
    return round(100 * weight * log2(1 + total / count))


def _topics_and_tags(post: "PostPage") -> list[tuple[str, str]]:
    topics = [(Term.Kind.TOPIC, str(topic.pk)) for topic in post.topics.all()]
    return topics + [(Term.Kind.TAG, str(tag.pk)) for tag in post.tags.all()]


def _words(post: "PostPage") -> list[str]:
    """Return the words that a post uses most; of those that it uses alike, the first by letters."""
    counts: Counter[str] = Counter()
    texts = [(post.title, IN_TITLE), (post.standfirst, IN_STANDFIRST)]
    texts += [(text, IN_BODY) for text in texts_of(post.content)]
    for text, weight in texts:
        for word in _words_of(text):
            counts[word] += weight
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return ranked[:MOST_WORDS]


def _words_of(text: str) -> Iterable[str]:
    """Return the words of a text; where no space parts them, every two characters."""
    for run in _RUN.findall(text):
        yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield from _WORD.findall(UNSPACED.sub(" ", text).casefold())
