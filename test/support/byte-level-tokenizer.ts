// A small byte-level BPE tokenizer.json, of the family that newer models use.

/** The printable characters that byte-level vocabularies use for bytes. */
function byteCharacters(): string[] {
  const printable = (byte: number): boolean => {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  };
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    return String.fromCharCode(printable(byte) ? byte : next++);
  });
}

/** The file, with `[CLS]` and `[SEP]` around a text, and padding and truncation to a few tokens. */
export function byteLevelTokenizerFile(): Record<string, unknown> {
  const merges = ["t h", "th e", "i n", "Ġ the", "o r", "Ġ w", "Ġw or", "Ġwor d"];
  const tokens = [...byteCharacters(), ...merges.map((merge) => merge.replace(" ", ""))];
  const specials = ["[CLS]", "[SEP]", "[MASK]", "[Q] "];
  const special = (content: string, i: number): Record<string, unknown> => {
    return { id: tokens.length + i, content, special: true, normalized: false };
  };
  return {
    version: "1.0",
    truncation: { max_length: 4, strategy: "LongestFirst", stride: 0 },
    padding: { strategy: { Fixed: 4 }, pad_id: 0, pad_type_id: 0, pad_token: "!" },
    added_tokens: specials.map(special),
    normalizer: { type: "NFC" },
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [],
      special_tokens: {},
    },
    decoder: { type: "ByteLevel" },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
