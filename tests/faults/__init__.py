"""What breaks while a digest is being sent, and that nothing is lost or repeated by it."""

import os

SEED = 20_260_302
LONG = os.environ.get("FAULTS") == "long"
READERS = 10_000 if LONG else 160
BATCH_SIZE = 100 if LONG else 16
CHECKPOINT = 10 if LONG else 4
