// Compiles a TypeScript block of a document as a file at the root of the checkout.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * Type-checks `text` with the project's settings and writes its JavaScript to `outFolder`, which
 * contains the compiled sources. Returns the path of that file; throws the compiler's messages.
 */
export function compileBlock(
  text: string,
  place: { readonly root: string; readonly outFolder: string; readonly name: string },
): string {
  const { root, outFolder, name } = place;
  const source = join(root, `${name}.ts`);
  const out = join(outFolder, `${name}.js`);
  const options: ts.CompilerOptions = {
    ...projectOptions(root),
    noEmit: false,
    incremental: false,
    // Samples may declare values without using them.
    noUnusedLocals: false,
    sourceMap: false,
  };
  delete options.tsBuildInfoFile;
  const standard = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...standard,
    fileExists: (path) => path === source || standard.fileExists(path),
    readFile: (path) => (path === source ? text : standard.readFile(path)),
    getSourceFile: (path, ...rest) =>
      path === source
        ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023)
        : standard.getSourceFile(path, ...rest),
  };
  const program = ts.createProgram([source], options, host);
  const file = program.getSourceFile(source);
  const problems = ts.getPreEmitDiagnostics(program, file);
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, formatHost(root)));
  program.emit(file, (_, javaScript) => writeFileSync(out, javaScript));
  return out;
}

function projectOptions(root: string): ts.CompilerOptions {
  const path = join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root)
    .options;
}

function formatHost(root: string): ts.FormatDiagnosticsHost {
  return {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
}
