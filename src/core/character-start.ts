// Places in a text that cut no character in two.

/** The index, or the one before it when it is between the two units of a surrogate pair. */
export function characterStart(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  const before = text.charCodeAt(index - 1);
  const isInside = unit >= 0xdc00 && unit < 0xe000 && before >= 0xd800 && before < 0xdc00;
  return isInside ? index - 1 : index;
}
