"""The embedded broker: kombu's, which keeps messages as files, with two faults mended.

kombu opens a message's file under its final name and then writes it. A worker that looks in between
takes an empty file: the message is lost, and the worker dies of it. Here a message is written under
a name that no worker looks for, and renamed when it is whole.

And where the folder of the messages is gone, a worker dies of that. Here it counts as a connection
that is lost: whoever connects anew makes the folder.
"""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel that puts whole messages into queues."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        message = Path(self.data_folder_out) / name
        draft = message.with_name(f"{name}.draft")
        try:
            draft.write_bytes(str_to_bytes(dumps(payload)))
            draft.rename(message)
        finally:
            draft.unlink(missing_ok=True)


class Transport(filesystem.Transport):
    """The transport behind ``filesystem://``."""

    Channel = Channel
    connection_errors = (*filesystem.Transport.connection_errors, FileNotFoundError)

    def establish_connection(self) -> "Transport":
        """Connect, with folders to keep messages and bindings in."""
        options = self.client.transport_options
        for name in ("data_folder_in", "control_folder"):
            Path(options[name]).mkdir(parents=True, exist_ok=True)
        return super().establish_connection()
