"""Make what the tests are about. Pages go under the home page of the site that migrations made."""

from collections import Counter
from datetime import timedelta

import factory
import wagtail_factories
from django.utils import timezone
from factory.django import DjangoModelFactory
from wagtail.rich_text import RichText

from blog.models import (
    AffiliateProgram,
    Author,
    BlogIndexPage,
    Book,
    Comment,
    Disclaimer,
    PostAuthor,
    PostPage,
    RetailerLink,
    ReusableContent,
    Series,
    Topic,
)
from core.models import CreditedImage
from newsletter.models import (
    Batch,
    Cohort,
    Delivery,
    Digest,
    Newsletter,
    Subscriber,
    Subscription,
    TopicSet,
)


class ImageFactory(wagtail_factories.ImageFactory):
    credit = "Ada Lund, CC BY 4.0"

    class Meta:
        model = CreditedImage


class AuthorFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Author {n}")
    slug = factory.Sequence(lambda n: f"author-{n}")
    bio = "<p>Writes.</p>"

    class Meta:
        model = Author


class TopicFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")

    class Meta:
        model = Topic


class SeriesFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Series {n}")
    slug = factory.Sequence(lambda n: f"series-{n}")

    class Meta:
        model = Series


class AffiliateProgramFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Program {n}")

    class Meta:
        model = AffiliateProgram


class BookFactory(DjangoModelFactory):
    title = factory.Sequence(lambda n: f"Book {n}")
    authors = "Iris Vance"

    class Meta:
        model = Book

    @classmethod
    def _create(cls, model_class, *args, affiliate=False, links=1, **kwargs):
        book = model_class(**kwargs)
        program = AffiliateProgramFactory() if affiliate else None
        book.links = [
            RetailerLink(name=f"Shop {n}", url=f"https://example.com/{n}", program=program)
            for n in range(links)
        ]
        book.save()
        return book


class DisclaimerFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Disclaimer {n}")
    rule = "manual"
    text = factory.LazyAttribute(lambda it: f"<p>Text of {it.name}.</p>")

    class Meta:
        model = Disclaimer


class ReusableContentFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Content {n}")

    class Meta:
        model = ReusableContent


class SectionFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda n: f"Section {n}")
    slug = factory.Sequence(lambda n: f"section-{n}")

    class Meta:
        model = BlogIndexPage


class PostFactory(wagtail_factories.PageFactory):
    """A published post. ``body`` is a list of (block type, value); the default is a paragraph."""

    title = factory.Sequence(lambda n: f"Post {n}")
    slug = factory.Sequence(lambda n: f"post-{n}")
    standfirst = "What it is about."
    first_published_at = factory.LazyFunction(timezone.now)
    last_published_at = factory.SelfAttribute("first_published_at")
    body = factory.LazyFunction(lambda: [("paragraph", RichText("<p>It begins.</p>"))])

    class Meta:
        model = PostPage

    @classmethod
    def _create_instance(cls, model_class, parent, kwargs):
        authors, topics = kwargs.pop("authors", None), kwargs.pop("topics", None)
        post = model_class(**kwargs)
        post.bylines = [
            PostAuthor(author=author) for author in (authors or [AuthorFactory(slug=post.slug)])
        ]
        post.topics = topics or [TopicFactory(slug=post.slug)]
        parent.add_child(instance=post)
        return post


class CommentFactory(DjangoModelFactory):
    """An approved comment on ``post``."""

    name = factory.Sequence(lambda n: f"Reader {n}")
    email = factory.Sequence(lambda n: f"commenter{n}@example.com")
    text = factory.Sequence(lambda n: f"Thought {n}.")
    state = "approved"

    class Meta:
        model = Comment


class NewsletterFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Letter {n}")
    slug = factory.Sequence(lambda n: f"letter-{n}")
    sender_name = "The Letter"
    sender_email = "letter@news.example.org"
    postal_address = "1 Quiet Street\nSaltmarrow"
    reason = "You get this because you signed up."

    class Meta:
        model = Newsletter


class SubscriberFactory(DjangoModelFactory):
    email = factory.Sequence(lambda n: f"reader{n}@example.com")
    name = "Ana"

    class Meta:
        model = Subscriber


class SubscriptionFactory(DjangoModelFactory):
    """An active daily subscription to all topics, mailed through two days ago."""

    subscriber = factory.SubFactory(SubscriberFactory)
    state = "active"
    cadence = "daily"
    asked_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.LazyFunction(timezone.now)
    mailed_through = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))

    class Meta:
        model = Subscription

    @classmethod
    def _create(cls, model_class, *args, topics=(), **kwargs):
        return super()._create(model_class, *args, topic_set=TopicSet.of(topics), **kwargs)


class DigestFactory(DjangoModelFactory):
    """A daily digest that is being sent; each is of a day before the last one's."""

    cadence = "daily"
    until = factory.Sequence(lambda n: timezone.now() - timedelta(days=n))
    since = factory.LazyAttribute(lambda it: it.until - timedelta(days=1))
    state = "sending"

    class Meta:
        model = Digest


class CohortFactory(DjangoModelFactory):
    """A cohort that is not rendered yet, of the ``posts`` given."""

    key = factory.Sequence(lambda n: f"{n:064}")

    class Meta:
        model = Cohort
        skip_postgeneration_save = True

    @factory.post_generation
    def posts(self, create, extracted, **kwargs):
        self.posts.set(extracted or [])


class BatchFactory(DjangoModelFactory):
    class Meta:
        model = Batch


class DeliveryFactory(DjangoModelFactory):
    """A delivery of ``digest`` that waits, in a cohort of its own and a batch that counts it."""

    batch = factory.SubFactory(
        BatchFactory,
        cohort=factory.SubFactory(CohortFactory, digest=factory.SelfAttribute("...digest")),
    )
    subscription = factory.SubFactory(
        SubscriptionFactory, newsletter=factory.SelfAttribute("..digest.newsletter")
    )

    class Meta:
        model = Delivery

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        delivery = super()._create(model_class, *args, **kwargs)
        counted = Counter({"size": 1, delivery.state: 1})
        Batch.objects.filter(pk=delivery.batch_id).add_counts(counted)
        return delivery
