// Texts from outside on their way to a terminal, which obeys the sequences that they may hold.

/** Control characters but line feeds and tabs, and characters that reorder what follows them. */
const unsafe = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** The text with a blank for each of them; a line may end by CR and LF. O(text). */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(unsafe, " ");
}

/** The same lines of JSON, in which these characters are escaped. */
export function printableJson(lines: string): string {
  return lines.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
