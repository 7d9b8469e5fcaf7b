// Every limit of the system. Bytes are UTF-8 bytes; maxima are inclusive.

export const limits = {
  /** Document key, bytes. LMDB keys end at 1,978 bytes; the rest is room for prefixes. */
  keyBytesMax: 512,
  /** Title of a document, bytes. */
  titleBytesMax: 4096,
  /** Text of a document, bytes. */
  textBytesMax: 4 * 1024 * 1024,
  /** Text of a query, bytes. */
  queryBytesMax: 16 * 1024,
  /** Term of the lexical index, bytes; longer words are truncated. */
  termBytesMax: 255,
  /** Words of a query that are corrected for misspellings; further words are used unchanged. */
  misspelledWordsMax: 16,
  /** Entries in an analyzer's cache of words and their terms. */
  termCacheWordsMax: 200_000,
  /** Fields of a document. */
  fieldCountMax: 64,
  /** Name of a field, bytes. */
  fieldNameBytesMax: 64,
  /** Hits per group. */
  groupSizeMax: 100,
  /** Keyword value, bytes. */
  keywordBytesMax: 1024,
  /** Values of a field that is a list. */
  fieldListMax: 256,
  /** Nesting depth of a filter; a single condition has depth 1. */
  filterDepthMax: 16,
  /** Conditions of a filter, including `all`, `any` and `not`. */
  filterConditionsMax: 1024,
  /** Values in one condition of a filter, and in all its conditions together. */
  filterValuesMax: 1024,
  filterValuesTotalMax: 16_384,
  /** Dimension of token vectors: a multiple of 16. */
  dimMin: 16,
  dimMax: 1024,
  /** Token vectors of a query. */
  queryRowsMax: 512,
  /** Query variants besides the query itself. */
  otherQueryCountMax: 15,
  /** Windows of a text that a cross-encoder scores. */
  pairWindowsMax: 64,
  /** Token vectors of a passage. */
  passageRowsMax: 10_000,
  /** Tokens of an assembled context. */
  contextTokensMax: 1_000_000,
  /** Hits in a ranking. */
  hitCountMax: 1000,
  hitCountDefault: 10,
  /** Hits left out at the head of a ranking. */
  offsetMax: 10_000,
  /** Fields whose values a search counts, and values that it lists of each. */
  facetCountMax: 16,
  facetValuesMax: 1000,
  /** Distinct values of a field of which one counting task tells. */
  taskFacetValuesMax: 10_000,
  /** Candidates from one source. */
  poolSizeMax: 100_000,
  /** Sample queries per calibration. */
  sampleQueriesMin: 10,
  sampleQueriesMax: 10_000,
  sampleQueriesDefault: 200,
  /** Score-to-probability maps per collection, and points per map. */
  scoreMapsMax: 16,
  scoreMapPointsMax: 10_000,
  /** Caller-supplied id of a feedback event, bytes. */
  eventIdBytesMax: 128,
  /** Dwell time of a feedback event, milliseconds: one day. */
  dwellMsMax: 86_400_000,
  /** Feedback events kept per collection. */
  feedbackEventsMax: 10_000_000,
  feedbackEventsDefault: 100_000,
  /** Line, or CSV record, of an input file, bytes. */
  inputLineBytesMax: 128 * 1024 * 1024,
  /** Row group of a Parquet file that is imported, decoded, bytes. */
  rowGroupBytesMax: 1024 * 1024 * 1024,
  /** Passages in the journal that trigger a flush, whatever the size of their codes. */
  journalPassagesMax: 32_768,
  /** Token codes in a merged segment, bytes. */
  segmentBytesMax: 256 * 1024 * 1024,
  /** Findings of the data folder that are listed; the rest are only counted. */
  findingsMax: 100,
  /** Collections per data folder by default, and the largest value of the option. */
  collectionCountDefault: 256,
  collectionCountMax: 1_000_000,
  /** Collections with metrics of their own. */
  metricCollectionsMax: 256,
  /** Keys and tokens with metrics of their own. */
  metricCallersMax: 100,
  /** Longest wait for a collection to be used by nobody, milliseconds. */
  unusedWaitMs: 10_000,
  /** Longest wait for a collection to be opened, milliseconds. */
  openWaitMsMax: 30_000,
  /**
   * Part of a backup, bytes; parts that are uploaded or downloaded at a time, each in memory; parts
   * of a backup, which bound it to 1.6 TB.
   */
  backupPartBytes: 16 * 1024 * 1024,
  backupWidth: 4,
  backupPartsMax: 100_000,
  /** Small requests to the object storage at a time. */
  backupRequests: 8,
  /** Manifest and mark of a backup, bytes. */
  backupManifestBytes: 16 * 1024 * 1024,
  backupMarkBytes: 4096,
  /** Folders below the prefix of backups. */
  backupsListedMax: 100_000,
  /** Age at which an interrupted backup is removed, milliseconds: one day. */
  backupUnfinishedMs: 86_400_000,
  /** Longest wait for a cancelled backup to remove what it has uploaded, milliseconds. */
  backupCancelMs: 10_000,
  /** Longest wait for a connection to the object storage, milliseconds. */
  connectMsMax: 10_000,
  /** Interval between scheduled backups, milliseconds: 24 days, the longest timer of Node. */
  backupIntervalMsMax: 24 * 86_400_000,
  /** Pause before a scheduled backup that failed is tried again, milliseconds. */
  backupRetryMs: 600_000,
  /** Items of one re-ranking. */
  rerankItemsMax: 10_000,
  /** Documents per ingest message. */
  ingestMessageDocumentsMax: 256,
  /** Keys per Delete or Get. */
  keysPerRequestMax: 1000,
  /** Page size of List. */
  pageSizeMax: 1000,
  /** Documents in one Get response, bytes. */
  responseBytesMax: 32 * 1024 * 1024,
  /**
   * Documents in one page of List, bytes: below the default message limit of gRPC clients (4 MiB).
   */
  pageBytesMax: 2 * 1024 * 1024,
  /** Documents and vectors in a message of an export, bytes; a single document may be larger. */
  exportBatchBytes: 1024 * 1024,
  /**
   * Time limit of a thread's answer to an interactive task, and to an encode or merge task,
   * milliseconds.
   */
  threadAnswerMsMax: 120_000,
  threadWorkMsMax: 1_800_000,
  /** Certificate or key file, bytes. */
  tlsFileBytesMax: 1024 * 1024,
  /** Largest gRPC message that the server accepts, bytes. */
  messageBytesMax: 64 * 1024 * 1024,
  /**
   * Fields of one message, nested messages included; of an ingest message, per document. At about
   * 0.5 µs per field this bounds the cost of a message that is then rejected.
   */
  messageFieldsMax: 65_536,
  /**
   * String bytes of one message; of an ingest message, per document. Non-ASCII text is decoded at
   * about 200 MB/s; the items of a rerank are decoded a few at a time.
   */
  messageTextBytesMax: 8 * 1024 * 1024,
  rerankTextBytesMax: 16 * 1024 * 1024,
  /** Any string of a message that is not a text, bytes. */
  shortStringBytesMax: 64 * 1024,
  /**
   * Requests of both ports that are received and not fully processed, bytes; one peer may hold
   * half.
   */
  requestBytesMax: 256 * 1024 * 1024,
  /** Unread responses of one connection, bytes; beyond it further responses wait. */
  unreadConnectionBytesMax: 8 * 1024 * 1024,
  /** Unread responses of all connections, bytes; beyond it the oldest unread calls are ended. */
  unreadBytesMax: 256 * 1024 * 1024,
  unreadPatienceMs: 1000,
  /** Open connections per port; one peer may hold seven eighths of them. */
  connectionsMax: 1024,
  /** Nesting depth of request messages. */
  messageDepthMax: 40,
  /** Text filter, bytes. */
  filterTextBytesMax: 1024 * 1024,
  /** Values and keys in a JSON body: a search, a re-ranking, feedback, others; and its nesting depth. */
  searchBodyValuesMax: 65_536,
  rerankBodyValuesMax: 32_768,
  feedbackBodyValuesMax: 256,
  bodyValuesMax: 65_536,
  bodyDepthMax: 64,
  /** JSON body, bytes: 512 query vectors of 1,024 floats in base64 take 2.8 MB. */
  searchBodyBytesMax: 4 * 1024 * 1024,
  rerankBodyBytesMax: 32 * 1024 * 1024,
  feedbackBodyBytesMax: 256 * 1024,
  bodyBytesMax: 64 * 1024 * 1024,
  /** Searches running or queued; further ones are rejected with OVERLOADED. */
  searchCountMax: 256,
  /** Long jobs that run at a time, and ended ones that are still listed. */
  operationsRunningMax: 64,
  operationsKeptMax: 100,
  /** Slow searches that are kept in memory, and UTF-16 code units of each one's query. */
  slowSearchesMax: 100,
  slowSearchTextMax: 512,
  /** Line of an ingest over HTTP, bytes; 10,000 token vectors of 1,024 floats take 55 MB. */
  ingestLineBytesMax: 64 * 1024 * 1024,
  /** Documents of one ingest stream that are in flight in the encoder. */
  ingestInFlightMax: 256,
  /** Their text and vectors, bytes; a single larger document is still accepted. */
  ingestInFlightBytesMax: 64 * 1024 * 1024,
  /**
   * Documents with precomputed vectors per encoding task: at 0.2 ms each, what a query may wait
   * for.
   */
  givenBatchDocumentsMax: 16,
  /** Recent keys of an ingest stream that are checked for duplicates; at least half are kept. */
  ingestRecentKeysMax: 1_000_000,
  /** Time budget of a search, milliseconds. */
  budgetMsMax: 600_000,
  updateIntervalMsMax: 10_000,
  /** A reader that accepts no data for this long loses its stream, milliseconds. */
  stalledStreamMs: 30_000,
  /** A caller whose request makes no progress for this long loses its call, milliseconds. */
  stalledRequestMs: 30_000,
  /** Response of a remote reranker, bytes, and the longest Retry-After that is honoured. */
  remoteAnswerBytesMax: 4 * 1024 * 1024,
  remoteRetryAfterMsMax: 300_000,
  /** Keys in the key file, and scopes per key. */
  accessKeysMax: 10_000,
  accessScopesMax: 64,
  /** Name of a key, and text filter of a key, bytes. */
  accessNameBytesMax: 128,
  accessFilterBytesMax: 4096,
  /** Largest rate (calls per second) and concurrency that a key can be limited to. */
  accessRateMax: 1_000_000,
  accessConcurrencyMax: 100_000,
  /**
   * Authentication failures that one address may have in a burst; one more is allowed each second.
   */
  accessFailuresBurst: 20,
  /** Addresses whose authentication failures are counted. */
  accessPeersMax: 10_000,
  /** Caller's name in the audit log, UTF-16 code units. */
  accessCallerLengthMax: 160,
  /** Files of the audit log, including the current one. */
  auditFilesMax: 8,
  /** Queued lines of the audit log; excess lines go to the server's log. */
  auditQueueMax: 10_000,
  /** Ended spans that wait for the collector, and those of one request to it. */
  traceQueueSpansMax: 2048,
  traceBatchSpansMax: 512,
  /** Spans below that of one call; further ones are left out. */
  traceCallSpansMax: 256,
  /** Longest wait of a span for others of its request, and time limit of a request, milliseconds. */
  traceDelayMs: 2000,
  traceExportMsMax: 10_000,
  /** Time that a stopping server gives the collector to take the last spans, milliseconds. */
  traceStopMsMax: 2000,
  /** Duration of a CPU profile, milliseconds, and profiles that are kept. */
  profileMs: 10_000,
  profileFilesMax: 8,
  /** Hits of a tool for agents, and documents and collections that one answer lists. */
  mcpHitsMax: 100,
  mcpKeysMax: 20,
  mcpCollectionsMax: 200,
  /** Quoted texts, UTF-16 code units: a passage, a part of a document, a resource. */
  mcpPassageLengthMax: 4_000,
  mcpTextLengthMax: 20_000,
  mcpResourceLengthMax: 1_000_000,
  /** Tokens of a context for an agent. */
  mcpContextTokensMax: 50_000,
  /** Handles of searches: all of a server, bytes, and the life of one after its last use. */
  mcpHandleBytesMax: 4 * 1024 * 1024,
  mcpHandleMs: 600_000,
  /** Message of an agent on standard input, bytes. */
  mcpMessageBytesMax: 1024 * 1024,
  /** Highlights per hit. */
  highlightCountMax: 100,
  /** UTF-16 code units of a text that are searched for highlights. */
  highlightTextMax: 65_536,
} as const;
