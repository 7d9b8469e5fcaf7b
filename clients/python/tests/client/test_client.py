"""The client for threads against a real server."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from conftest import RIVERS, Server
from sluice_client import (
    Client,
    Document,
    FieldUpdate,
    FieldValue,
    Filter,
    IngestAck,
    IngestError,
    Query,
    RerankItem,
    RowsLike,
    SearchUpdate,
    SluiceError,
)

QUESTION = "which sea does the Volga reach"


def keys(update: SearchUpdate) -> list[str]:
    return [hit.key for hit in update.hits]


def test_search_streams_whole_rankings_and_ends_with_a_final_one(client: Client) -> None:
    updates = list(client.search("rivers", QUESTION, k=3))
    assert [update.sequence for update in updates] == list(range(1, len(updates) + 1))
    assert [update.final for update in updates] == [False] * (len(updates) - 1) + [True]
    final = updates[-1]
    assert final.stage == "late_interaction"
    assert final.certificate == "exact"
    assert keys(final)[0] == "volga"
    payload = final.hits[0].payload
    assert payload is not None
    assert payload.text == RIVERS[1].text
    assert payload.fields == RIVERS[1].fields


def test_options_of_all_kinds_reach_the_server(client: Client) -> None:
    final = client.search(
        "rivers",
        QUESTION,
        other_queries=["Caspian Sea"],
        filter=Filter.range("length", at_least=1500),
        rerank={"depth": 2, "window_pooling": "mean"},
        facets=[{"field": "sea", "value_count": 1}],
        payload={"text": False, "highlights": True},
        context={"token_budget": 100, "order": "edges_first"},
        count_documents=True,
        priority="high",
    ).final()
    assert keys(final) == ["volga", "danube"]
    assert final.certificate == "reranked"
    assert final.document_count == 2
    assert final.facets[0].document_count == 2
    assert final.context is not None
    assert final.context.passages[0].key == "volga"
    payload = final.hits[0].payload
    assert payload is not None
    assert payload.text is None
    assert payload.highlights


def test_spans_are_places_of_python_s_strings(client: Client) -> None:
    client.collections.create("spans")
    text = "\N{WATER WAVE}\N{WATER WAVE} The Volga flows into the Caspian Sea."
    client.ingest("spans", [Document(key="volga", text=text)]).finish()
    final = client.search("spans", "Caspian", payload={"highlights": True}).final()
    (hit,) = final.hits
    assert (hit.span.start, hit.span.end) == (0, len(text))
    assert hit.payload is not None
    assert [text[span.start : span.end] for span in hit.payload.highlights] == ["Caspian"]
    matches = client.explain("spans", "volga", "Caspian").matches
    (evidence,) = (one.passage_span for one in matches if one.query_token == "caspian")
    assert evidence is not None
    assert text[evidence.start : evidence.end] == "Caspian"


def test_filters_combine(client: Client) -> None:
    def found(condition: Filter) -> set[str]:
        return set(keys(client.search("rivers", "sea", filter=condition).final()))

    longer = Filter.range("length", more_than=2850)
    assert found(longer) == {"volga"}
    assert found(~longer) == {"rhine", "danube"}
    assert found(longer | Filter.any_of("sea", "North Sea")) == {"rhine", "volga"}
    assert found(longer & Filter.prefix("sea", "North")) == set()
    assert found(Filter.exists("sea") & Filter.key_prefix("d")) == {"danube"}
    assert found(Filter.key_any_of("rhine", "volga")) == {"rhine", "volga"}
    assert found(Filter.all()) == {"rhine", "volga", "danube"}
    assert found(Filter.any()) == set()


def test_a_session_answers_the_newest_query(client: Client) -> None:
    with client.session("rivers") as session:
        session.search("alp", k=1)
        second = session.search("alps")
        third = session.search(k=2)
        session.end()
        updates = list(session)
    numbers = [update.query_number for update in updates]
    assert numbers == sorted(numbers)
    final = updates[-1]
    assert (second, third) == (2, 3)
    assert final.query_number == third
    assert final.update.final
    assert keys(final.update)[0] == "rhine"
    assert len(final.update.hits) == 2


def test_rerank_ranks_texts_and_rows_of_the_caller(client: Client) -> None:
    items = ["Two eggs and a little flour.", "Over ages a stream cuts a valley."]
    final = client.rerank("how do rivers carve valleys", items, top_n=1).final()
    assert [hit.index for hit in final.hits] == [1]
    rows = np.eye(2, 16, dtype=np.float32)
    items_with_rows = [RerankItem(key=f"k{i}", vectors=rows[i : i + 1]) for i in range(2)]
    ranked = client.rerank(rows[1:], items_with_rows).final()
    assert [(hit.key, hit.score) for hit in ranked.hits] == [("k1", 1.0), ("k0", 0.0)]


def test_explain_names_the_matching_tokens(client: Client) -> None:
    explanation = client.explain("rivers", "volga", "Caspian")
    assert explanation.terms[0].frequency == 1
    assert explanation.score > 0


def test_ingest_answers_each_document_by_itself(client: Client) -> None:
    client.collections.create("answers")
    documents = [
        Document(key="good", text="A good text."),
        Document(key="good", text="The same key again."),
        Document(key="wrong", vectors=np.zeros((2, 384), dtype=np.float64)),  # type: ignore[arg-type]
        Document(key="last", text="Another good text."),
    ]
    answers = list(client.ingest("answers", documents))
    by_number = {answer.client_sequence: answer for answer in answers}
    assert sorted(by_number) == [1, 2, 3, 4]
    assert isinstance(by_number[1], IngestAck)
    repeated, wrong = by_number[2], by_number[3]
    assert isinstance(repeated, IngestError)
    assert repeated.reason == "DUPLICATE_KEY"
    assert isinstance(wrong, IngestError)
    assert (wrong.reason, wrong.field) == ("INVALID_VECTORS", "vectors")
    last = by_number[4]
    assert isinstance(last, IngestAck)
    seen = client.search("answers", "good", min_sequence=last.sequence).final()
    assert set(keys(seen)) == {"good", "last"}


def test_an_ingest_whose_documents_wait_for_acknowledgments(client: Client) -> None:
    client.collections.create("turns")
    acknowledged = threading.Semaphore(1)

    def documents() -> Iterator[Document]:
        for i in range(3):
            acknowledged.acquire()
            yield Document(key=f"d{i}", text="A text.")

    for _ in client.ingest("turns", documents(), batch_size=1):
        acknowledged.release()
    assert client.collections.describe("turns").collection.document_count == 3


def test_an_error_of_the_documents_is_raised_after_the_answers(client: Client) -> None:
    client.collections.create("broken-source")

    def documents() -> Iterator[Document]:
        yield Document(key="first", text="A text.")
        raise LookupError("no more")

    ingest = client.ingest("broken-source", documents())
    assert isinstance(next(ingest), IngestAck)
    with pytest.raises(LookupError, match="no more"):
        next(ingest)


def test_fields_of_all_kinds_come_back_as_they_were(client: Client) -> None:
    client.collections.create("kinds")
    time = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=timezone(timedelta(hours=2)))
    fields: dict[str, FieldValue] = {
        "keyword": "word",
        "keywords": ["a", "b"],
        "none": [],
        "integer": -(2**63),
        "integers": [1, 2**62],
        "float": 0.5,
        "floats": [1, 2.5],
        "boolean": True,
        "time": time,
        "times": [time, datetime(1, 1, 1, tzinfo=UTC)],
    }
    document = Document(key="all", title="A title", text="A text.", fields=fields)
    client.ingest("kinds", [document]).finish()
    (stored,) = client.get("kinds", ["all", "absent"])
    assert stored.document.fields == fields
    numpy_fields = {"i": np.int64(7), "f": np.float32(0.5), "b": np.bool_(True), "l": np.arange(3)}
    result = client.update("kinds", [FieldUpdate(key="all", set=numpy_fields, remove=["times"])])  # type: ignore[arg-type]
    assert len(result.acks) == 1
    changed = next(client.documents("kinds")).document.fields
    assert {name: changed[name] for name in numpy_fields} == {
        "i": 7,
        "f": 0.5,
        "b": True,
        "l": [0, 1, 2],
    }
    assert "times" not in changed


def test_rows_go_in_and_come_out_as_numpy_arrays(client: Client) -> None:
    client.collections.create("rows", dim=16, bits=8)
    rows = np.eye(4, 16, dtype=np.float32)
    kinds: dict[str, RowsLike] = {
        "float32": rows,
        "float16": rows.astype(np.float16),
        "int8": (rows * 127).astype(np.int8),
        "view": np.asfortranarray(rows),
        "memory": rows.data,
    }
    documents = [Document(key=key, vectors=value) for key, value in kinds.items()]
    assert client.ingest("rows", documents).finish().acknowledged_count == len(kinds)
    exported = [one for batch in client.export("rows", vectors=True) for one in batch]
    assert [one.stored.document.key for one in exported] == sorted(kinds)
    for one in exported:
        (passage,) = one.passages
        assert passage.vectors.dtype == np.float32
        assert not passage.vectors.flags.owndata
        np.testing.assert_allclose(passage.vectors, rows, atol=0.05)
    final = client.search("rows", Query(vectors=rows[:1])).final()
    assert len(final.hits) == len(kinds)


def test_collections_are_listed_optimized_copied_and_dropped(client: Client) -> None:
    client.collections.create("jobs", if_not_exists=True)
    client.ingest("jobs", RIVERS).finish()
    assert "jobs" in [one.settings.name for one in client.collections.list()]
    assert client.collections.optimize("jobs").final().progress.finished
    assert client.collections.snapshot("jobs", snapshot_name="copy").final().snapshot_bytes > 0
    assert [one.name for one in client.collections.snapshots()] == ["copy"]
    restored = client.collections.restore("copy", name="again").final().collection
    assert restored is not None
    assert restored.document_count == 3
    client.collections.delete_snapshot("copy")
    assert client.delete("again", filter=Filter.range("length", less_than=2000)).deleted_count == 1
    assert client.delete("again", ["volga", "absent"]).missing_count == 1
    client.collections.drop("again")
    with pytest.raises(SluiceError) as caught:
        client.collections.describe("again")
    assert caught.value.reason == "COLLECTION_NOT_FOUND"
    estimates = client.collections.calibrate("jobs", sample_queries=["sea"] * 20).final().estimates
    assert isinstance(estimates, tuple)


def test_operations_go_on_without_their_caller(client: Client) -> None:
    client.collections.create("operations", if_not_exists=True)
    client.ingest("operations", RIVERS).finish()
    started = client.operations.snapshot("operations", snapshot_name="kept", idempotency_key="a")
    assert (started.kind, started.collection) == ("snapshot", "operations")
    assert client.operations.snapshot("operations", idempotency_key="a").id == started.id
    ended = client.operations.watch(started.id).final()
    assert ended.state == "succeeded"
    assert ended.result is not None
    assert ended.result.snapshot is not None
    assert ended.result.snapshot.name == "kept"
    assert client.operations.cancel(started.id).state == "succeeded"
    restored = client.operations.restore("kept", name="operations-again")
    assert client.operations.watch(restored.id).final().state == "succeeded"
    failed = client.operations.watch(client.operations.restore("kept", name="operations").id)
    error = failed.final().error
    assert error is not None
    assert error.reason == "COLLECTION_EXISTS"
    optimized = client.operations.optimize("operations")
    assert client.operations.watch(optimized.id).final().state == "succeeded"
    assert optimized.id in [one.id for one in client.operations.list()]
    with pytest.raises(SluiceError) as caught:
        client.operations.get("absent")
    assert caught.value.reason == "OPERATION_NOT_FOUND"


def test_slow_searches_are_listed(client: Client) -> None:
    assert isinstance(client.slow_searches(), tuple)


def test_feedback_is_recorded_once_for_each_event(client: Client) -> None:
    for is_repeated in (False, True):
        ack = client.send_feedback("rivers", QUESTION, "volga", "click", rank=1, event_id="one")
        assert ack.is_repeated == is_repeated
    (event,) = client.feedback("rivers")
    assert (event.sent.key, event.sent.kind, event.sent.score) == ("volga", "click", None)


def test_a_client_of_many_threads(server: Server) -> None:
    found: list[str] = []
    with Client(server.address) as client:

        def ask() -> None:
            found.append(keys(client.search("rivers", QUESTION).final())[0])

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["volga"] * 20
