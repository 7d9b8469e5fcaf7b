// What `import ... from "sluice/browser"` gives: the client over fetch, without dependencies.

export { createBrowserClient, SluiceHttpError, StreamCutError } from "../browser/client.js";
export type { BrowserCallOptions, BrowserClient, BrowserClientOptions } from "../browser/client.js";
export type * from "../browser/types.js";
