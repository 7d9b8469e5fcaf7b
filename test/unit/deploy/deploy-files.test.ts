// The files in deploy/ name options, ports, paths and commands that exist, and allow the time that a
// stop takes.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { parse } from "smol-toml";
import { parseAllDocuments } from "yaml";

import { createProgram } from "../../../src/cli/program.js";
import { createContext } from "../../../src/cli/context.js";
import { loadConfig, otherVariables } from "../../../src/config/load-config.js";
import { options } from "../../../src/config/option-table.js";
import { repositoryRoot } from "../../../src/core/paths.js";

const root = repositoryRoot();
const deploy = join(root, "deploy");
const { config } = loadConfig({ flags: {}, environment: {} });
/** Drain of a server that is not on loopback, grace, and the time for closing. */
const stopSeconds = (5000 + config.shutdownGraceMs + config.shutdownLastResortMs) / 1000;

const files = readdirSync(deploy, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/grafana|prometheus/.test(entry.parentPath))
  .map((entry) => join(entry.parentPath, entry.name));
const text = (name: string): string => readFileSync(join(deploy, name), "utf8");

describe("the files in deploy/", () => {
  it("set variables that the server knows", () => {
    const known = new Set(
      [...options, ...otherVariables.map(({ name }) => ({ variable: name }))].map(
        ({ variable }) => variable,
      ),
    );
    for (const file of files)
      for (const [variable] of readFileSync(file, "utf8").matchAll(/\bSLUICE_[A-Z0-9_]+\b/g))
        assert.ok(known.has(variable), `${file}: ${variable}`);
  });

  it("start commands that exist, with options that they have", () => {
    const program = createProgram(createContext());
    const calls = files.flatMap((file) => commandsIn(readFileSync(file, "utf8")));
    assert.ok(calls.length >= 4, "each way to start one is found");
    for (const [name = "", ...rest] of calls) {
      const command = program.commands.find((one) => one.name() === name);
      assert.ok(command, `there is a command ${name}`);
      for (const flag of rest.filter((word) => word.startsWith("--")))
        assert.ok(
          command.options.some(({ long }) => long === flag),
          `${name} has ${flag}`,
        );
    }
  });

  it("open the default ports and no others", () => {
    const ports = [config.grpcPort, config.httpPort].map(String);
    for (const name of [
      "Dockerfile",
      "compose.yaml",
      "kubernetes/service.yaml",
      "kubernetes/statefulset.yaml",
    ])
      for (const port of ports) assert.ok(text(name).includes(port), `${name}: ${port}`);
    for (const file of files)
      for (const [port] of readFileSync(file, "utf8").matchAll(/\b73\d\d\b/g))
        assert.ok(ports.includes(port), `${file}: ${port}`);
  });

  it("are the sources of the image and of the unit", () => {
    assert.match(text("Dockerfile"), /deploy\/image-root/);
    for (const [, path = ""] of text("Dockerfile").matchAll(/"\/opt\/sluice\/([^"]+)"/g))
      assert.ok(existsSync(join(root, path)), path);
    for (const [, path = ""] of text("systemd/sluice.service").matchAll(
      /\/opt\/sluice\/([\w./]+)/g,
    ))
      assert.ok(existsSync(join(root, path)), path);
  });

  it("wait until a stop has ended before they kill", () => {
    const [compose] = documentsOf("compose.yaml");
    const [set] = documentsOf("kubernetes/statefulset.yaml");
    const waits = [
      Number.parseInt(String(at(compose, "services.sluice.stop_grace_period")), 10),
      Number(at(set, "spec.template.spec.terminationGracePeriodSeconds")),
      Number(/^TimeoutStopSec=(\d+)$/m.exec(text("systemd/sluice.service"))?.[1]),
    ];
    for (const seconds of waits) assert.ok(seconds > stopSeconds, `${seconds} s`);
  });

  it("give a server neither root nor capabilities nor a writable root", () => {
    const [compose] = documentsOf("compose.yaml");
    assert.deepEqual(at(compose, "services.sluice.cap_drop"), ["ALL"]);
    assert.equal(at(compose, "services.sluice.read_only"), true);
    assert.match(text("Dockerfile"), /^USER 10001:10001$/m);
    for (const [file, path] of [
      ["kubernetes/statefulset.yaml", "spec.template.spec"],
      ["kubernetes/backup.yaml", "spec.jobTemplate.spec.template.spec"],
    ] as const) {
      const [manifest] = documentsOf(file);
      assert.equal(at(manifest, `${path}.securityContext.runAsNonRoot`), true);
      assert.equal(
        at(manifest, `${path}.containers.0.securityContext.readOnlyRootFilesystem`),
        true,
      );
      assert.deepEqual(at(manifest, `${path}.containers.0.securityContext.capabilities.drop`), [
        "ALL",
      ]);
    }
  });

  it("have configurations that load", () => {
    const [map] = documentsOf("kubernetes/config.yaml");
    for (const toml of [text("systemd/sluice.toml"), String(at(map, "data", "sluice.toml"))])
      for (const name of namesIn(uncommented(toml)))
        assert.ok(
          options.some((option) => option.name === name),
          name,
        );
  });

  it("list every manifest in the kustomization", () => {
    const [kustomization] = documentsOf("kubernetes/kustomization.yaml");
    const listed = at(kustomization, "resources");
    const manifests = readdirSync(join(deploy, "kubernetes")).filter(
      (name) => name !== "kustomization.yaml",
    );
    assert.deepEqual([...(listed as string[])].sort(), manifests.sort());
  });
});

/** The words of each `sluice` command: of arrays, of ExecStart and of args. */
function commandsIn(source: string): string[][] {
  const lists = [/^CMD \[(.+)\]$/gm, /args: \[(.+)\]$/gm].flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, list = ""]) => list.replaceAll(/["]/g, "").split(/, */)),
  );
  const lines = [...source.matchAll(/main\.js (.+)$/gm)].map(([, line = ""]) => line.split(" "));
  return [...lists, ...lines];
}

function documentsOf(name: string): unknown[] {
  return parseAllDocuments(text(name)).map((document) => {
    assert.deepEqual(document.errors, [], name);
    return document.toJS() as unknown;
  });
}

function at(value: unknown, path: string, ...rest: string[]): unknown {
  let inner = value;
  for (const key of [...path.split("."), ...rest]) inner = (inner as Record<string, unknown>)[key];
  return inner;
}

/** With the options that are shown as comments. */
function uncommented(toml: string): string {
  return toml.replaceAll(/^# (\w+ = )/gm, "$1");
}

function namesIn(toml: string): string[] {
  return Object.entries(parse(toml)).flatMap(([name, value]) =>
    typeof value === "object" ? Object.keys(value).map((key) => `${name}.${key}`) : [name],
  );
}
