// What `import ... from "sluice/react"` gives: the hook of a search.

export { useSluiceSearch } from "../react/use-sluice-search.js";
export type { SluiceSearchView } from "../react/search-store.js";
