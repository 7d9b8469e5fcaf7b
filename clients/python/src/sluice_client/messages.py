"""Answers of the server as dataclasses.

Generated from `proto/` by `make gen`; never edited.
"""

from dataclasses import dataclass

from .documents import Document, FieldValue
from .enums import (
    Analyzer,
    Certificate,
    FeedbackKind,
    FieldKind,
    FindingKind,
    OperationKind,
    OperationState,
    ScoreKind,
    SearchOutcome,
    Stage,
)
from .vectors import Rows


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, from 0, in the unit that the request asked for; by default in UTF-16
    code units.
    """

    start: int
    """First unit."""

    end: int
    """One after the last unit."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Eligible passages at each depth of scoring. None of them falls within a stream."""

    eligible: int
    """Passages that match the filter, in this generation."""

    sketch_scored: int
    """Scored by sketch."""

    maxsim_scored: int
    """Scored by MaxSim."""

    reranked: int
    """Re-ranked by a cross-encoder."""

    refined: int | None
    """Scored again by the refine plane. Not set before that, and in collections without one."""


@dataclass(frozen=True, slots=True)
class StageTimings:
    """Time spent, in microseconds. A stage that did not run is not set."""

    queue_us: int | None
    """Waiting for admission."""

    encode_us: int | None
    """Encoding the query."""

    lexical_us: int | None
    """BM25."""

    candidates_us: int | None
    """Sketch scan and fusion."""

    late_interaction_us: int | None
    """MaxSim."""

    cross_encoder_us: int | None
    """Cross-encoder."""

    total_us: int
    """From the request's arrival to this update."""


@dataclass(frozen=True, slots=True)
class Degradation:
    """A named loss of quality that did not stop the search."""

    reason: str
    """One of BUDGET_EXHAUSTED, DEADLINE_REACHED, GENERATION_EXPIRED, ENCODER_FAILED,
    NO_QUERY_VECTORS, CROSS_ENCODER_ABSENT, CROSS_ENCODER_FAILED, CORRUPT_PASSAGES,
    PRESSURE_REDUCED, QUERY_CUT, FILTER_MATCHES_NO_FIELD; later versions may add more.
    """

    message: str
    """What was lost and what to do."""

    stages: tuple[Stage, ...]
    """Stages that were not finished."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a field. A document with a list counts once for each of its values."""

    value: str
    """As in filters: numbers in decimal, times in ISO 8601, `true` and `false`."""

    kind: FieldKind
    """Kind of the value."""

    count: int
    """Documents that have it."""


@dataclass(frozen=True, slots=True)
class Facet:
    """How many documents have each value of a field."""

    field: str
    """Name of the field."""

    values: tuple[FacetValue, ...]
    """The most frequent first; of equal ones by kind, then by value."""

    document_count: int
    """Documents that have the field."""

    error_max: int
    """At most so much is a count too low, and the count of a value that is not listed higher
    than those that are. 0: all are exact, as they are where the field has at most 10,000
    different values.
    """


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """Parts of a score. A part that is not known at this stage is not set."""

    bm25: float | None
    """BM25 of the passage; 0 or more."""

    sketch: float | None
    """Cosine of the query's sketch and the passage's, in [-1, 1]."""

    maxsim: float | None
    """Sum over the query's rows of the best inner product; not divided by their number."""

    cross_encoder: float | None
    """The cross-encoder's part, in [0, 1]."""

    probability: float | None
    """Probability of relevance by the collection's score map, in [0, 1]; from late interaction
    on, when there is one for such a search.
    """

    softmax: float | None
    """Share of the hits' scores, in [0, 1]; with `softmax_temperature` asked for."""


@dataclass(frozen=True, slots=True)
class HitPayload:
    """The stored parts of a document that were asked for."""

    title: str | None
    """Not set when not asked for."""

    text: str | None
    """The whole text; not set when not asked for."""

    fields: dict[str, FieldValue]
    """Empty when not asked for."""

    highlights: tuple[Span, ...]
    """Places in the text that match the query's words, in order and apart from each other; at
    most 100, and of a text longer than 65,536 code units only from the hit's passage on.
    Empty when only the meaning matches, and when not asked for.
    """


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document in a ranking."""

    key: str
    """The document's key."""

    rank: int
    """From 1."""

    score: float
    """Of the kind that `score_kind` of the update names."""

    parts: ScoreParts
    """What the score is made of."""

    passage_number: int
    """Number of the best passage in its document, from 0."""

    span: Span
    """Place of that passage in the document's text."""

    payload: HitPayload | None
    """Not set when not asked for, or when it came before with ON_FIRST_APPEARANCE."""


@dataclass(frozen=True, slots=True)
class ContextPassage:
    """One passage of a context."""

    key: str
    """The document's key."""

    span: Span
    """Place in the document's text."""

    text: str
    """The text in that place."""

    token_count: int
    """Tokens of it."""

    title: str
    """The document's title."""

    score: float
    """Of the best passage in it."""


@dataclass(frozen=True, slots=True)
class AssembledContext:
    """A context for a language model."""

    passages: tuple[ContextPassage, ...]
    """In the order asked for. Those of one document that overlap or follow each other are one,
    and no character comes twice.
    """

    token_count: int
    """Tokens in all."""


@dataclass(frozen=True, slots=True)
class SearchUpdate:
    """A complete ranking with its certificate, coverage and timings."""

    sequence: int
    """From 1, rising by 1."""

    final: bool
    """True in exactly one update, the last."""

    stage: Stage
    """The latest stage that took part; never falls."""

    certificate: Certificate
    """How exact the ranking is."""

    base_certificate: Certificate
    """With RERANKED: the certificate of the ranking that was re-ordered."""

    expected_recall: float | None
    """From CANDIDATES on: mean share of the exact top 10 by late interaction that a pool of this
    size held when the collection was calibrated, in [0, 1]; of the largest measured pool that
    is not larger than the one in use. Absent when it was not measured for a search like this
    one, for an exact ranking, and as soon as a degradation names a stage before the
    cross-encoder.
    """

    coverage: Coverage
    """How much was scored."""

    settled_count: int
    """Number of leading hits that cannot change any more in this stream; never falls."""

    generation: int
    """The generation that the whole stream sees."""

    timings: StageTimings
    """Time spent so far."""

    degradations: tuple[Degradation, ...]
    """Losses so far."""

    hits: tuple[SearchHit, ...]
    """Best first; up to k."""

    context: AssembledContext | None
    """With `context` asked for, in the final update."""

    abstained: bool
    """In the final update: passages were scored, and `min_score` or `min_probability` left none
    of them.
    """

    document_count: int | None
    """With `count_documents`, in the final update: documents of which passages are eligible.
    Absent when time ran out before the filter was evaluated.
    """

    facets: tuple[Facet, ...]
    """With `facets`, in the final update: one for each, in the order of the request. Empty when
    time ran out before the filter was evaluated.
    """

    score_kind: ScoreKind
    """What the score of each hit is; never UNSPECIFIED. Follows from `stage`."""


@dataclass(frozen=True, slots=True)
class SessionUpdate:
    """One message of a session."""

    query_number: int
    """The request that this answers; after an update of number n none of a smaller number
    follows.
    """

    update: SearchUpdate
    """Always set; `sequence` counts from 1 within each query number."""


@dataclass(frozen=True, slots=True)
class RerankHit:
    """One ranked item."""

    index: int
    """Place of the item in the request, from 0."""

    key: str
    """As given."""

    rank: int
    """From 1."""

    score: float
    """By late interaction: MaxSim / query rows, in [-1, 1]. By a cross-encoder: its relevance,
    in [0, 1].
    """

    probability: float | None
    """Calibrated probability of relevance, in [0, 1]; absent when the model is not calibrated."""


@dataclass(frozen=True, slots=True)
class RerankUpdate:
    """A whole ranking of the items."""

    sequence: int
    """From 1, rising by 1."""

    final: bool
    """True in exactly one message, the last."""

    hits: tuple[RerankHit, ...]
    """Best first."""

    scored_count: int
    """Items scored so far."""

    degradations: tuple[Degradation, ...]
    """Losses so far."""

    total_us: int
    """Microseconds since the request's arrival."""


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """The passage token that matched one query token best."""

    query_token: str
    """The query token as the vocabulary writes it; empty when the query brought vectors."""

    query_span: Span | None
    """Place of the query token in the query's text; not set for special tokens and given
    vectors.
    """

    passage_row: int
    """Row of the passage, from 0."""

    passage_span: Span | None
    """Place of the passage token in the document's text; not set for special tokens, tokens of
    the title, and when the document brought vectors.
    """

    score: float
    """Their inner product by the stored codes; float32, about in [-1, 1]."""

    title_span: Span | None
    """Place of the passage token in the document's title, when it is one of the title's."""

    passage_token: str
    """The passage token as the vocabulary writes it; empty when the document brought vectors."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """What one term added to BM25."""

    term: str
    """The term after analysis; a prefix ends with a star."""

    score: float
    """Its part of the BM25 score."""

    frequency: int
    """Times that it occurs in the passage."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a passage got its score."""

    score: float
    """maxsim / number of matches + lexical_weight * bm25 / best_bm25: as in a search."""

    parts: ScoreParts
    """Always maxsim; bm25 when the query has words. The scores of `matches`, added up in order
    with each sum rounded to float32, are maxsim to the bit; those of `terms` in the same way
    bm25.
    """

    passage_number: int
    """Number of the passage, from 0."""

    matches: tuple[TokenMatch, ...]
    """One for each query token, in order."""

    terms: tuple[TermMatch, ...]
    """One for each query term that the passage contains."""

    best_bm25: float
    """Best BM25 of any eligible passage; 0 when none has a word of the query."""

    lexical_weight: float
    """Weight of the lexical part."""

    span: Span
    """Place of the passage in the document's text."""


@dataclass(frozen=True, slots=True)
class FeedbackAck:
    """The feedback is on disk."""

    is_repeated: bool
    """True: an event of this id was stored before, and this one was not."""

    is_unknown_key: bool
    """True: the collection holds no document of this key now. The event is stored all the same."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user did with one hit."""

    collection: str
    """Name of the collection; required."""

    query_text: str
    """The query's text, at most 16 KiB; required."""

    key: str
    """Key of the hit; required. It may be gone from the collection."""

    rank: int
    """Rank at which it was shown, 1 to 1,000; 0: not known."""

    kind: FeedbackKind
    """Required."""

    generation: int
    """Generation that the ranking came from; 0: not known."""

    event_id: str
    """The caller's name for this event, at most 128 bytes: sent again it is not stored again, as
    long as the first is kept. Empty: each call is an event of its own.
    """

    dwell_ms: int
    """Milliseconds, 1 to 86,400,000; required with DWELL, refused otherwise."""

    score: float | None
    """The hit's score as it was shown; finite. Default: not known."""

    stage: Stage
    """Stage of the update that was shown. Default: not known."""

    certificate: Certificate
    """Certificate of the update that was shown. Default: not known."""


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """Feedback as it was recorded."""

    sequence: int
    """Rises with each event of the collection."""

    time_ms: int
    """When the server received it, milliseconds since 1970 UTC."""

    sent: Feedback
    """As it was sent."""


@dataclass(frozen=True, slots=True)
class IngestAck:
    """A durable write."""

    client_sequence: int
    """The caller's number."""

    key: str
    """The document's key."""

    sequence: int
    """Sequence of the write in its collection; a search with `min_sequence` at least this sees
    it.
    """

    passage_count: int
    """Number of passages of the document."""


@dataclass(frozen=True, slots=True)
class IngestError:
    """A document that was not written."""

    client_sequence: int
    """The caller's number, as sent."""

    key: str
    """The document's key as received; empty when it could not be read."""

    reason: str
    """Reason from the error table, such as `INVALID_TEXT`. `DUPLICATE_KEY`: the key occurred
    earlier in this stream; at least its last 500,000 keys are compared.
    """

    message: str
    """Description of the error, for developers."""

    field: str
    """Path of the invalid field inside the document, such as `vectors.rows`; empty: none."""

    retryable: bool
    """True when the same document may be accepted later, unchanged."""


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What became of each update."""

    acks: tuple[IngestAck, ...]
    """Updated documents, in the order of the request; `client_sequence` is the place of the
    update in the request, from 1.
    """

    errors: tuple[IngestError, ...]
    """Updates that were refused, numbered in the same way; nothing of them was stored."""


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """What was deleted."""

    deleted_count: int
    """Number of deleted documents."""

    missing_count: int
    """Number of keys without a document; not an error."""

    sequence: int
    """Sequence of the delete; a search with `min_sequence` at least this no longer sees the
    documents.
    """

    unmatched_conditions: tuple[str, ...]
    """Of a delete by filter: conditions on fields, or on kinds of values, that no document had
    when it began, in words with the nearest name; at most 8. `not lagn = "en"` lets every
    document through where `lang` is meant. Empty for callers whose key has a filter.
    """


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A stored document, without its vectors."""

    document: Document
    """Key, title, text and fields; `vectors` is never set."""

    sequence: int
    """Sequence of the write that stored it, from 1."""

    passage_count: int
    """Number of its passages, at least 1."""


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """Token vectors of one passage."""

    span: Span
    """The passage's place in the text."""

    vectors: Rows
    """The vectors that the stored codes stand for, as float32: not of unit length, and as near
    to the vectors that were written as the collection's `bits` allow.
    """


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """A document, with its vectors if they were asked for."""

    stored: StoredDocument
    """The document as it is stored."""

    passages: tuple[PassageVectors, ...]
    """One for each passage, in order; empty unless `vectors` was set."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a long job."""

    step: str
    """The current step, such as `merging segments`."""

    done: int
    """Units of work done in this step."""

    total: int
    """Units of work in this step; 0: unknown."""

    elapsed_us: int
    """Microseconds since the start of the job."""

    finished: bool
    """True in the last message of a successful job."""


@dataclass(frozen=True, slots=True)
class PlattMap:
    """1 / (1 + exp(-(slope * score + intercept)))."""

    slope: float
    """0 or more."""

    intercept: float
    """Finite."""


@dataclass(frozen=True, slots=True)
class IsotonicMap:
    """Linear interpolation between points, constant beyond both ends."""

    scores: tuple[float, ...]
    """Ascending; 1 to 10,000 values."""

    probabilities: tuple[float, ...]
    """One for each score, non-decreasing, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """A map from scores to probabilities of relevance, and the searches that it applies to. It
    depends on the model and on the judgments; it stays valid when some documents are added.
    """

    lexical_weight: float
    """`lexical_weight` of the searches, 0 to 100."""

    rerank_model: str
    """Cross-encoder that re-ranked the hits (`window_pooling` BEST); empty: for hits without
    one.
    """

    rerank_weight: float
    """Its weight, in [0, 1]; 0 without a model."""

    platt: PlattMap | None
    """A logistic curve."""

    isotonic: IsotonicMap | None
    """Linear interpolation between points."""

    query_count: int
    """Judged queries that it was fitted on."""

    result_count: int
    """Results of those queries."""

    brier: float
    """Mean squared error of its probabilities, by cross-validation, in [0, 1]."""

    ece: float
    """Expected calibration error, by cross-validation, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class RecallEstimate:
    """Recall measured at one pool size: 32, 64, ... 2,048, as far as the collection has more
    passages.
    """

    pool_size: int
    """Candidates by sketch; the server's default number of best BM25 passages is added to them."""

    recall: float
    """Mean share of the exact top 10 that such a pool held, in [0, 1]."""

    recall_lower_bound: float
    """Of a further query, drawn as the samples were, the pool holds at least this share of the
    exact top 10 with the confidence asked for: split conformal, the k-th smallest of n
    samples with k = floor((1 - confidence) * (n + 1)). On average over samples and queries,
    not for each kind of query. In [0, 1].
    """

    sample_count: int
    """Sample queries it was measured on."""


@dataclass(frozen=True, slots=True)
class RecallCalibration:
    """Measured recall by pool size."""

    estimates: tuple[RecallEstimate, ...]
    """One for each pool size, ascending."""

    confidence: float
    """Share of queries for which the lower bounds hold, in (0, 1)."""

    samples_given: bool
    """False: the samples were drawn from the passages, which real queries may not resemble."""

    generation: int
    """Generation at the start of the measurement."""

    passage_count: int
    """Passages in that generation."""

    stale: bool
    """True when more than a fifth of them may have changed since. The result is then no longer
    used; calibrate again.
    """


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """Settings of a collection, fixed at its creation."""

    name: str
    """`[a-z0-9][a-z0-9_-]{0,62}`."""

    model: str
    """Model folder that encodes text; empty: documents and queries bring vectors."""

    model_fingerprint: str
    """SHA-256 of the model folder, 64 hexadecimal digits; empty when `model` is."""

    dim: int
    """Elements of a token vector; a multiple of 16 in [16, 1024]."""

    bits: int
    """Bits per dimension of token codes: 1, 2, 4 or 8."""

    sketch_bits: int
    """Bits per dimension of sketches: 1, 2, 4 or 8."""

    analyzer: Analyzer
    """Never UNSPECIFIED."""

    seed: int
    """Seed of the rotation; any 32-bit number."""

    analyzer_version: int
    """Version of the analyzer that produced the collection's terms; `reanalyze` of Optimize
    updates it to the latest.
    """

    stemmer: str
    """Language whose words are stemmed, or `none`."""

    stop_words: str
    """Language whose stop words are ignored, or `none`."""

    refine_bits: int | None
    """Bits per dimension of the refine plane, 4 or 8; not set: there is none."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection's settings and present size."""

    settings: CollectionSettings
    """Always set."""

    document_count: int
    """Live documents."""

    passage_count: int
    """Live passages."""

    token_count: int
    """Token vectors of live passages."""

    generation: int
    """Increases with every change that searches see."""

    last_sequence: int
    """Sequence of the last acknowledged write; 0: none yet."""

    segment_count: int
    """Immutable segments, without the journal."""

    disk_bytes: int
    """Bytes of the collection on disk."""

    kernel: str
    """Kernels in use, such as `native-avx512`."""

    recall: RecallCalibration | None
    """Last result of Calibrate; not set before the first."""

    score_maps: tuple[ScoreMap, ...]
    """Maps of the last SetScoreMaps."""


@dataclass(frozen=True, slots=True)
class DataFinding:
    """An entry in the server's data folder that is not served and was neither changed nor
    deleted.
    """

    place: str
    """Its path relative to the data folder, with `/` between names; never an absolute path."""

    kind: FindingKind
    """Never UNSPECIFIED."""

    message: str
    """What was found, and what to do."""


@dataclass(frozen=True, slots=True)
class RefusedCollection:
    """A collection that is not served. Every call that names it gets this error."""

    name: str
    """`[a-z0-9][a-z0-9_-]{0,62}`."""

    reason: str
    """Reason of the error, such as `DATA_CORRUPT`."""

    message: str
    """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Description:
    """One collection."""

    collection: Collection
    """Always set."""

    findings: tuple[DataFinding, ...]
    """What lies in the data folder and was left alone, by place; 0 to 101."""


@dataclass(frozen=True, slots=True)
class OptimizeProgress:
    """Progress of the job."""

    progress: Progress
    """Always set."""

    disk_bytes_before: int
    """In the last message: bytes of the collection's file before the job."""

    disk_bytes_after: int
    """In the last message: bytes of the file now."""


@dataclass(frozen=True, slots=True)
class CalibrateProgress:
    """Progress of the job."""

    progress: Progress
    """Always set."""

    estimates: tuple[RecallEstimate, ...]
    """In the last message only: one entry for each pool size, ascending."""


@dataclass(frozen=True, slots=True)
class SnapshotProgress:
    """Progress of the job."""

    progress: Progress
    """Always set."""

    snapshot_name: str
    """In the last message: the snapshot's name."""

    snapshot_bytes: int
    """In the last message: its bytes on disk or in the object storage."""


@dataclass(frozen=True, slots=True)
class RestoreProgress:
    """Progress of the job."""

    progress: Progress
    """Always set."""

    collection: Collection | None
    """In the last message: the restored collection."""


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A copy of a collection."""

    name: str
    """`[a-z0-9][a-z0-9_-]{0,62}`."""

    collection: str
    """Name of the copied collection."""

    last_sequence: int
    """Sequence of the last write that it contains."""

    bytes: int
    """Bytes on disk or in the object storage."""

    created_ms: int
    """Of a backup: when it was completed, by the clock of the object storage, milliseconds since
    1970-01-01 UTC. Of a snapshot: 0.
    """


@dataclass(frozen=True, slots=True)
class OperationError:
    """Why an operation failed."""

    reason: str
    """As of the ErrorInfo of a failed call, such as `DISK_FULL`."""

    message: str
    """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What an operation has done, by its kind."""

    disk_bytes_before: int | None
    """Of OPTIMIZE: bytes of the collection's file before the job."""

    disk_bytes_after: int | None
    """Of OPTIMIZE: bytes of the file afterwards."""

    estimates: tuple[RecallEstimate, ...]
    """Of CALIBRATE: one entry for each pool size, ascending."""

    snapshot: SnapshotInfo | None
    """Of SNAPSHOT: the copy."""

    collection: Collection | None
    """Of RESTORE: the restored collection."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The state of a job."""

    id: str
    """Chosen by the server."""

    kind: OperationKind
    """Never UNSPECIFIED."""

    state: OperationState
    """Never UNSPECIFIED."""

    collection: str
    """The collection that is worked on; of a restore the one that is made, or the backup when no
    name was given.
    """

    progress: Progress
    """Always set."""

    start_time_ms: int
    """Milliseconds since 1970-01-01 UTC."""

    end_time_ms: int | None
    """Milliseconds since 1970-01-01 UTC; not set while it is running."""

    error: OperationError | None
    """Set when it failed."""

    result: OperationResult | None
    """Set when it succeeded."""


@dataclass(frozen=True, slots=True)
class SlowSearch:
    """A search that took longer than the server's `log.slowSearchMs`."""

    collection: str
    """Name of the collection."""

    query_text: str
    """Text of the query, at most 512 UTF-16 code units of it; empty when it had none."""

    end_time_ms: int
    """When it ended, milliseconds since 1970 UTC."""

    duration_us: int
    """From its arrival to its end, microseconds."""

    first_update_us: int | None
    """From its arrival to its first update, microseconds; absent when none was sent."""

    outcome: SearchOutcome
    """How it ended."""

    certificate: Certificate
    """Of the last update, as what follows; UNSPECIFIED when none was sent."""

    timings: StageTimings | None
    """Not set when no update was sent."""

    coverage: Coverage | None
    """Not set when no update was sent."""

    degradations: tuple[Degradation, ...]
    """Empty when no update was sent."""

    request_id: str
    """Id of the call, as in the log; empty when it had none."""


# Class of each message, for the decoder.
CLASSES: dict[str, type] = {
    "sluice.v1.Span": Span,
    "sluice.v1.Coverage": Coverage,
    "sluice.v1.StageTimings": StageTimings,
    "sluice.v1.Degradation": Degradation,
    "sluice.v1.FacetValue": FacetValue,
    "sluice.v1.Facet": Facet,
    "sluice.v1.ScoreParts": ScoreParts,
    "sluice.v1.HitPayload": HitPayload,
    "sluice.v1.SearchHit": SearchHit,
    "sluice.v1.ContextPassage": ContextPassage,
    "sluice.v1.AssembledContext": AssembledContext,
    "sluice.v1.SearchUpdate": SearchUpdate,
    "sluice.v1.SearchSessionResponse": SessionUpdate,
    "sluice.v1.RerankHit": RerankHit,
    "sluice.v1.RerankResponse": RerankUpdate,
    "sluice.v1.TokenMatch": TokenMatch,
    "sluice.v1.TermMatch": TermMatch,
    "sluice.v1.ExplainResponse": Explanation,
    "sluice.v1.SendFeedbackResponse": FeedbackAck,
    "sluice.v1.SendFeedbackRequest": Feedback,
    "sluice.v1.FeedbackEvent": FeedbackEvent,
    "sluice.v1.IngestAck": IngestAck,
    "sluice.v1.IngestError": IngestError,
    "sluice.v1.DocumentServiceUpdateResponse": UpdateResult,
    "sluice.v1.DocumentServiceDeleteResponse": DeleteResult,
    "sluice.v1.StoredDocument": StoredDocument,
    "sluice.v1.PassageVectors": PassageVectors,
    "sluice.v1.ExportedDocument": ExportedDocument,
    "sluice.v1.Progress": Progress,
    "sluice.v1.PlattMap": PlattMap,
    "sluice.v1.IsotonicMap": IsotonicMap,
    "sluice.v1.ScoreMap": ScoreMap,
    "sluice.v1.RecallEstimate": RecallEstimate,
    "sluice.v1.RecallCalibration": RecallCalibration,
    "sluice.v1.CollectionSettings": CollectionSettings,
    "sluice.v1.Collection": Collection,
    "sluice.v1.DataFinding": DataFinding,
    "sluice.v1.RefusedCollection": RefusedCollection,
    "sluice.v1.CollectionServiceDescribeResponse": Description,
    "sluice.v1.CollectionServiceOptimizeResponse": OptimizeProgress,
    "sluice.v1.CollectionServiceCalibrateResponse": CalibrateProgress,
    "sluice.v1.CollectionServiceSnapshotResponse": SnapshotProgress,
    "sluice.v1.CollectionServiceRestoreResponse": RestoreProgress,
    "sluice.v1.SnapshotInfo": SnapshotInfo,
    "sluice.v1.OperationError": OperationError,
    "sluice.v1.OperationResult": OperationResult,
    "sluice.v1.Operation": Operation,
    "sluice.v1.SlowSearch": SlowSearch,
}
