"""Tasks reach a worker through each broker that the site can run on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kombu import Connection, Queue
from kombu.simple import SimpleQueue

from tests.services import need

ROOT = Path(__file__).parents[3]
WRITERS = 4
MESSAGES = 200


@pytest.fixture(params=["filesystem", "redis", "rabbitmq"])
def broker_url(request, tmp_path) -> str:
    """The URL of each kind of broker; of a service, only where it is there."""
    if request.param == "redis":
        need("Redis", 6379)
        return "redis://127.0.0.1:6379/9"
    if request.param == "rabbitmq":
        need("RabbitMQ", 5672)
        return "amqp://guest:guest@127.0.0.1:5672//"
    return f"filesystem://{tmp_path}/broker"


# A worker process that sends itself a task, writes down what it heard, and stops as it is told.
WORKER = """
import os, signal, sys
from pathlib import Path
from config import celery_app

@celery_app.task(name="tests.echo")
def echo(word):
    Path(sys.argv[1]).write_text(word)
    os.kill(os.getpid(), signal.SIGTERM)

queue = f"tests-{os.getpid()}"
echo.apply_async(["hello"], queue=queue)
celery_app.worker_main(["worker", "--pool=threads", "--concurrency=2", f"--queues={queue}"])
"""


@pytest.mark.services
def test_a_task_is_done_by_a_worker_that_then_stops(broker_url, tmp_path):
    heard = tmp_path / "heard"
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, str(heard)],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "CELERY_BROKER_URL": broker_url},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert heard.exists(), worker.stderr
    assert heard.read_text() == "hello"
    assert worker.returncode == 0


@pytest.fixture
def connect(tmp_path) -> Callable[[], Connection]:
    """Makes connections to an embedded broker, of which there is no folder yet."""
    options = {f"data_folder_{way}": str(tmp_path / "broker/messages") for way in ("in", "out")}
    options["control_folder"] = str(tmp_path / "broker/control")

    def connect() -> Connection:
        return Connection(
            "filesystem://", transport="config.broker:Transport", transport_options=options
        )

    return connect


def test_the_embedded_broker_is_made_by_whoever_connects_and_missed_when_it_is_gone(
    connect, tmp_path
):
    def queue_of(connection: Connection) -> SimpleQueue:
        return connection.SimpleQueue(Queue("letters", routing_key="letters"))

    with connect() as connection:
        queue_of(connection).put("first")
        shutil.rmtree(tmp_path / "broker")
        with pytest.raises(connection.connection_errors):
            queue_of(connection).put("second")
    with connect() as connection:
        queue = queue_of(connection)
        queue.put("third")
        assert queue.get(timeout=20).payload == "third"


def test_the_embedded_broker_hands_over_each_message_whole_and_once(connect):
    def write(writer: int) -> None:
        with connect() as connection:
            queue = connection.SimpleQueue(Queue("letters", routing_key="letters"))
            for number in range(MESSAGES):
                queue.put([writer, number])

    received = []
    with ThreadPoolExecutor(WRITERS) as pool, connect() as connection:
        queue = connection.SimpleQueue(Queue("letters", routing_key="letters"))
        writers = [pool.submit(write, writer) for writer in range(WRITERS)]
        while len(received) < WRITERS * MESSAGES:
            message = queue.get(timeout=20)
            received.append(tuple(message.payload))
            message.ack()
        for writer in writers:
            writer.result()
    assert len(set(received)) == WRITERS * MESSAGES
