// Server-Sent Events as a page receives them.

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** The events of a whole stream; comments are left out. */
export function eventsOf(text: string): ServerEvent[] {
  const blocks = text.split("\n\n").filter((block) => block !== "" && !block.startsWith(":"));
  return blocks.map((block) => {
    const values = new Map(
      block
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
    );
    const value = (name: string): string => values.get(name) ?? "";
    return { id: value("id"), event: value("event"), data: value("data") };
  });
}
