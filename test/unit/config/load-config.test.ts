// Precedence of the four sources, and errors that name option, value, range and source.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SluiceError } from "../../../src/core/errors.js";
import {
  defaultServerAddress,
  loadConfig,
  serverAddress,
  terminalPreference,
} from "../../../src/config/load-config.js";
import type { ConfigInputs } from "../../../src/config/load-config.js";
import { options } from "../../../src/config/option-table.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

describe("loadConfig", () => {
  const folder = useTemporaryFolder();
  const file = (text: string): string => {
    const path = join(folder(), "sluice.toml");
    writeFileSync(path, text);
    return path;
  };

  it("takes defaults when nothing is given, and says so", () => {
    const { config, provenance } = load({});
    assert.equal(config.host, "127.0.0.1");
    assert.equal(config.search.sketchPoolSize, 256);
    assert.equal(config.ingest.flushBytes, 8 * 1024 * 1024);
    assert.equal(config.data, resolve("sluice-data"));
    assert.deepEqual(
      [...provenance.keys()],
      options.map(({ name }) => name),
    );
    assert.ok([...provenance.values()].every(({ kind }) => kind === "default"));
  });

  it("takes flags before environment before file before defaults", () => {
    const path = file("grpcPort = 1\nhttpPort = 11\n[search]\nsketchPoolSize = 1");
    const environment = { SLUICE_GRPC_PORT: "2", SLUICE_HTTP_PORT: "12" };
    const { config, provenance } = load({ file: path, environment, flags: { grpcPort: "3" } });
    assert.deepEqual(
      [config.grpcPort, config.httpPort, config.search.sketchPoolSize, config.shutdownGraceMs],
      [3, 12, 1, 25_000],
    );
    assert.deepEqual(provenance.get("grpcPort"), { kind: "flag", flag: "--grpc-port" });
    assert.deepEqual(provenance.get("httpPort"), {
      kind: "environment",
      variable: "SLUICE_HTTP_PORT",
    });
    assert.deepEqual(provenance.get("search.sketchPoolSize"), { kind: "file", path });
  });

  it("finds the file through SLUICE_CONFIG, but --config comes first", () => {
    const environment = { SLUICE_CONFIG: file("grpcPort = 5") };
    assert.equal(load({ environment }).config.grpcPort, 5);
    const other = join(folder(), "other.toml");
    writeFileSync(other, "grpcPort = 6");
    assert.equal(load({ environment, file: other }).config.grpcPort, 6);
  });

  it("takes paths in a file from the file's folder", () => {
    const { config } = load({ file: file('data = "here"\n[tls]\ncert="c.pem"\nkey="k.pem"') });
    assert.equal(config.data, join(folder(), "here"));
    assert.equal(config.tls.cert, join(folder(), "c.pem"));
    assert.equal(config.tls.clientCa, "");
  });

  it("reads sizes with units", () => {
    const flags = { "ingest.flushBytes": "512KiB" };
    assert.equal(load({ flags }).config.ingest.flushBytes, 512 * 1024);
    const path = file('[ingest]\nflushBytes = "1 MiB"');
    assert.equal(load({ file: path }).config.ingest.flushBytes, 1024 * 1024);
  });

  it("gives a configuration that nothing can change", () => {
    const { config } = load({});
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.search));
  });

  it("ignores what Kubernetes sets for a service of our name", () => {
    const environment = {
      SLUICE_SERVICE_HOST: "10.0.0.1",
      SLUICE_SERVICE_PORT_GRPC: "7311",
      SLUICE_PORT: "tcp://10.0.0.1:7311",
      SLUICE_PORT_7311_TCP_ADDR: "10.0.0.1",
    };
    assert.equal(load({ environment }).config.grpcPort, 7311);
  });

  const wrong: readonly (readonly [string, Partial<ConfigInputs>, RegExp])[] = [
    [
      "a flag out of range",
      { flags: { grpcPort: "70000" } },
      /grpcPort is "70000" \(from --grpc-port\); expected a number from 0 to 65535/,
    ],
    [
      "a variable that is no number",
      { environment: { SLUICE_SEARCH_LEXICAL_WEIGHT: "0x1" } },
      /search\.lexicalWeight is "0x1" \(from SLUICE_SEARCH_LEXICAL_WEIGHT\)/,
    ],
    [
      "an empty variable",
      { environment: { SLUICE_KERNEL: "" } },
      /kernel is "" .*expected auto, avx512/,
    ],
    [
      "a fraction where a whole number is wanted",
      { flags: { scoringWorkers: "1.5" } },
      /scoringWorkers is "1\.5"/,
    ],
    ["an unknown choice", { flags: { kernel: "sse" } }, /kernel is "sse" \(from --kernel\)/],
    [
      "a misspelt variable",
      { environment: { SLUICE_GRPC_PRT: "1" } },
      /unknown environment variable SLUICE_GRPC_PRT; did you mean SLUICE_GRPC_PORT\?/,
    ],
    [
      "two faults at once, both named",
      { flags: { grpcPort: "-1", httpPort: "x" } },
      /grpcPort is "-1".*; httpPort is "x"/,
    ],
    [
      "one port for both",
      { flags: { grpcPort: "99", httpPort: "99" } },
      /httpPort is 99, the same as grpcPort/,
    ],
    ["a key without its certificate", { flags: { "tls.key": "k" } }, /tls\.cert is missing/],
    ["a file that is not there", { file: "/none.toml" }, /\/none\.toml: ENOENT/],
  ];
  for (const [name, inputs, message] of wrong) {
    it(`refuses ${name}`, () => refuses(inputs, message));
  }

  it("refuses unknown keys and wrong types of a file, naming the file", () => {
    refuses(
      { file: file("[search]\nsketchPoolsize = 3") },
      /unknown option "search\.sketchPoolsize" in .*sluice\.toml; did you mean search\.sketchPoolSize\?/,
    );
    refuses({ file: file('grpcPort = "80"') }, /grpcPort is "80" \(from .*sluice\.toml\)/);
    refuses({ file: file("search = 3") }, /unknown option "search"/);
    refuses({ file: file("grpcPort = = 1") }, /sluice\.toml:1:\d+/);
  });
});

describe("serverAddress", () => {
  it("is the default port of this machine unless SLUICE_SERVER names another", () => {
    assert.equal(serverAddress({}), "127.0.0.1:7311");
    assert.equal(defaultServerAddress(), "127.0.0.1:7311");
    assert.equal(serverAddress({ SLUICE_SERVER: "search:80" }), "search:80");
  });
});

describe("terminalPreference", () => {
  it("follows NO_COLOR first, then FORCE_COLOR, then the kind of terminal", () => {
    const colors = (environment: Readonly<Record<string, string>>): string =>
      terminalPreference(environment).colors;
    assert.equal(colors({}), "terminal");
    assert.equal(colors({ NO_COLOR: "1", FORCE_COLOR: "1" }), "never");
    assert.equal(colors({ NO_COLOR: "", FORCE_COLOR: "1" }), "always");
    assert.equal(colors({ FORCE_COLOR: "0" }), "never");
    assert.equal(colors({ TERM: "dumb" }), "never");
    assert.equal(terminalPreference({ TERM: "dumb" }).canRedraw, false);
  });
});

function load(inputs: Partial<ConfigInputs>): ReturnType<typeof loadConfig> {
  return loadConfig({ flags: {}, environment: {}, ...inputs });
}

function refuses(inputs: Partial<ConfigInputs>, message: RegExp): void {
  assert.throws(
    () => load(inputs),
    (error) =>
      error instanceof SluiceError &&
      error.reason === "INVALID_CONFIG" &&
      message.test(error.message),
  );
}
