// Searches as JSON, by the names of the HTTP port. docs/reference/http.md says what each means.

/** Stages in the order in which they run. */
export type StageName = "lexical" | "candidates" | "late_interaction" | "cross_encoder";
/** What a ranking is worth: docs/concepts.md. */
export type CertificateName = "lexical" | "estimate" | "exact" | "reranked";

/** What the score of a hit is; scores of different kinds cannot be compared. */
export type ScoreKindName = "bm25" | "fusion" | "relevance" | "reranked";

/** In UTF-16 code units, as JavaScript counts. */
export interface SpanJson {
  readonly start: number;
  readonly end: number;
}

/** A field of a document; times are texts of ISO 8601, and so are integers beyond 2^53. */
export type FieldJson = string | number | boolean | readonly (string | number)[];

/** A search, with the names and ranges of docs/reference/http.md. */
export interface SearchRequestJson {
  readonly collection: string;
  readonly query?: string;
  readonly filter?: string;
  /** 1 to 1,000; default 10. */
  readonly k?: number;
  readonly sketch_pool_size?: number;
  readonly budget_ms?: number;
  readonly typos?: boolean;
  readonly last_word_begins?: boolean;
  readonly rerank?: { readonly model?: string; readonly depth?: number; readonly weight?: number };
  readonly payload?: {
    readonly mode?: "every_update" | "on_first_appearance";
    readonly highlights?: boolean;
  };
  readonly facets?: readonly { readonly field: string; readonly value_count?: number }[];
  readonly count_documents?: boolean;
  /** All others of the reference. */
  readonly [option: string]: unknown;
}

/** A document in a ranking. */
export interface SearchHitJson {
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  /** Of the update's `score_kind`. */
  readonly score: number;
  readonly parts: Readonly<Partial<Record<ScorePart, number>>>;
  readonly passage_number: number;
  /** Of the best passage, in the document's text. */
  readonly span: SpanJson;
  readonly payload?: {
    readonly title?: string;
    readonly text?: string;
    readonly fields?: Readonly<Record<string, FieldJson>>;
    readonly highlights?: readonly SpanJson[];
  };
}

/** Parts of a score; those that were not computed are absent. */
export type ScorePart = "bm25" | "sketch" | "maxsim" | "cross_encoder" | "probability" | "softmax";

/** Counts of the values of a field, the most frequent first. */
export interface FacetJson {
  readonly field: string;
  readonly values: readonly {
    readonly value: string;
    readonly kind: "keyword" | "integer" | "float" | "boolean" | "time";
    readonly count: number;
  }[];
}

/** A whole ranking, and what it is worth. */
export interface SearchUpdateJson {
  readonly sequence: number;
  readonly final: boolean;
  readonly stage: StageName;
  readonly certificate: CertificateName;
  readonly base_certificate?: CertificateName;
  readonly expected_recall?: number;
  /** Passages at each depth of scoring. */
  readonly coverage: {
    readonly eligible: number;
    readonly sketch_scored: number;
    readonly maxsim_scored: number;
    readonly reranked: number;
  };
  /** That many leading hits will not change any more. */
  readonly settled_count: number;
  /** Of the hits' scores. */
  readonly score_kind: ScoreKindName;
  /** Microseconds; stages that did not run are absent. */
  readonly timings: Readonly<Partial<Record<Timing, number>>> & { readonly total_us: number };
  readonly degradations: readonly DegradationJson[];
  readonly hits: readonly SearchHitJson[];
  readonly document_count?: number;
  readonly facets?: readonly FacetJson[];
}

/** A named loss of quality that did not stop the search. */
export interface DegradationJson {
  readonly reason: string;
  readonly message: string;
}

/** Steps of a search whose time is reported. */
export type Timing =
  | "queue_us"
  | "encode_us"
  | "lexical_us"
  | "candidates_us"
  | "late_interaction_us"
  | "cross_encoder_us";

/** score = maxsim / matches + lexical_weight * bm25 / best_bm25. */
export interface ExplanationJson {
  readonly score: number;
  readonly parts: { readonly bm25?: number; readonly maxsim: number };
  readonly best_bm25: number;
  readonly lexical_weight: number;
  readonly span: SpanJson;
  /** One for each token of the query, in order. */
  readonly matches: readonly TokenMatchJson[];
  readonly terms: readonly {
    readonly term: string;
    readonly frequency: number;
    readonly score: number;
  }[];
}

/** A token of the query, and the token of the passage that matches it best. */
export interface TokenMatchJson {
  readonly query_token: string;
  readonly passage_token: string;
  /** In the document's text, or else in its title. */
  readonly passage_span?: SpanJson;
  readonly title_span?: SpanJson;
  readonly score: number;
}
