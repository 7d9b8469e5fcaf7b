// The embedded cross-encoders against the logits that came with them: token ids exactly, logits
// within the spread of int8 arithmetic between processors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { createCancelFlag } from "../../src/core/cancel-flag.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createCrossEncoder } from "../../src/encoders/cross-encoder.js";
import type { CrossEncoder } from "../../src/encoders/cross-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { tokenizerFileName } from "../../src/encoders/model-manifest.js";
import { createTokenizer } from "../../src/encoders/tokenizer.js";

interface ParityPair {
  readonly query: string;
  readonly passage: string;
  readonly token_ids: readonly number[];
  readonly type_ids: readonly number[];
  readonly logit_int8: number;
}

const logitSpread = 0.15;

for (const name of ["sluice-rerank-small", "sluice-rerank-base"]) {
  describe(`parity of ${name}`, () => {
    const folder = join(repositoryRoot(), "models", name);
    const { pairs } = JSON.parse(readFileSync(join(folder, "parity.json"), "utf8")) as {
      readonly pairs: readonly ParityPair[];
    };
    let encoder: CrossEncoder;

    before(async () => {
      encoder = await createCrossEncoder(await openModelFolder(folder));
    });
    after(() => encoder.close());

    for (const { query, passage, token_ids, type_ids, logit_int8 } of pairs) {
      it(`gives the recorded tokens and logit of ${JSON.stringify(passage.slice(0, 30))}`, async () => {
        const tokenizer = createTokenizer(join(folder, tokenizerFileName));
        const queryIds = tokenizer.textIds(query, 64);
        const encoded = tokenizer.encodePair(queryIds, tokenizer.textIds(passage, 300));
        assert.deepEqual([...encoded.ids], token_ids);
        assert.deepEqual([...encoded.typeIds], type_ids);

        const { shared: cancel } = createCancelFlag(new AbortController().signal);
        const relevance = await encoder.relevance(query, passage, { pooling: "best", cancel });
        const logit = Math.log(relevance / (1 - relevance));
        assert.ok(Math.abs(logit - logit_int8) <= logitSpread, `${logit} for ${logit_int8}`);
      });
    }
  });
}
