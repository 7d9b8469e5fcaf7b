// Models pulled from a hub that cuts, stalls, lies and refuses: added whole, or not at all.

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { hubDefaults } from "../../src/hub/hub-client.js";
import type { HubOptions } from "../../src/hub/hub-client.js";
import { configFiles } from "../../src/encoders/checkpoint-configs.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { addModel } from "../../src/encoders/add-model.js";
import { findKnownModel, knownModels } from "../../src/hub/known-models.js";
import { pullModel } from "../../src/hub/pull.js";
import type { PullOptions } from "../../src/hub/pull.js";
import { writeCheckpoint } from "../support/checkpoints.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { sendFile, startModelHub } from "../support/model-hub.js";
import type { HubFile, ModelHub } from "../support/model-hub.js";
import { runProgram } from "../support/program.js";

const repository = "someone/tiny-colbert";
const graph = "model.onnx";

describe("pulling a model", () => {
  const folder = useTemporaryFolder();
  let hub: ModelHub | undefined;
  afterEach(async () => {
    await hub?.close();
    hub = undefined;
  });

  async function start(): Promise<ModelHub> {
    const source = join(folder(), "source");
    writeCheckpoint(source, {
      graph: { output: "table", extra: 30522 },
      files: {
        "artifact.metadata": { query_maxlen: 32, doc_maxlen: 100, dim: 16 },
        "README.md": "---\nlicense: mit\n---\n",
        "onnx/model_quantized.onnx": "another graph",
        "pytorch_model.bin": "weights that are not wanted",
      },
    });
    hub = await startModelHub(repository, source);
    return hub;
  }

  const target = (): string => join(folder(), "pulled");
  const contentOf = (path: string): Buffer => readFileSync(join(folder(), "source", path));

  async function pull(
    options: Partial<PullOptions> = {},
    how: Partial<HubOptions> = {},
  ): Promise<string[]> {
    const { signal } = new AbortController();
    await pullModel(
      {
        repository,
        revision: "main",
        graphFile: undefined,
        configFiles,
        folder: target(),
        onBytes: () => undefined,
        ...options,
      },
      {
        ...hubDefaults,
        baseUrl: hub?.url ?? "",
        token: undefined,
        signal,
        firstPauseMs: 1,
        ...how,
      },
    );
    return readdirSync(target()).sort();
  }

  /** Meddles with the graph's first answers only. */
  function meddling(
    count: number,
    meddle: (file: HubFile, response: ServerResponse) => void,
  ): ModelHub["meddle"] {
    let left = count;
    return (file, _, response) => {
      if (file.path !== graph || left === 0) return false;
      left -= 1;
      meddle(file, response);
      return true;
    };
  }

  it("brings the modules behind a transformer, and adds them to the graph", async () => {
    const source = join(repositoryRoot(), "test/fixtures/checkpoints/cross-encoder");
    hub = await startModelHub(repository, source);
    const files = await pull();
    assert.ok(files.includes("modules.json"));
    for (const module of ["1_Pooling", "2_Dense", "3_LayerNorm", "4_Dense"]) {
      const weights = module === "1_Pooling" ? [] : ["model.safetensors"];
      assert.deepEqual(readdirSync(join(target(), module)), ["config.json", ...weights]);
    }
    const at = { source: target(), modelsFolder: join(folder(), "models"), name: "added" };
    const { manifest } = await addModel({ ...at, origin: repository, overrides: {} });
    assert.equal(manifest.head?.layers.length, 3);
  });

  it("brings what is needed, checked, and tells how far it is", async () => {
    await start();
    const seen: number[] = [];
    let total = 0;
    const files = await pull({
      onBytes(done, all) {
        seen.push(done);
        total = all;
      },
    });
    const wanted = [".commit", "README.md", "artifact.metadata", graph, "tokenizer.json"];
    assert.deepEqual(files, wanted);
    for (const file of wanted.slice(1))
      assert.deepEqual(readFileSync(join(target(), file)), contentOf(file));
    assert.equal(seen.at(-1), total);
    assert.ok(seen.every((done, i) => done >= (seen[i - 1] ?? 0)));
  });

  it("goes on where an answer was cut, as often as some bytes come", async () => {
    const { requests } = await start();
    const half = contentOf(graph).length >> 1;
    let cuts = 0;
    hub!.meddle = (file, request, response) => {
      if (file.path !== graph || (cuts += 1) > 9) return false;
      const start = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      response.statusCode = start > 0 ? 206 : 200;
      response.setHeader("content-range", `bytes ${start}-/${file.content.length}`);
      response.setHeader("content-length", file.content.length - start);
      response.write(file.content.subarray(start, start + half / 10), () => response.destroy());
      return true;
    };
    await pull();
    assert.deepEqual(readFileSync(join(target(), graph)), contentOf(graph));
    const ranges = requests.filter((one) => one.startsWith(graph));
    assert.equal(ranges.length, 10);
    assert.ok(
      ranges.slice(1).every((one) => /bytes=[1-9]\d*-$/.test(one)),
      ranges.join(),
    );
  });

  it("goes on in another call, and begins anew with another commit", async () => {
    await start();
    const controller = new AbortController();
    const stopping = pull({}, { signal: controller.signal });
    hub!.meddle = (file, _, response) => {
      if (file.path !== graph) return false;
      response.setHeader("content-length", file.content.length);
      response.write(file.content.subarray(0, 5000));
      return true;
    };
    const part = join(target(), `${graph}.part`);
    while (!existsSync(part) || statSync(part).size < 5000) await new Promise(setImmediate);
    controller.abort(new Error("enough"));
    await assert.rejects(stopping, /enough/);
    assert.ok(!existsSync(join(target(), graph)), "a part does not count");

    hub!.meddle = () => false;
    hub!.requests.length = 0;
    await pull();
    assert.deepEqual(hub!.requests, [`${graph} bytes=5000-`]);
    assert.deepEqual(readFileSync(join(target(), graph)), contentOf(graph));
    hub!.commit = "f".repeat(40);
    hub!.requests.length = 0;
    await pull();
    assert.ok(hub!.requests.includes(`${graph} whole`));
  });

  it("begins anew with a server that ignores ranges", async () => {
    await start();
    hub!.meddle = meddling(1, ({ content }, response) => {
      response.setHeader("content-length", content.length);
      response.write(content.subarray(0, 999), () => response.destroy());
    });
    const cut = hub!.meddle;
    hub!.meddle = (file, request, response) => {
      if (cut(file, request, response)) return true;
      sendFile(file.content, { headers: {} }, response);
      return true;
    };
    await pull();
    assert.deepEqual(readFileSync(join(target(), graph)), contentOf(graph));
  });

  it("takes no longer file than the hub names, and no shorter one", async () => {
    await start();
    hub!.meddle = meddling(Infinity, ({ content }, response) => {
      response.end(Buffer.concat([content, Buffer.of(1)]));
    });
    await assert.rejects(pull(), hasReason("DOWNLOAD_FAILED", /is longer than the \d+ bytes/));
    hub!.meddle = meddling(Infinity, ({ content }, response) => {
      response.end(content.subarray(0, 100));
    });
    await assert.rejects(pull(), hasReason("DOWNLOAD_FAILED", /ended at 100 of \d+ bytes/));
    assert.ok(!existsSync(join(target(), graph)));
  });

  it("asks once more for wrong bytes, then gives up", async () => {
    await start();
    const wrong = ({ content }: HubFile, response: ServerResponse): void => {
      const changed = Buffer.from(content);
      changed[1000]! ^= 1;
      response.end(changed);
    };
    hub!.meddle = meddling(1, wrong);
    await pull();
    assert.deepEqual(readFileSync(join(target(), graph)), contentOf(graph));
    rmSync(target(), { recursive: true });
    hub!.meddle = meddling(Infinity, wrong);
    await assert.rejects(
      pull(),
      hasReason("DOWNLOAD_FAILED", /checksum that differs from the hub's/),
    );
    assert.ok(!existsSync(join(target(), `${graph}.part`)));
    rmSync(target(), { recursive: true });
    hub!.meddle = (file, _, response) => {
      if (file.path !== "artifact.metadata") return false;
      response.end(file.content.toString().replace("32", "31"));
      return true;
    };
    await assert.rejects(
      pull(),
      hasReason("DOWNLOAD_FAILED", /artifact.metadata was received twice/),
    );
  });

  it("waits out overload and stalls, and names what does not pass", async () => {
    await start();
    hub!.meddle = meddling(2, (_, response) => {
      response.statusCode = 429;
      response.setHeader("retry-after", "0");
      response.end();
    });
    await pull();
    rmSync(target(), { recursive: true });
    // Nothing comes, and the connection stays.
    hub!.meddle = meddling(1, () => undefined);
    await pull({}, { stallMs: 50 });
    rmSync(target(), { recursive: true });
    for (const [status, hint] of [
      [401, /set HF_TOKEN/],
      [403, /accept the model's terms/],
      [404, /no such model/],
      [503, /answered 503/],
    ] as const) {
      hub!.meddle = meddling(Infinity, (_, response) => {
        response.statusCode = status;
        response.end();
      });
      await assert.rejects(pull(), hasReason("DOWNLOAD_FAILED", hint));
    }
    await assert.rejects(
      pull({ repository: "someone/else" }),
      hasReason("DOWNLOAD_FAILED", /answered 404/),
    );
    await assert.rejects(
      pull({ graphFile: "onnx/model.onnx" }),
      hasReason(
        "DOWNLOAD_FAILED",
        /name one of model.onnx, onnx\/model_quantized.onnx with --file/,
      ),
    );
  });

  it("says so without a network, or at an address that is no hub", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await assert.rejects(
      pull({}, { baseUrl: `http://127.0.0.1:${port}` }),
      hasReason("DOWNLOAD_FAILED", /cannot be reached \(ECONNREFUSED\); without a network/),
    );
    await start();
    const page = createServer((_, response) => response.end("<html>"));
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    const at = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    await assert.rejects(
      pull({}, { baseUrl: at }),
      hasReason("DOWNLOAD_FAILED", /did not respond like a model hub/),
    );
    page.close();
  });

  it("sends its token to the hub alone, not to where the hub sends on", async () => {
    await start();
    const elsewhere: (string | undefined)[] = [];
    const store = createServer((request, response) => {
      elsewhere.push(request.headers.authorization);
      sendFile(contentOf(graph), request, response);
    });
    await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
    const { port } = store.address() as AddressInfo;
    hub!.meddle = meddling(1, (_, response) => {
      response.statusCode = 302;
      response.setHeader("location", `http://127.0.0.1:${port}/blob`);
      response.end();
    });
    await pull({}, { token: "secret" });
    store.close();
    assert.deepEqual(elsewhere, [undefined]);
    assert.deepEqual([...new Set(hub!.tokens)], ["Bearer secret"]);
  });

  it("is a command that adds what it has pulled, and goes on after it was stopped", async () => {
    await start();
    const models = join(folder(), "models");
    mkdirSync(models);
    const at = ["--url", hub!.url, "--models-folder", models];
    const told = await runProgram(["model", "pull", repository, ...at]);
    assert.match(told, /^added tiny-colbert: late interaction, conventions of ColBERT/);
    assert.deepEqual(readdirSync(models), ["tiny-colbert"]);
    const manifest = JSON.parse(
      readFileSync(join(models, "tiny-colbert/manifest.json"), "utf8"),
    ) as {
      source: string;
      license: string;
    };
    assert.deepEqual([manifest.source, manifest.license], [`${repository}@${hub!.commit}`, "mit"]);
    await assert.rejects(runProgram(["model", "pull", "nobody-knows", ...at]), /is not known/);

    const other = ["--name", "again"];
    hub!.meddle = meddling(1, (_, response) => {
      response.statusCode = 404;
      response.end();
    });
    await assert.rejects(
      runProgram(["model", "pull", repository, ...other, ...at]),
      /answered 404/,
    );
    assert.deepEqual(readdirSync(models).sort(), [".pulling-again", "tiny-colbert"]);
    assert.match(
      await runProgram(["model", "list", "--models-folder", models]),
      /^tiny-colbert [^\n]*\n$/,
    );
    hub!.requests.length = 0;
    await runProgram(["model", "pull", repository, ...other, ...at]);
    assert.deepEqual(hub!.requests, [`${graph} whole`]);
    assert.deepEqual(readdirSync(models).sort(), ["again", "tiny-colbert"]);
  });

  it("knows models by name, in any case, and repositories by theirs", () => {
    for (const [name, { repository: known, about }] of Object.entries(knownModels)) {
      assert.match(known, /^[\w.-]+\/[\w.-]+$/);
      assert.ok(about !== "");
      assert.equal(findKnownModel(name.toUpperCase())?.repository, known);
    }
    assert.equal(findKnownModel("someone/some.thing")?.repository, "someone/some.thing");
    assert.equal(findKnownModel("../etc"), undefined);
    assert.equal(findKnownModel("a/b/c"), undefined);
  });

  it("refuses a model that there is no room for", async () => {
    await start();
    writeFileSync(join(folder(), "room"), "");
    const huge = { type: "file", path: graph, size: 2 ** 52, oid: "a".repeat(40) };
    const tokenizer = { ...huge, path: "tokenizer.json", size: 1 };
    const page = createServer((request, response) => {
      const isTree = request.url?.includes("/tree/") === true;
      response.end(JSON.stringify(isTree ? [huge, tokenizer] : { sha: "a".repeat(40) }));
    });
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    await assert.rejects(
      pull({}, { baseUrl }),
      hasReason("DISK_FULL", /the model has 4503599627370497/),
    );
    page.close();
  });
});
