"""Bad input and failures: typed errors with stable reasons, in both clients."""

import asyncio
from pathlib import Path

import grpc
import numpy as np
import pytest

from conftest import Server
from sluice_client import (
    AsyncClient,
    Client,
    Document,
    IngestError,
    Query,
    RerankItem,
    SluiceError,
    Tls,
)


def reason_of(caught: "pytest.ExceptionInfo[SluiceError]") -> tuple[str, str | None]:
    return caught.value.reason, caught.value.field


def test_an_error_has_the_server_s_reason_status_and_remedy(client: Client) -> None:
    with pytest.raises(SluiceError) as caught:
        client.search("absent", "x").final()
    error = caught.value
    assert (error.reason, error.status) == ("COLLECTION_NOT_FOUND", "NOT_FOUND")
    assert error.remedy == "Create it, or list the collections."
    assert not error.retryable
    assert str(error).startswith("COLLECTION_NOT_FOUND: ")
    with pytest.raises(SluiceError) as caught:
        client.search("rivers", "x", k=0).final()
    assert reason_of(caught) == ("INVALID_FIELD", "k")


WRONG_ROWS = {
    "of float64": np.ones((2, 16)),
    "of int64": np.ones((2, 16), dtype=np.int64),
    "big-endian": np.ones((2, 16), dtype=">f4"),
    "of one dimension": np.ones(16, dtype=np.float32),
    "of three dimensions": np.ones((1, 2, 16), dtype=np.float32),
    "without rows": np.ones((0, 16), dtype=np.float32),
    "of objects": np.array([[None]]),
    "ragged": [[1.0], [1.0, 2.0]],
    "no rows at all": object(),
    "of a wrong dim": np.ones((2, 17), dtype=np.float32),
    "with NaN": np.full((2, 16), np.nan, dtype=np.float32),
    "with a zero row": np.zeros((2, 16), dtype=np.float32),
}


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_rows_of_a_wrong_shape_or_type_are_refused(client: Client, name: str) -> None:
    rows = WRONG_ROWS[name]
    client.collections.create("wrong-rows", dim=16, if_not_exists=True)
    with pytest.raises(SluiceError) as caught:
        client.search("wrong-rows", Query(vectors=rows)).final()  # type: ignore[arg-type]
    assert caught.value.status in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
    assert "vectors" in (caught.value.field or "vectors")
    with pytest.raises(SluiceError) as caught:
        client.rerank("x", [RerankItem(vectors=rows)]).final()  # type: ignore[arg-type]
    assert caught.value.status in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
    (answer,) = client.ingest("wrong-rows", [Document(key="k", vectors=rows)])  # type: ignore[arg-type]
    assert isinstance(answer, IngestError)
    assert answer.field.startswith("vectors")


def test_wrong_options_are_refused_by_name(client: Client) -> None:
    with pytest.raises(TypeError, match="no option kk"):
        client.search("rivers", "x", kk=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"no option rerank\.deep"):
        client.search("rivers", "x", rerank={"deep": 1})  # type: ignore[typeddict-unknown-key]
    wrong: list[tuple[dict[str, object], str]] = [
        ({"k": "many"}, "k"),
        ({"k": 2**40}, "k"),
        ({"priority": "urgent"}, "priority"),
        ({"filter": "topic = 1"}, "filter"),
        ({"facets": {"field": "sea"}}, "facets"),
        ({"facets": [{"field": "sea", "top": "all"}]}, "facets[0].top"),
        ({"rerank": True}, "rerank"),
    ]
    for options, field in wrong:
        with pytest.raises(SluiceError) as caught:
            client.search("rivers", "x", **options)  # type: ignore[arg-type]
        assert reason_of(caught) == ("INVALID_FIELD", field)
    client.collections.create("wrong-rows", dim=16, if_not_exists=True)
    for value in (object(), [True], ["a", 1], 2**63, b"bytes"):
        document = Document(key="k", text="x", fields={"f": value})  # type: ignore[dict-item]
        (answer,) = client.ingest("wrong-rows", [document])
        assert isinstance(answer, IngestError)
        assert (answer.reason, answer.field) == ("INVALID_FIELD", "fields.f")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with Client("127.0.0.1:1") as client, pytest.raises(SluiceError) as caught:
        client.search("rivers", "x").final()
    assert reason_of(caught) == ("UNAVAILABLE", None)
    assert caught.value.retryable

    async def run() -> None:
        async with AsyncClient("127.0.0.1:1") as client:
            with pytest.raises(SluiceError) as caught:
                await client.collections.describe("rivers")
            assert caught.value.reason == "UNAVAILABLE"

    asyncio.run(run())


def test_a_server_of_another_major_version_is_unimplemented() -> None:
    """A server without `sluice.v1`, as one of a later major version would be."""
    from concurrent.futures import ThreadPoolExecutor

    other = grpc.server(ThreadPoolExecutor(1))
    port = other.add_insecure_port("127.0.0.1:0")
    other.start()
    try:
        with Client(f"127.0.0.1:{port}") as client:
            with pytest.raises(SluiceError) as caught:
                client.collections.create("x")
            assert caught.value.reason == "UNIMPLEMENTED"
            assert "sluice.v1" in (caught.value.remedy or "")
            with pytest.raises(SluiceError) as caught:
                client.ingest("x", [Document(key="k", text="x")]).finish()
            assert caught.value.reason == "UNIMPLEMENTED"
    finally:
        other.stop(None)


def test_a_call_on_a_closed_client_is_cancelled(server: Server) -> None:
    client = Client(server.address)
    client.close()
    with pytest.raises(SluiceError, match="closed"):
        client.collections.describe("rivers")
    with pytest.raises(SluiceError, match="closed"):
        client.search("rivers", "x")

    async def run() -> None:
        client = AsyncClient(server.address)
        await client.close()
        with pytest.raises(SluiceError, match="closed"):
            await client.collections.describe("rivers")

    asyncio.run(run())


def test_keys_do_not_leave_the_machine_unencrypted(tmp_path: Path) -> None:
    with pytest.raises(SluiceError, match="unencrypted") as caught:
        Client("search.example:7311", api_key="key")
    assert caught.value.reason == "INVALID_CONFIG"
    with pytest.raises(SluiceError, match="ASCII"):
        Client("127.0.0.1:1", api_key="two words")
    for local in ("localhost:1", "[::1]:1", "dns:127.0.0.1:1", "unix:/run/sluice"):
        Client(local, api_key="key").close()
    Client("search.example:7311", api_key="key", allow_plaintext_key=True).close()
    with pytest.raises(SluiceError, match="TLS files"):
        Client("127.0.0.1:1", tls=Tls(authority_file=tmp_path / "absent.pem"))
