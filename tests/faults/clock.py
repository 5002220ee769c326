"""Celery with a clock that jumps by an hour at a signal: ``python -m tests.faults.clock worker …``.

To the process it is as though the machine's clock were set: it tells another time of day, while
what measures durations goes on.
"""

import signal
from datetime import UTC, datetime

import time_machine
from celery.__main__ import main

HOUR = 3600
AHEAD = signal.SIGRTMIN
BACK = signal.SIGRTMIN + 1

if __name__ == "__main__":
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        signal.signal(AHEAD, lambda *args: clock.shift(HOUR))
        signal.signal(BACK, lambda *args: clock.shift(-HOUR))
        main()
