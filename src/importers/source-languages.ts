// Languages of source files, by the endings of their names.

const endings: Readonly<Record<string, string>> = {
  c: "c h",
  cpp: "cc cpp cxx hh hpp hxx ipp",
  csharp: "cs",
  clojure: "clj cljs",
  css: "css scss less",
  dart: "dart",
  elixir: "ex exs",
  erlang: "erl hrl",
  fsharp: "fs fsi",
  go: "go",
  haskell: "hs",
  java: "java",
  javascript: "js jsx mjs cjs",
  julia: "jl",
  kotlin: "kt kts",
  lua: "lua",
  nim: "nim",
  objectivec: "m mm",
  ocaml: "ml mli",
  perl: "pl pm",
  php: "php",
  proto: "proto",
  python: "py pyi",
  r: "r",
  ruby: "rb",
  rust: "rs",
  scala: "scala",
  shell: "sh bash zsh",
  solidity: "sol",
  sql: "sql",
  svelte: "svelte",
  swift: "swift",
  terraform: "tf",
  toml: "toml",
  typescript: "ts tsx mts cts",
  vue: "vue",
  yaml: "yaml yml",
  zig: "zig",
};

const languages: ReadonlyMap<string, string> = new Map(
  Object.entries(endings).flatMap(([language, list]) =>
    list.split(" ").map((ending) => [ending, language] as const),
  ),
);

/** Undefined for a file whose name ends otherwise. */
export function languageOf(name: string): string | undefined {
  const [, ending = ""] = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase()) ?? [];
  return languages.get(ending);
}
