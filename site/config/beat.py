"""Beat's scheduler, for a clock that is put back.

Celery's own would be silent until the clock has come again to where it was, or for an hour where it
was an hour ahead: it takes for granted that time goes on.
"""

from datetime import datetime
from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    """Keeps nothing on disk: the database knows what was done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._looked_at: datetime | None = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run what is due, and return how many seconds there are until the next look."""
        now = self.app.now()
        if self._looked_at and now < self._looked_at:
            self._begin_anew(now)
        self._looked_at = now
        return super().tick(*args, **kwargs)

    def _begin_anew(self, now: datetime) -> None:
        """Count from now on what seems to have run later."""
        for entry in self.schedule.values():
            entry.last_run_at = min(entry.last_run_at, now)
        self._heap = None
