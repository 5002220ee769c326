"""``manage.py newsletter_status``: tell what is going on, and what is stuck."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from newsletter import status


class Command(BaseCommand):
    help = (
        "Tell what is going on with the newsletters, and what is stuck. "
        "The exit status is 0 where all is fine and 1 where something needs attention."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Answer in JSON, for programs.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        findings = status.findings(now)
        is_fine = not any(finding.needs_attention for finding in findings)
        if options["json"]:
            answer = {"at": now.isoformat(), "is_fine": is_fine}
            answer["findings"] = [asdict(finding) for finding in findings]
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            for finding in findings:
                mark = "!" if finding.needs_attention else " "
                self.stdout.write(f"{mark} {finding.text}")
        if not is_fine:
            sys.exit(1)
