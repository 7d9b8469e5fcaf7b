// The file that names re-ranking services, and keys that nobody gets to see.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";

import { readRemoteRerankers } from "../../../src/config/remote-rerankers.js";
import type { RemoteRerankerConfig } from "../../../src/config/remote-rerankers.js";
import { SluiceError } from "../../../src/core/errors.js";
import { repositoryRoot } from "../../../src/core/paths.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

const secret = "zx-secret-0815";

describe("readRemoteRerankers", () => {
  const folder = useTemporaryFolder();
  const read = (
    text: string,
    environment: Readonly<Record<string, string>> = {},
  ): readonly RemoteRerankerConfig[] => {
    const path = join(folder(), "rerankers.toml");
    writeFileSync(path, text);
    return readRemoteRerankers(path, environment);
  };
  const table = (lines: string, shape = "cohere"): string =>
    `[far]\nshape = "${shape}"\nurl = "https://rerank.example/api/"\n${lines}`;

  it("gives none without a file", () => {
    assert.deepEqual(readRemoteRerankers("", {}), []);
  });

  it("reads each table, with the usual values for what it leaves out", () => {
    const other = '[near]\nshape = "tei"\nurl = "http://10.0.0.7:8080"\ntimeoutMs = 900';
    const [far, near] = read(`${table('model = "rerank-v3.5"')}\n${other}`);
    assert.deepEqual(far, {
      name: "far",
      shape: "cohere",
      url: "https://rerank.example/api",
      model: "rerank-v3.5",
      key: undefined,
      timeoutMs: 5000,
      attempts: 3,
      documentsPerCall: 100,
      charactersPerCall: 400_000,
      callsAtOnce: 4,
    });
    assert.deepEqual(
      [near?.name, near?.shape, near?.timeoutMs, near?.documentsPerCall],
      ["near", "tei", 900, 32],
    );
  });

  it("reads what docs/guides/rerank.md shows", () => {
    const guide = readFileSync(join(repositoryRoot(), "docs/guides/rerank.md"), "utf8");
    const [, block = ""] = /```toml\n(\[cohere\][^`]*)```/.exec(guide) ?? [];
    const names = read(block, { COHERE_KEY: secret }).map(({ name, shape }) => [name, shape]);
    assert.deepEqual(names, [
      ["cohere", "cohere"],
      ["near", "tei"],
    ]);
  });

  it("reads keys from the environment, and from a file each time, and shows none", () => {
    const path = join(folder(), "key");
    writeFileSync(path, `${secret}\n`);
    const [byFile] = read(table('model = "m"\nkeyFile = "key"'));
    const [byName] = read(table('model = "m"\nkeyEnv = "FAR_KEY"'), { FAR_KEY: secret });
    for (const config of [byFile, byName]) {
      assert.equal(config?.key?.(), secret);
      assert.ok(!(inspect(config, { depth: 9 }) + JSON.stringify(config)).includes(secret));
    }
    writeFileSync(path, "another");
    assert.equal(byFile?.key?.(), "another");
  });

  const model = 'model = "m"';
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["no TOML", `key = ${secret}`, /cannot be read as TOML/],
    ["no table", `far = "${secret}"`, /\[far\]/],
    ["a key in the text", table(`${model}\nkey = "${secret}"`), /\[far\].*"key"/],
    ["an unknown shape", table(model, "other"), /\[far\] shape/],
    ["no model", table(""), /model is missing/],
    ["a time out of range", table(`${model}\ntimeoutMs = 0`), /timeoutMs/],
    ["two keys", table(`${model}\nkeyFile = "a"\nkeyEnv = "B"`), /keep one/],
    ["a variable that is not set", table(`${model}\nkeyEnv = "NONE"`), /keyEnv/],
    ["a file that is missing", table(`${model}\nkeyFile = "none"`), /keyFile/],
    ["a key of two words", table(`${model}\nkeyEnv = "TWO"`), /more than one word/],
    ["an address of another kind", '[far]\nshape = "tei"\nurl = "ftp://a"', /\[far\] url/],
    [
      "a password in the address",
      `[far]\nshape = "tei"\nurl = "https://me:${secret}@host"`,
      /without a user/,
    ],
    [
      "a key that would travel unencrypted",
      '[far]\nshape = "tei"\nurl = "http://10.0.0.7"\nkeyEnv = "FAR_KEY"',
      /use https/,
    ],
  ];
  for (const [what, text, message] of wrong)
    it(`refuses ${what}, naming the place and no key`, () => {
      const environment = { FAR_KEY: secret, TWO: `${secret} ${secret}` };
      assert.throws(
        () => read(text, environment),
        (error) => {
          assert.ok(error instanceof SluiceError);
          assert.equal(error.reason, "INVALID_CONFIG");
          assert.match(error.message, message);
          assert.ok(!inspect(error).includes(secret), error.message);
          return true;
        },
      );
    });

  it("takes a key over plain HTTP to this machine", () => {
    const environment = { FAR_KEY: secret };
    for (const host of ["127.0.0.1:80", "localhost", "[::1]:80"])
      read(`[far]\nshape = "tei"\nurl = "http://${host}"\nkeyEnv = "FAR_KEY"`, environment);
  });
});
