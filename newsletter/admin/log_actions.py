"""How what editors decide is called in Wagtail's log."""

from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry

from .decisions import DECISIONS
from .doubts import DOUBT_DECISIONS
from .retrying import RETRIES
from .suppressions import LiftView
from .suppressions_filtered import LiftAllView


def register_log_actions(actions: LogActionRegistry) -> None:
    """Register what can be decided about digests and suppressions."""
    for decision in (*DECISIONS, *DOUBT_DECISIONS, *RETRIES):
        actions.register_action(f"newsletter.{decision.name}")(_formatter(decision))
    actions.register_action("newsletter.lift", LiftView.page_title, LiftView.logged)
    actions.register_action(f"newsletter.{LiftAllView.name}")(_formatter(LiftAllView))


def _formatter(decision: type) -> type[LogFormatter]:
    class DecisionFormatter(LogFormatter):
        label = decision.label

        def format_message(self, log_entry: ModelLogEntry) -> str:
            return decision.logged % log_entry.data

    return DecisionFormatter
