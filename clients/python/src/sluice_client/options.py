"""Options of requests, as keyword arguments.

Generated from `proto/` by `make gen`; never edited.
An option that is left out has the default of the server.
"""

from collections.abc import Sequence
from typing import TypedDict

from .enums import (
    Analyzer,
    Certificate,
    ContextOrder,
    Fusion,
    PayloadMode,
    Priority,
    SpanUnit,
    Stage,
    WindowPooling,
)
from .filters import Filter
from .vectors import QueryLike


class PayloadOptions(TypedDict, total=False):
    """What travels with a hit."""

    mode: PayloadMode
    """Default EVERY_UPDATE."""

    title: bool
    """Default true."""

    text: bool
    """Default true."""

    fields: bool
    """Default true."""

    highlights: bool
    """Spans of the text that match the query's words. Default false."""


class RerankOptions(TypedDict, total=False):
    """A cross-encoder that re-orders the top."""

    model: str
    """Name of a model folder or of a remote re-ranking service of the server; empty: its
    default.
    """

    depth: int
    """Documents to re-rank, 1 to 1,000; default the server's."""

    weight: float
    """Weight of the cross-encoder's part in [0, 1]; default the server's."""

    window_pooling: WindowPooling
    """How scores of the windows of a long passage are combined; a remote service truncates it
    instead. Default BEST.
    """


class GroupBy(TypedDict, total=False):
    """One document of each group, or a few."""

    field: str
    """Keyword, integer or boolean field whose value names the group, 1 to 64 bytes."""

    group_size: int
    """Hits a group, 1 to 100; default 1."""


class ContextOptions(TypedDict, total=False):
    """A context for a language model, assembled from the final ranking."""

    token_budget: int
    """Tokens without specials, 1 to 1,000,000; required. Titles are not counted."""

    order: ContextOrder
    """Default BEST_FIRST."""

    tokenizer: str
    """Name of a model whose tokens count; default the collection's, else the server's."""


class StageBudgets(TypedDict, total=False):
    """The most that single stages may take."""

    encode_ms: int
    """Milliseconds, 0 to 600,000; default: no limit of its own."""

    lexical_ms: int
    """Milliseconds, 0 to 600,000; default: no limit of its own."""

    candidates_ms: int
    """Milliseconds, 0 to 600,000; default: no limit of its own."""

    late_interaction_ms: int
    """Milliseconds, 0 to 600,000; default: no limit of its own."""

    cross_encoder_ms: int
    """Milliseconds, 0 to 600,000; default: no limit of its own."""


class LikeOptions(TypedDict, total=False):
    """A document whose like is wanted. NOT_FOUND when there is none of that key."""

    key: str
    """Key of the document; required."""

    passage_number: int
    """The passage, from 0, whose first 512 token vectors are the query; default 0."""


class SortOptions(TypedDict, total=False):
    """The order of hits by a field: of all documents that were scored and reach `min_score`, the
    first. A document without the field comes last; equal values go by key. Of a list the
    least value counts, or the greatest in descending order.
    """

    field: str
    """Name of the field, 1 to 64 bytes."""

    descending: bool
    """The greatest value first. Default false."""


class FacetOptions(TypedDict, total=False):
    """A field whose values are counted."""

    field: str
    """Name of the field, 1 to 64 bytes."""

    value_count: int
    """Values that are listed, the most frequent first, 1 to 1,000; default 10."""

    top: int
    """Count the first so many documents of the final ranking, 1 to 1,000, instead of all
    eligible ones.
    """


class SearchOptions(TypedDict, total=False):
    """One search."""

    other_queries: Sequence[QueryLike]
    """Other phrasings of the same question, up to 15; default none. One ranking for all: the
    score of a passage is the mean over the phrasings of its MaxSim a row, and the words of
    all are one lexical query, whose phrases must all be there. 512 token rows at most in all.
    """

    k: int
    """Hits wanted, 1 to 1,000; default 10."""

    filter: Filter
    """Only documents that match are eligible. Default: all."""

    payload: PayloadOptions
    """What travels with a hit. Default: title, text and fields, in every update."""

    exhaustive: bool
    """Score every eligible passage by MaxSim; the final certificate is EXACT. Default false
    (small collections are searched so anyway).
    """

    sketch_pool_size: int
    """Best sketches that become candidates, 0 to 100,000, never fewer than k; default the
    server's (256).
    """

    lexical_pool_size: int
    """Best BM25 passages that become candidates, 0 to 100,000; default the server's (128)."""

    min_recall: float
    """Choose the smallest pool that holds at least this share of the exact top 10, in (0, 1],
    for the share of queries that Calibrate was asked to promise (95 %). When no pool does,
    and when a filter, groups, other phrasings or weights make the search another than was
    measured, every eligible passage is scored: EXACT. Not together with `sketch_pool_size`.
    FAILED_PRECONDITION when the collection was not calibrated, or has changed too much since.
    """

    fusion: Fusion
    """Default RECIPROCAL_RANK."""

    lexical_weight: float
    """Weight of the lexical part of the score, 0 to 100; default the server's (0.15)."""

    min_score: float
    """Hits with a lower score are left out from late interaction on: scores of earlier stages
    are on other scales. Finite. Default: none is left out.
    """

    rerank: RerankOptions
    """Ask a cross-encoder to re-order the top. Default: no."""

    group_by: GroupBy
    """Lets each group have few hits; documents without the field are limited by nothing. Groups
    are filled from the best document down. Default: no groups.
    """

    dedupe_field: str
    """Keyword, integer or boolean field of which each value may occur once in a ranking, 1 to 64
    bytes. With group_by a document takes its place in both or in none. Default: none.
    """

    context: ContextOptions
    """Assemble a context from the final ranking. Default: no."""

    budget_ms: int
    """Soft limit, milliseconds, 1 to 600,000: what is best when it runs out becomes final.
    Default: none.
    """

    stage_budgets: StageBudgets
    """Limits of single stages. Default: none."""

    min_update_interval_ms: int
    """Least time between two updates, milliseconds, 0 to 10,000; default 25."""

    min_sequence: int
    """Wait until the write with this sequence is visible, within the deadline. Default: do not
    wait.
    """

    priority: Priority
    """Default NORMAL."""

    min_probability: float
    """Hits of a lower probability are left out from late interaction on, in (0, 1]. Needs a
    score map for such a search (see SetScoreMaps), else FAILED_PRECONDITION. Default: none is
    left out.
    """

    softmax_temperature: float
    """Report each hit's softmax: exp(score / this), divided by the sum over the hits of the
    update. Above 0, at most 1,000,000. Default: not reported.
    """

    typos: bool
    """A word of four letters also finds words that differ by one letter (wrong, lacking, too
    many, or two swapped), a word of eight by two; what is found so ranks below the word
    itself. The first 16 words. Default false; in sessions true.
    """

    last_word_begins: bool
    """The last word of the text, when no blank follows it, also finds words that begin so, from
    two letters on. Default false; in sessions true.
    """

    offset: int
    """Hits left out at the head of the ranking, 0 to 10,000; default 0. Pages of one ranking
    need the same `sketch_pool_size`, at least the offset and k of the last page, or
    `exhaustive`.
    """

    count_documents: bool
    """Count the eligible documents. Default false."""

    facets: Sequence[FacetOptions]
    """Count the values of fields, up to 16 fields. Default: none."""

    sort_by: SortOptions
    """Order the hits by a field instead of their scores. Not together with `rerank`, `group_by`,
    `dedupe_field` and `min_probability`. Default: by score.
    """

    like: LikeOptions
    """Search with the stored vectors of a document's passage, and leave that document out; then
    `query` may have words, but no vectors, and may be left out. Default: no.
    """

    span_unit: SpanUnit
    """What the places of all spans are counted in. Default UTF16."""

    refine_pool_size: int
    """In a collection with a refine plane: the best passages by MaxSim that are scored again by
    it, 0 to 100,000, never fewer than twice the documents that are ranked; 0: none. Default
    the server's (32). INVALID_ARGUMENT when the collection has no refine plane.
    """


class RerankTextsOptions(TypedDict, total=False):
    """Items to re-rank."""

    model: str
    """Name of a late-interaction or cross-encoder model folder, or of a remote re-ranking
    service of the server; empty: its default. Not used when the query and all items bring
    vectors.
    """

    top_n: int
    """Items to return, 1 to 10,000; default all."""

    min_score: float
    """Items with a lower score are left out; finite. Default: none is."""

    window_pooling: WindowPooling
    """How scores of the windows of a long text are combined. Default BEST."""

    budget_ms: int
    """Soft limit, milliseconds, 1 to 600,000. Default: none."""


class ExplainOptions(TypedDict, total=False):
    """What to explain."""

    passage_number: int
    """Passage of the document, from 0; default its best for this query."""

    lexical_weight: float
    """Weight of the lexical part of the score, 0 to 100; default the server's (0.15)."""

    filter: Filter
    """As in the search that is explained: the best BM25 is that of the eligible passages.
    Default: all.
    """

    span_unit: SpanUnit
    """What the places of all spans are counted in. Default UTF16."""


class FeedbackOptions(TypedDict, total=False):
    """What a user did with one hit."""

    rank: int
    """Rank at which it was shown, 1 to 1,000; 0: not known."""

    generation: int
    """Generation that the ranking came from; 0: not known."""

    event_id: str
    """The caller's name for this event, at most 128 bytes: sent again it is not stored again, as
    long as the first is kept. Empty: each call is an event of its own.
    """

    dwell_ms: int
    """Milliseconds, 1 to 86,400,000; required with DWELL, refused otherwise."""

    score: float
    """The hit's score as it was shown; finite. Default: not known."""

    stage: Stage
    """Stage of the update that was shown. Default: not known."""

    certificate: Certificate
    """Certificate of the update that was shown. Default: not known."""


class ExportOptions(TypedDict, total=False):
    """Which documents to export; each condition narrows the choice."""

    filter: Filter
    """Only documents that match."""

    after_key: str
    """Only documents whose keys come after this one in byte order; empty: all."""

    after_sequence: int
    """Only documents that were written after this sequence, such as the `last_sequence` of an
    earlier export; default 0. What was deleted meanwhile is not told.
    """

    vectors: bool
    """Send the token vectors of each passage too; default false."""


class CreateOptions(TypedDict, total=False):
    """The collection to create."""

    model: str
    """Model folder that encodes text; empty: the server's default model, unless `dim` is given."""

    dim: int
    """For collections of precomputed vectors, without a model: a multiple of 16 in [16, 1024].
    Not together with `model`.
    """

    bits: int
    """Bits per dimension of token codes: 1, 2, 4 or 8; default 2."""

    sketch_bits: int
    """Bits per dimension of sketches: 1, 2, 4 or 8; default 2."""

    analyzer: Analyzer
    """Default ENGLISH."""

    if_not_exists: bool
    """Succeed when a collection with this name and these settings exists. Default false."""

    stemmer: str
    """Language whose words are stemmed, such as `german`, or `none`; default `english` with
    analyzer ENGLISH, else `none`. Any other language makes UNICODE the default analyzer.
    """

    stop_words: str
    """Language whose stop words are ignored, or `none`; default `english` with analyzer ENGLISH,
    else `none`.
    """

    refine_bits: int
    """Keep a refine plane: a second code of each token vector, of 4 or 8 bits per dimension and
    more than `bits`, by which the best passages of a search are scored again. Default: none.
    """


class CalibrateOptions(TypedDict, total=False):
    """The collection to calibrate, and the samples."""

    sample_queries: Sequence[str]
    """Sample queries as texts, each at most 16 KiB, at most 10,000. They should resemble future
    queries. Without these and `samples`, samples are drawn from the passages: a sentence
    each; in a collection without a model the first token vectors of a passage, and a sentence
    of its text, if any.
    """

    sample_count: int
    """Sample queries to draw when none are given, 10 to 10,000; default 200."""

    samples: Sequence[QueryLike]
    """Sample queries with vectors, in place of `sample_queries`; at most 10,000."""

    confidence: float
    """Share of queries for which the lower bounds hold, in [0.5, 1); default 0.95. Fewer samples
    than confidence / (1 - confidence) give bounds of 0: 19 for 0.95.
    """
