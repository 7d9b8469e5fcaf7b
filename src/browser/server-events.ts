// Server-Sent Events from the body of a fetch. EventSource cannot send a body or a key, and repeats
// a search whenever its connection ends.

export interface ReceivedEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Complete events in order; an event that the end of the body cuts off is not yielded. Leaving the
 * loop cancels the body. Source: HTML Standard, section 9.2.6.
 */
export async function* serverEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ReceivedEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "" && data.length > 0)
          yield { event: event === "" ? "message" : event, data: data.join("\n") };
        if (line === "") [event, data] = ["", []];
        else if (line.startsWith("event:")) event = valueOf(line);
        else if (line.startsWith("data:")) data.push(valueOf(line));
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One space after the colon does not belong to the value. */
function valueOf(line: string): string {
  return line.slice(line.indexOf(":") + 1).replace(/^ /, "");
}
