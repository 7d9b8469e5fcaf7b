// The page that Sluice serves at `/`: searches, and what the server does.

import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import { createBrowserClient, SluiceHttpError } from "../browser/client.js";
import type { BrowserClient } from "../browser/client.js";
import { KeyForm, readStoredKey } from "./key-form.js";
import { collectionNames } from "./server/collections.js";
import { ServerView } from "./server/server-view.js";
import { readOptions } from "./search/options.js";
import { SearchView } from "./search/search-view.js";

function App() {
  const [key, setKey] = useState(readStoredKey);
  const [client, setClient] = useState(() => clientWith(key));
  const found = useCollections(client);
  const view = useView();
  const isShown = found.kind === "known" || (found.kind === "loading" && isAddressOfSearch);
  const changeKey = (text: string): void => {
    setKey(text);
    setClient(clientWith(text));
  };
  return (
    <>
      <header class="top">
        <h1>Sluice</h1>
        <nav>
          <a href="#" aria-current={view === "search" ? "page" : undefined}>
            search
          </a>
          <a href="#server" aria-current={view === "server" ? "page" : undefined}>
            server
          </a>
        </nav>
      </header>
      {found.kind === "lost" && (
        <p class="problem" role="alert">
          The server cannot be reached; trying again.
        </p>
      )}
      {found.kind === "needs-key" && <KeyForm wasRefused={key !== ""} onKey={changeKey} />}
      {isShown && (
        <View
          view={view}
          client={client}
          names={found.kind === "known" ? found.names : undefined}
        />
      )}
    </>
  );
}

function View({
  view,
  client,
  names,
}: {
  readonly view: "search" | "server";
  readonly client: BrowserClient;
  /** Undefined where the caller may not list them. */
  readonly names: readonly string[] | undefined;
}) {
  if (view === "server") return <ServerView client={client} />;
  if (names?.length !== 0) return <SearchView client={client} collections={names} />;
  return (
    <p class="empty">
      There is no collection yet: <code>sluice collections create notes</code>, then{" "}
      <code>sluice ingest notes FILE</code>.
    </p>
  );
}

type FoundCollections =
  | { readonly kind: "loading" | "lost" | "needs-key" }
  | { readonly kind: "known"; readonly names: readonly string[] | undefined };

const retryMs = 1000;

function useCollections(client: BrowserClient): FoundCollections {
  const [found, setFound] = useState<FoundCollections>({ kind: "loading" });
  // Before the first paint: what is shown first waits for the answer.
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const look = (): void => {
      collectionNames(client)
        .then(
          (names): FoundCollections => ({ kind: "known", names }),
          (error: unknown): FoundCollections => {
            if (!(error instanceof SluiceHttpError)) return { kind: "lost" };
            return error.status === 401
              ? { kind: "needs-key" }
              : { kind: "known", names: undefined };
          },
        )
        .then(
          (next) => {
            if (isGone) return;
            setFound(next);
            if (next.kind === "lost") timer = setTimeout(look, retryMs);
          },
          () => undefined,
        );
    };
    look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [client]);
  return found;
}

function clientWith(key: string): BrowserClient {
  return createBrowserClient(key === "" ? {} : { key });
}

function useView(): "search" | "server" {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return hash === "#server" ? "server" : "search";
}

/** It names its collection, so that the search need not wait for the list of them. */
const isAddressOfSearch = readOptions(location.search).collection !== "";

const root = document.getElementById("page");
if (root !== null) render(<App />, root);
