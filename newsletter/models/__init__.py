from .delivery import Batch, Delivery
from .digest import Cohort, Digest
from .newsletter import Cadence, Newsletter
from .notice import Notice
from .omission import Omission
from .publication import PublicationRecord
from .send_log import SendLog
from .sign_up import SignUp
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
    "Omission",
    "PublicationRecord",
    "SendLog",
    "SignUp",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Tick",
    "TopicSet",
]
