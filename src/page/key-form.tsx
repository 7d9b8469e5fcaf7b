// Asks for a key where the server needs one. It stays in this tab.

import { useState } from "preact/hooks";

const storedAs = "sluice-key";

export function readStoredKey(): string {
  return sessionStorage.getItem(storedAs) ?? "";
}

export function KeyForm({
  wasRefused,
  onKey,
}: {
  readonly wasRefused: boolean;
  readonly onKey: (key: string) => void;
}) {
  const [text, setText] = useState("");
  const send = (event: Event): void => {
    event.preventDefault();
    sessionStorage.setItem(storedAs, text);
    onKey(text);
  };
  return (
    <form class="key" onSubmit={send}>
      <label>
        <span>
          {wasRefused ? "the server refused the key; another one" : "this server needs a key"}
        </span>
        <input
          type="password"
          autocomplete="current-password"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <button type="submit">use it</button>
    </form>
  );
}
