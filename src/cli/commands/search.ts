// sluice search: runs one search and shows it while it improves.

import type { Command } from "commander";
import type { Filter } from "../../core/filter.js";
import type { SpanUnit } from "../../core/span-units.js";
import { requestDefaults, searchRequestFields as fields } from "../../contract/search-request.js";
import type { FacetOptions, SearchRequest, SortOptions } from "../../contract/search-request.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import {
  facets,
  filterText,
  groupBy,
  sortBy,
  spanUnit as spanUnitOf,
  valueOf,
} from "../option-parsers.js";
import { showSearch } from "../show-search.js";

const { depth, weight } = fields.rerank.fields;
const { tokenBudget: contextTokens } = fields.context.fields;

export interface PoolTuning {
  readonly exhaustive?: boolean;
  readonly sketchPoolSize?: number;
  readonly lexicalPoolSize?: number;
  readonly refinePoolSize?: number;
  readonly lexicalWeight?: number;
}

/** Includes the cross-encoder, as the client takes it. */
export interface SearchTuning extends PoolTuning {
  readonly rerank?: SearchRequest["rerank"];
}

interface SearchOptions extends ConnectionOptions, PoolTuning {
  readonly k: number;
  readonly filter?: Filter;
  readonly minRecall?: number;
  readonly minScore?: number;
  readonly minProbability?: number;
  readonly softmaxTemperature?: number;
  readonly typos?: boolean;
  readonly lastWordBegins?: boolean;
  readonly also?: readonly string[];
  readonly offset?: number;
  readonly countDocuments?: boolean;
  readonly facet?: readonly FacetOptions[];
  readonly sortBy?: SortOptions;
  readonly like?: string;
  readonly groupBy?: { readonly field: string; readonly size: number };
  readonly dedupeField?: string;
  readonly rerank?: string | true;
  readonly rerankDepth?: number;
  readonly rerankWeight?: number;
  readonly context?: number;
  readonly edgesFirst?: boolean;
  readonly contextTokenizer?: string;
  readonly budgetMs?: number;
  readonly minSequence?: number;
  readonly deadlineMs?: number;
  readonly spanUnit?: SpanUnit;
  readonly json?: boolean;
}

export function addSearchCommand(program: Command, context: CliContext): void {
  const command = program
    .command("search <collection> [query...]")
    .summary("search, and show each update of the ranking")
    .description(
      "Searches a collection. On a terminal the ranking is redrawn in place with each update: stage, " +
        "time, certificate, hits. Otherwise updates are printed as lines, with --json one object per line.",
    )
    .option("-k <count>", "hits wanted", valueOf(fields.k), requestDefaults.k)
    .option("--also <query...>", "query variants; scores are the mean over all variants")
    .option("--filter <conditions>", "only documents that match these conditions", filterText)
    .option("--min-recall <r>", "the smallest pool measured to reach it", valueOf(fields.minRecall))
    .option("--min-score <score>", "drop hits below it", valueOf(fields.minScore))
    .option("--min-probability <p>", "drop hits below it", valueOf(fields.minProbability))
    .option(
      "--softmax-temperature <t>",
      "report each hit's share of the ranking's scores",
      valueOf(fields.softmaxTemperature),
    )
    .option("--typos", "also find misspelled words, ranked below exact ones")
    .option("--last-word-begins", "match the last word as a prefix")
    .option("--group-by <field[:n]>", "at most n hits (default 1) with the same value", groupBy)
    .option("--rerank [model]", "rerank with a cross-encoder (the server's default, or this one)")
    .option("--rerank-depth <n>", "documents to rerank", valueOf(depth))
    .option("--rerank-weight <w>", "weight of the cross-encoder in the score", valueOf(weight))
    .option(
      "--context <tokens>",
      "assemble a context of at most this many tokens",
      valueOf(contextTokens),
    )
    .option("--edges-first", "put the best passages at both ends of the context")
    .option(
      "--context-tokenizer <model>",
      "tokenizer that counts its tokens (default: the collection's)",
    )
    .option(
      "--budget-ms <ms>",
      "return the best ranking so far after this time",
      valueOf(fields.budgetMs),
    )
    .option("--deadline-ms <ms>", "fail if there is no ranking by then", valueOf(fields.budgetMs))
    .addHelpText("after", examples);
  addResultOptions(command);
  addSearchTuning(command);
  addConnectionOptions(command);
  command.action(async (collection: string, words: string[], options: SearchOptions) => {
    const { server, tlsCa, tlsCert, tlsKey, json, deadlineMs, spanUnit, ...rest } = options;
    const query = words.join(" ");
    if (query === "" && rest.like === undefined)
      command.error("error: give a query, or --like with the key of a document");
    await withClient({ server, tlsCa, tlsCert, tlsKey }, async (client) => {
      const asked = toRequest(collection, query, rest);
      // The terminal is painted by this program, which counts as JavaScript does.
      const request = json === true ? { ...asked, spanUnit } : asked;
      const updates = client.search(request, { signal: context.interrupted, deadlineMs });
      const shown = query === "" ? `like ${rest.like ?? ""}` : query;
      await showSearch(updates, context, { query: shown, json: json === true });
    });
  });
}

function toRequest(
  collection: string,
  query: string,
  options: Omit<
    SearchOptions,
    "server" | "tlsCa" | "tlsCert" | "tlsKey" | "json" | "deadlineMs" | "spanUnit"
  >,
): SearchRequest {
  const { also = [], facet, like, rerank, rerankDepth, rerankWeight, ...unranked } = options;
  const { context: tokenBudget, edgesFirst, contextTokenizer, ...tuning } = unranked;
  return {
    collection,
    text: query,
    otherQueries: also.map((text) => ({ text })),
    facets: facet,
    like: like === undefined ? undefined : { key: like },
    payload: { highlights: true },
    ...tuning,
    ...(tokenBudget !== undefined && {
      context: {
        tokenBudget,
        tokenizer: contextTokenizer,
        order: edgesFirst === true ? "edges_first" : "best_first",
      },
    }),
    ...(rerank !== undefined && {
      rerank: {
        depth: rerankDepth,
        weight: rerankWeight,
        model: rerank === true ? "" : rerank,
      },
    }),
  };
}

/** Options for what is asked for beside a query and what is shown of the ranking. */
function addResultOptions(command: Command): void {
  command
    .option("--min-sequence <n>", "wait until this write is visible", valueOf(fields.minSequence))
    .option("--offset <count>", "hits to leave out at the head", valueOf(fields.offset))
    .option("--count-documents", "count the eligible documents")
    .option("--facet <field[:n]>", "count the n (10) most frequent values; repeatable", facets)
    .option("--sort-by <field[:desc]>", "order hits by a field; --min-score cuts", sortBy)
    .option("--dedupe-field <field>", "each value of the field at most once")
    .option("--like <key>", "search with the vectors of this document, and leave it out")
    .option("--json", "print each update as one line of JSON")
    .option(
      "--span-unit <unit>",
      "with --json: count places in utf16, code_points, utf8",
      spanUnitOf,
    );
}

/** Options for quality and cost of a search, for `search` and `eval`. */
export function addSearchTuning(command: Command): Command {
  return command
    .option("--exhaustive", "score every passage by late interaction: the exact ranking")
    .option("--sketch-pool-size <n>", "candidates from sketches", valueOf(fields.sketchPoolSize))
    .option("--lexical-pool-size <n>", "candidates from BM25", valueOf(fields.lexicalPoolSize))
    .option("--refine-pool-size <n>", "best to score again", valueOf(fields.refinePoolSize))
    .option("--lexical-weight <w>", "weight of BM25 in the score", valueOf(fields.lexicalWeight));
}

const examples = `
Examples:
  sluice search docs "how do I read a file line by line"
  sluice search docs -k 3 --json "streams" | tail -1
  sluice search docs --filter 'year >= 2020 and lang in ("en", "de")' "streams"
  sluice search docs --filter 'not (draft = true or exists(replaced))' "streams"
  sluice search docs "read a file by lines" --also "iterate over the lines of a file"
  sluice search docs -k 20 --offset 20 --facet year --facet lang:5 --count-documents "streams"
  sluice search docs --like intro
  sluice search docs --sort-by date:desc --min-score 0.6 "streams"
  sluice search docs --group-by chapter:2 --dedupe-field digest "streams"
  sluice search docs --rerank=my-cross-encoder --rerank-depth 50 "streams"
  sluice search docs --context 1000 --edges-first "streams"
  sluice search docs --min-recall 0.9 "streams"
  sluice search docs --min-probability 0.5 "streams"
  sluice search docs --exhaustive --budget-ms 50 "promise version of setTimeout"`;
