// Every maximum in the system. Bytes are UTF-8 bytes; counts are inclusive.

export const limits = {
  /** Document key, bytes. LMDB keys end at 1,978 bytes; the rest is room for prefixes. */
  keyBytesMax: 512,
  /** Title of a document, bytes. */
  titleBytesMax: 4096,
  /** Text of a document, bytes. */
  textBytesMax: 4 * 1024 * 1024,
  /** Text of a query, bytes. */
  queryBytesMax: 16 * 1024,
  /** One term of the lexical index, bytes; the rest of a longer word is cut off. */
  termBytesMax: 255,
  /** Words of a query of which misspellings are looked for; the others are taken as they are. */
  misspelledWordsMax: 16,
  /** Words whose terms an analyzer remembers. */
  termCacheWordsMax: 200_000,
  /** Fields of a document. */
  fieldCountMax: 64,
  /** Name of a field, bytes. */
  fieldNameBytesMax: 64,
  /** Hits of one group. */
  groupSizeMax: 100,
  /** One keyword value, bytes. */
  keywordBytesMax: 1024,
  /** Keywords in a list. */
  keywordListMax: 256,
  /** How deep a filter is nested; a single condition is 1 deep. */
  filterDepthMax: 16,
  /** Conditions of a filter, `all`, `any` and `not` among them. */
  filterConditionsMax: 1024,
  /** Values that one condition of a filter looks for, and all of its conditions together. */
  filterValuesMax: 1024,
  filterValuesTotalMax: 16_384,
  /** Dim of token rows: a multiple of 16. */
  dimMin: 16,
  dimMax: 1024,
  /** Rows of a query's token matrix. */
  queryRowsMax: 512,
  /** Other phrasings of a query. */
  otherQueryCountMax: 15,
  /** Windows of a text that a cross-encoder reads. */
  pairWindowsMax: 64,
  /** Rows of a passage's token matrix. */
  passageRowsMax: 10_000,
  /** Tokens of an assembled context. */
  contextTokensMax: 1_000_000,
  /** Hits in a ranking. */
  hitCountMax: 1000,
  hitCountDefault: 10,
  /** Candidates of one source. */
  poolSizeMax: 100_000,
  /** Sample queries of a calibration. */
  sampleQueriesMin: 10,
  sampleQueriesMax: 10_000,
  sampleQueriesDefault: 200,
  /** Maps from scores to probabilities of a collection, and points of one. */
  scoreMapsMax: 16,
  scoreMapPointsMax: 10_000,
  /** Name that a caller gives an event of feedback, bytes. */
  eventIdBytesMax: 128,
  /** Time that a user stayed with a document, milliseconds: a day. */
  dwellMsMax: 86_400_000,
  /** Events of feedback that a collection keeps. */
  feedbackEventsMax: 10_000_000,
  feedbackEventsDefault: 100_000,
  /** One line, or one CSV record, of an input file, bytes. */
  inputLineBytesMax: 128 * 1024 * 1024,
  /** Passages in the journal from which it is flushed, however small their codes are. */
  journalRowsMax: 32_768,
  /** Token codes of a segment that merging makes, bytes. */
  segmentBytesMax: 256 * 1024 * 1024,
  /** Things in a data folder that were left alone and are named; of more, their number is. */
  findingsMax: 100,
  /** Collections in a data folder, and the most that the option may say. */
  collectionCountDefault: 256,
  collectionCountMax: 1_000_000,
  /** Collections of which figures are told one by one. */
  metricCollectionsMax: 256,
  /** Time that a call waits for a collection to be opened, milliseconds. */
  openWaitMsMax: 30_000,
  /** Documents in one ingest message. */
  ingestMessageDocumentsMax: 256,
  /** Keys in one Delete or Get. */
  keysPerRequestMax: 1000,
  /** Page of List. */
  pageSizeMax: 1000,
  /** Documents in one answer of Get, bytes. */
  responseBytesMax: 32 * 1024 * 1024,
  /** Documents in one page of List, bytes: below the 4 MiB that gRPC clients take unless set. */
  pageBytesMax: 2 * 1024 * 1024,
  /** Time in which a thread answers what somebody waits for, and a document or a merge, ms. */
  threadAnswerMsMax: 120_000,
  threadWorkMsMax: 1_800_000,
  /** Certificates or key in one file, bytes. */
  tlsFileBytesMax: 1024 * 1024,
  /** Largest gRPC message the server receives, bytes. */
  messageBytesMax: 64 * 1024 * 1024,
  /**
   * Fields of one message in all, those of messages in it among them; of an ingest message, of each
   * document. At about half a microsecond each this is what a message may cost before it is refused.
   */
  messageFieldsMax: 65_536,
  /**
   * Strings of one message in all, bytes; of an ingest message, of each document. Text that is not
   * ASCII is decoded at about 200 MB/s; the items of a rerank are decoded a few at a time.
   */
  messageTextBytesMax: 8 * 1024 * 1024,
  rerankTextBytesMax: 16 * 1024 * 1024,
  /** A string of a message other than a text, bytes. */
  shortStringBytesMax: 64 * 1024,
  /** Requests of both ports that are received and not worked off, bytes; one peer has half of it. */
  requestBytesMax: 256 * 1024 * 1024,
  /** Answers of one connection that its reader has not taken, bytes; beyond it further ones wait. */
  unreadConnectionBytesMax: 8 * 1024 * 1024,
  /** Of all connections; beyond it answers that nobody took for a while are given up. */
  unreadBytesMax: 256 * 1024 * 1024,
  unreadPatienceMs: 1000,
  /** Connections of one port at a time; one peer has seven eighths of them. */
  connectionsMax: 1024,
  /** How deep messages of a request are nested. */
  messageDepthMax: 40,
  /** Filter written as text, bytes. */
  filterTextBytesMax: 1024 * 1024,
  /** Values and keys of a JSON body of /v1/search, of a rerank, of feedback; and how deep it is nested. */
  searchBodyValuesMax: 65_536,
  rerankBodyValuesMax: 32_768,
  feedbackBodyValuesMax: 256,
  bodyDepthMax: 64,
  /** JSON bodies, bytes: 512 query rows of 1,024 floats in base64 are 2.8 MB. */
  searchBodyBytesMax: 4 * 1024 * 1024,
  rerankBodyBytesMax: 8 * 1024 * 1024,
  feedbackBodyBytesMax: 256 * 1024,
  /** Searches at work or waiting; one more is refused with OVERLOADED. */
  searchCountMax: 256,
  /** Documents of one ingest stream that are encoded at the same time. */
  ingestInFlightMax: 256,
  /** Text and vectors of them, bytes; one document may go beyond. */
  ingestInFlightBytesMax: 64 * 1024 * 1024,
  /** Documents with given vectors of one encoding task: at about 0.2 ms each, what a query waits. */
  givenBatchDocumentsMax: 16,
  /** Keys of one ingest stream that are remembered to refuse a second one; at least half of them. */
  ingestRecentKeysMax: 1_000_000,
  /** Soft time limit of a search, milliseconds. */
  budgetMsMax: 600_000,
  updateIntervalMsMax: 10_000,
  /** A reader of a stream that takes nothing for this long loses it, milliseconds. */
  stalledStreamMs: 30_000,
  /** Answer of a re-ranking service elsewhere, bytes; and the longest pause that it may ask for. */
  remoteAnswerBytesMax: 4 * 1024 * 1024,
  remoteRetryAfterMsMax: 300_000,
  /** Keys in the key file, and scopes of one key. */
  accessKeysMax: 10_000,
  accessScopesMax: 64,
  /** Name of a key, and filter text of one, bytes. */
  accessNameBytesMax: 128,
  accessFilterBytesMax: 4096,
  /** Calls per second, and calls at a time, that a key may be given. */
  accessRateMax: 1_000_000,
  accessConcurrencyMax: 100_000,
  /** Wrong keys of one address that are told as such at once; each second one more. */
  accessFailuresBurst: 20,
  /** Addresses whose wrong keys are counted. */
  accessPeersMax: 10_000,
  /** Name of a caller in the audit log, UTF-16 code units. */
  accessCallerLengthMax: 160,
  /** Files of the audit log, the one that is written included. */
  auditFilesMax: 8,
  /** Lines of the audit log that wait for the disk; more go to the log. */
  auditQueueMax: 10_000,
  /** Highlights of one hit. */
  highlightCountMax: 100,
  /** Of a longer text, UTF-16 code units that are looked at for highlights. */
  highlightTextMax: 65_536,
} as const;
