"""Who may do what in the admin, where some things are not for anybody to do."""

from core.records import LimitedPolicy

from ..models import Digest, Subscriber, Suppression

# Nobody but the person agrees to get mail, so subscribers are neither added nor edited here.
subscriber_policy = LimitedPolicy(Subscriber, ["view", "delete"])
# What was sent was sent; "change" is to decide whether and how a digest goes on.
digest_policy = LimitedPolicy(Digest, ["view", "change"])
# Suppressions come from mail providers; "delete" is to lift one.
suppression_policy = LimitedPolicy(Suppression, ["view", "delete"])
