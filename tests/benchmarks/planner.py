"""Plan a digest in a process of its own (``processes.answer``), and say what it took."""

import json
import resource
import sys
import time
from datetime import datetime


def main() -> None:
    """Answer one request, which names the newsletter, the cadence and the end of the window."""
    import django

    django.setup()
    from newsletter.digests import planning
    from newsletter.models import Newsletter

    request = json.load(sys.stdin)
    newsletter = Newsletter.objects.get(pk=request["newsletter"])
    began = time.monotonic()
    planning.plan(newsletter, request["cadence"], datetime.fromisoformat(request["until"]))
    ended = time.monotonic()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"began": began, "ended": ended, "megabytes": most}, sys.stdout)


if __name__ == "__main__":
    main()
