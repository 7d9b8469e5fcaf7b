"""A real server for all tests: the program of this build, on free ports, over an empty folder."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sluice_client import Client, Document

PROGRAM = Path(__file__).parents[3] / "build" / "src" / "cli" / "main.js"
NODE = shutil.which("node") or "node"


@dataclass
class Server:
    """A running server."""

    address: str
    url: str
    process: subprocess.Popen[str] = field(repr=False)

    def stop(self) -> None:
        """Ends it as an operator does."""
        self.process.terminate()
        self._wait()
        assert self.process.returncode == 0

    def kill(self) -> None:
        """Ends it as a crash does."""
        self.process.kill()
        self._wait()

    def _wait(self) -> None:
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_server(data: Path, *flags: str, grpc_port: str = "0") -> Server:
    """Returns when both ports answer."""
    ports = ["--grpc-port", grpc_port, "--http-port", "0"]
    process = subprocess.Popen(
        [NODE, str(PROGRAM), "serve", "--data", str(data), *ports, "--log-level", "error", *flags],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found: dict[str, str] = {}
    while "http" not in found:
        line = process.stdout.readline()
        assert line != "", "the server has ended"
        name, value = line.split()[:2]
        found[name] = value
    return Server(found["grpc"], found["http"].rstrip("/"), process)


RIVERS = (
    Document(
        key="rhine",
        title="Rhine",
        text="The Rhine flows from the Alps into the North Sea.",
        fields={"length": 1233, "sea": "North Sea"},
    ),
    Document(
        key="volga",
        title="Volga",
        text="The Volga flows into the Caspian Sea.",
        fields={"length": 3531, "sea": "Caspian Sea"},
    ),
    Document(
        key="danube",
        title="Danube",
        text="The Danube flows through ten countries into the Black Sea.",
        fields={"length": 2850, "sea": "Black Sea"},
    ),
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with a collection `rivers` for all tests that do not stop it."""
    running = start_server(tmp_path_factory.mktemp("data"))
    with Client(running.address) as one:
        one.collections.create("rivers")
        assert one.ingest("rivers", RIVERS).finish().acknowledged_count == len(RIVERS)
    yield running
    running.stop()


StartServer = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[StartServer]:
    """`start_server` for tests that stop or kill the server; none outlives its test."""
    started: list[Server] = []

    def start_one(data: Path, *flags: str, grpc_port: str = "0") -> Server:
        started.append(start_server(data, *flags, grpc_port=grpc_port))
        return started[-1]

    yield start_one
    for one in started:
        one.kill()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client that is closed after the test."""
    with Client(server.address) as one:
        yield one
