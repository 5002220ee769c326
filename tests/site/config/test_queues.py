"""No long task can take the capacity of emails that people wait for; see decision 0022."""

import re

from django.conf import settings

from config.celery import app

# Tasks that are over within seconds, and that people or the clock wait for.
SHORT = {
    "accounts.tasks.send_password_reset",
    "accounts.tasks.send_security_email",
    "blog.tasks.comments_tick",
    "blog.tasks.send_comment_notice",
    "core.tasks.publish_scheduled",
    "core.tasks.send_outgoing_email",
    "core.tasks.send_outgoing_emails",
    "home.tasks.mail_message",
    "home.tasks.mail_waiting_messages",
    "newsletter.tasks.process_sign_ups",
    "newsletter.tasks.send_notice",
    "newsletter.tasks.tick",
}


def processes() -> dict[str, set[str]]:
    """Return the queues that each process of the Procfile serves."""
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    commands = dict(line.split(": ", 1) for line in lines)
    queues = {name: re.search(r"--queues (\S+)", command) for name, command in commands.items()}
    return {name: set(found[1].split(",")) for name, found in queues.items() if found}


def queue_of(task: str) -> str:
    return app.amqp.router.route({}, task)["queue"].name


def test_only_short_tasks_are_on_the_default_queue():
    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if not name.startswith("celery.")}
    assert {name for name in tasks if queue_of(name) == "default"} == SHORT


def test_the_default_queue_has_a_process_to_itself():
    assert [queues for queues in processes().values() if "default" in queues] == [{"default"}]


def test_batches_and_background_tasks_are_served_by_different_processes():
    assert processes()["sender"] == {"mail", "digests"}
    assert processes()["background"] == {"background", "drawing"}


def test_each_queue_is_served():
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert queues | {"default"} == set().union(*processes().values())


def test_planning_does_not_wait_behind_batches():
    assert queue_of("newsletter.tasks.plan_digest") != queue_of("newsletter.tasks.send_batch")
