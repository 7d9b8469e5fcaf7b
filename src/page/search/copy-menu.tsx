// The search of the page as a command or a program.

import { useState } from "preact/hooks";

import type { SearchRequestJson } from "../../browser/types.js";

export function CopyMenu({ request }: { readonly request: SearchRequestJson | undefined }) {
  const [copied, setCopied] = useState<string | undefined>();
  if (request === undefined) return null;
  const copy = (name: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(`${name} is in the clipboard`),
      () => setCopied("the browser does not let the page copy"),
    );
  };
  return (
    <div class="copy" role="group" aria-label="copy this search">
      <span>copy as</span>
      {Object.entries(forms).map(([name, form]) => (
        <button type="button" key={name} onClick={() => copy(name, form(request, location.origin))}>
          {name}
        </button>
      ))}
      <button type="button" onClick={() => copy("the address", location.href)}>
        address
      </button>
      <output>{copied}</output>
    </div>
  );
}

const forms: Readonly<Record<string, (request: SearchRequestJson, origin: string) => string>> = {
  curl: (request, origin) => {
    const { address, body } = partsOf(request, origin);
    return `curl -N ${quoted(address)} -H 'accept: text/event-stream' -H 'content-type: application/json' -d ${quoted(body)}`;
  },
  TypeScript: (request, origin) => {
    const { address, body } = partsOf(request, origin);
    return `const response = await fetch(${JSON.stringify(address)}, {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json" },
  body: JSON.stringify(${body}),
});
console.log(await response.json());
`;
  },
  Python: (request, origin) => {
    const { address, body } = partsOf(request, origin);
    return `import json, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(address)},
    data=json.loads(${JSON.stringify(JSON.stringify(body))}).encode(),
    headers={"content-type": "application/json", "accept": "application/json"},
)
print(json.load(urllib.request.urlopen(request)))
`;
  },
};

function partsOf(
  { collection, ...request }: SearchRequestJson,
  origin: string,
): { readonly address: string; readonly body: string } {
  return {
    address: `${origin}/v1/collections/${encodeURIComponent(collection)}:search`,
    body: JSON.stringify(request),
  };
}

/** For a shell of POSIX. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
