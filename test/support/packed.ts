// The npm package as a user gets it: packed, extracted into an empty project, and with exactly the
// dependencies that it declares.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

export interface PackedProject {
  /** A folder with `node_modules/sluice` from the packed file. */
  readonly folder: string;
  readonly tarball: string;
  /** The package's own folder. */
  readonly packageFolder: string;
  /** Paths of the packed files, from the package's folder. */
  readonly files: readonly string[];
  /** Names of the packages that it depends on. */
  readonly dependencies: readonly string[];
  /** Of the packed file. */
  readonly byteCount: number;
  remove(): void;
}

/**
 * `make package-files` has run. Dependencies are links to the packages of this checkout, so that
 * nothing is installed; the packages of `others` stand beside them.
 */
export function packProject(others: readonly string[] = []): PackedProject {
  const root = repositoryRoot();
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const output = execFileSync("npm", pack, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(output) as [
    {
      readonly filename: string;
      readonly size: number;
      readonly files: { readonly path: string }[];
    },
  ];
  const tarball = join(folder, packed.filename);
  const packageFolder = join(folder, "node_modules/sluice");
  mkdirSync(packageFolder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components", "1", "-C", packageFolder]);
  const { dependencies } = JSON.parse(
    readFileSync(join(packageFolder, "package.json"), "utf8"),
  ) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), ...others]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  // As npm does when it installs.
  const main = join(packageFolder, "build/src/cli/main.js");
  chmodSync(main, 0o755);
  mkdirSync(join(folder, "node_modules/.bin"));
  symlinkSync(main, join(folder, "node_modules/.bin/sluice"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return {
    folder,
    tarball,
    packageFolder,
    files: packed.files.map(({ path }) => path),
    dependencies: Object.keys(dependencies),
    byteCount: packed.size,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
