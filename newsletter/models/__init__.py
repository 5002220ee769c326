from .delivery import Batch, Delivery
from .digest import Cohort, Digest
from .newsletter import Cadence, Newsletter
from .notice import Notice
from .publication import PublicationRecord
from .subscriber import Subscriber
from .subscription import ConsentRecord, Subscription, TopicSet
from .suppression import Suppression
from .tick import Tick

__all__ = [
    "Batch",
    "Cadence",
    "Cohort",
    "ConsentRecord",
    "Delivery",
    "Digest",
    "Newsletter",
    "Notice",
    "PublicationRecord",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Tick",
    "TopicSet",
]
