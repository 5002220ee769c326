"""What breaks while a digest is being sent, and that nothing is lost or repeated by it.

After each fault the digest has to complete by itself. Then how often each address got the mail is
compared with what the database says (``ledger.assert_none_lost_or_repeated``). Real processes are
broken here, and what they talk to: the database, and the broker, of the environment. What can be
tested without them is tested beside the code, below ``tests/newsletter``:

- a worker is killed, or told to stop: test_killing; no more in doubt than was marked:
  sending/test_faults
- the broker is lost, forgets, or tells several times: test_brokers; test_tasks
- the database is lost, or crashes: test_databases
- two workers and two beats, the clock jumps: test_at_once; sending/test_claims
- a worker is slower than its lease: sending/test_claims
- a planner is killed, or two plan at once: digests/test_planning_again, test_planning_at_once
- connections to a mail server or provider break at any moment: test_mail_servers
- a mail server is slow: test_starvation
- a mail server refuses for now or for good, hangs or hangs up, at each verb: test_mail_servers;
  sending/test_faults, sending/test_pipelining
- a mail server refuses everybody, from the beginning or in mid-send: test_mail_servers;
  sending/test_refusals
- a provider is out, or asks to wait, for a time; a server takes few mails a connection:
  test_mail_servers; sending/test_probation
- a provider answers 429, 500 or garbage, hangs or hangs up: sending/test_provider_faults
- the disk is full under the embedded mailbox: test_disks; sending/test_transports
- readers are forgotten or bounce: test_readers; sending/test_events, test_events_in_any_order
- readers leave: sending/test_withdrawing
- one recipient among many is poisoned: test_readers; sending/test_provider_faults
- a post is unpublished, and published again: test_posts; sending/test_withdrawing, test_retrying
- a cohort cannot be rendered: test_posts; sending/test_batches
"""

import os
import random

LONG = os.environ.get("FAULTS") == "long"
READERS = 10_000 if LONG else 160
BATCH_SIZE = 100 if LONG else 16
CHECKPOINT = 10 if LONG else 4
SEED = 20_260_302


def points(number: int) -> list[int]:
    """Return after how many mails something happens so often: at random, each time the same."""
    mails = sorted(random.Random(SEED).sample(range(1, READERS * 3 // 4), number))
    print(f"It happens after these mails, by the seed {SEED}: {mails}")  # noqa: T201
    return mails
