"""What sends a digest: workers, between the broker, the database and what receives the mails."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.proxy import Proxy

from .processes import Processes
from .surroundings import Broker, Database


class Pipeline(Processes):
    """Workers on the tests' database that send to a port, as to a mail server or to a provider.

    Between them and each of what they talk to stands a proxy.
    """

    def __init__(self, folder: Path, broker: Broker, port: int, provider: str = "") -> None:
        super().__init__(folder, broker)
        self.database = Database()
        self.mail = Proxy(port)
        self.env |= {
            "DATABASE_URL": self.database.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "FAULTS_PROVIDER": provider,
        }
        self._proxies = ExitStack()

    def __enter__(self) -> Self:
        self._proxies.enter_context(self.database)
        self._proxies.enter_context(self.mail)
        self.broker.empty()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._proxies.close()

    def send_in_batches_of(self, number: int) -> None:
        """Have workers that are started from now on plan batches of so many deliveries."""
        self.env["FAULTS_BATCH_SIZE"] = str(number)
