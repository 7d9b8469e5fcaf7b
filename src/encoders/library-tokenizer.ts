// The only import of @huggingface/tokenizers. Its declarations import each other without file
// extensions, which TypeScript does not resolve for ESM, so the types are declared here.

import * as library from "@huggingface/tokenizers";

/** The parts of the library's Tokenizer that are used. */
export interface LibraryTokenizer {
  readonly normalizer: { normalize(text: string): string } | null;
  readonly pre_tokenizer: { pre_tokenize_text(text: string): string[] } | null;
  readonly model: {
    readonly config: unknown;
    readonly tokens_to_ids: ReadonlyMap<string, number>;
  } | null;
  encode(
    text: string,
    options?: {
      readonly add_special_tokens?: boolean;
      readonly text_pair?: string;
      readonly return_token_type_ids?: boolean;
    },
  ): { ids: number[]; token_type_ids?: number[] };
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
}

/**
 * Creates the tokenizer of a parsed tokenizer.json. Throws the library's error when it is invalid.
 */
export function createLibraryTokenizer(file: object): LibraryTokenizer {
  const { Tokenizer } = library as unknown as {
    readonly Tokenizer: new (tokenizer: object, config: object) => LibraryTokenizer;
  };
  return new Tokenizer(file, {});
}
