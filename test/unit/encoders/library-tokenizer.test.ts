import { strict as assert } from "node:assert";
import { createLibraryTokenizer } from "../../../src/encoders/library-tokenizer.js";
import { byteLevelTokenizerFile } from "../../support/byte-level-tokenizer.js";

describe("createLibraryTokenizer", () => {
  it("has the members that we rely on", () => {
    const tokenizer = createLibraryTokenizer(byteLevelTokenizerFile());
    const id = tokenizer.token_to_id("the");
    assert.deepEqual(tokenizer.encode("the", { add_special_tokens: false }).ids, [id]);
    assert.equal(tokenizer.id_to_token(id!), "the");
    assert.equal(tokenizer.model?.tokens_to_ids.get("the"), id);
    assert.equal(tokenizer.normalizer?.normalize("e\u0301"), "é");
    assert.deepEqual(tokenizer.pre_tokenizer?.pre_tokenize_text("the in"), ["the", "Ġin"]);
  });

  it("throws for what is no tokenizer", () => {
    assert.throws(() => createLibraryTokenizer({ model: { type: "Oracle" } }));
  });
});
