import uuid

from django.db import models


class SendLog(models.Model):
    """The progress of sending: one row, which is also copied outside the database.

    A database that has counted fewer claims than the copy was restored from an older backup.
    ``sent`` is the end of the latest window of which a batch was claimed, by newsletter and
    cadence; ``unknown`` is the same of those that a restored database knows nothing of.
    """

    installation = models.UUIDField(default=uuid.uuid4, editable=False)
    claims = models.PositiveBigIntegerField(default=0, editable=False)
    sent = models.JSONField(default=dict, editable=False)
    unknown = models.JSONField(default=dict, editable=False)

    def __str__(self) -> str:
        return f"{self.claims} claims"
