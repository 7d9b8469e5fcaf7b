// Holds package.json to its rules: exact versions, a reason for each package, and a use.

import assert from "node:assert/strict";
import { packageDoors } from "./doors.js";
import { importsIn, importsOf, readText, repositoryFiles, sourceFiles } from "./tree.js";

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const { dependencies, devDependencies } = JSON.parse(readText("package.json")) as PackageJson;

describe("dependencies", () => {
  it("are pinned to exact versions", () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    assert.deepEqual(loose, []);
  });

  it("each have a line with a reason in ARCHITECTURE.md, and no line outlives its package", () => {
    assert.ok(repositoryFiles.includes("ARCHITECTURE.md"));
    const lines = [...section("ARCHITECTURE.md", "## Dependencies").matchAll(/^\|(.*)\|$/gm)];
    const explained = lines.flatMap(([, row = ""]) => {
      const [names = "", reason = ""] = row.split("|").slice(0, 2);
      return reason.trim() === "" ? [] : [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    });
    assert.deepEqual(
      explained.sort(),
      [...Object.keys(dependencies), ...Object.keys(devDependencies)].sort(),
    );
  });

  it("are those of the program, without what the build puts into its files", () => {
    const installed = new Set<string>();
    const bundled = new Set<string>();
    for (const path of sourceFiles.filter((file) => /^src\/(?!page\/)/.test(file)))
      for (const name of valueImportsOf(path))
        (path.endsWith(".bundle.ts") ? bundled : installed).add(name);
    const wanted = [...installed].filter((name) => name !== "react" && name !== "typescript");
    assert.deepEqual(wanted.sort(), Object.keys(dependencies).sort());
    assert.deepEqual(
      [...bundled].filter((name) => devDependencies[name] === undefined),
      [],
    );
  });

  for (const name of Object.keys(dependencies)) {
    it(`${name} is used behind its door`, () => {
      const doors = packageDoors[name];
      assert.ok(doors !== undefined, "every dependency has a door in test/tidy/doors.ts");
      assert.ok(
        filesIn(doors).some((path) => importsOf(path).includes(name)),
        "nobody uses it",
      );
    });
  }
});

/** Packages that a file still imports when it is compiled. */
function valueImportsOf(path: string): string[] {
  const text = readText(path).replace(/^(im|ex)port type [^;]*;/gm, "");
  return importsIn(path, text).filter((name) => !/^(node:|src\/)/.test(name));
}

function filesIn(folders: readonly string[]): string[] {
  return [...sourceFiles, ...repositoryFiles.filter((path) => path.startsWith("src/gen/"))].filter(
    (path) => path.endsWith(".ts") && folders.some((folder) => path.startsWith(`src/${folder}/`)),
  );
}

/** The text from a heading to the next of its kind. */
function section(document: string, heading: string): string {
  const text = readText(document);
  const start = text.indexOf(`${heading}\n`);
  assert.notEqual(start, -1, `${document} has a section "${heading}"`);
  const end = text.indexOf("\n## ", start + heading.length);
  return text.slice(start, end === -1 ? undefined : end);
}
