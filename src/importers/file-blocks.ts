// Reads a file as blocks of UTF-8, whatever its compression and encoding.

import type { ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";

import { SluiceError } from "../core/errors.js";
import { InputError, messageOf } from "./input-error.js";

export interface FileOptions {
  /**
   * Label of the WHATWG Encoding Standard, such as `windows-1252` or `shift_jis`. Without it, a byte
   * order mark decides between UTF-8 and UTF-16, and UTF-8 is the default.
   */
  readonly encoding?: string | undefined;
  /** Receives the number of bytes of each block of the file as it is stored. */
  readonly onBytes?: ((byteCount: number) => void) | undefined;
}

const blockBytes = 1 << 18;

/**
 * The content as UTF-8 without a byte order mark. Gzip is detected by the first bytes. UTF-8 is
 * passed on unchecked; text of another encoding is checked and converted, and the iteration throws
 * what the decoder throws. Throws INVALID_INPUT_FILE when the file cannot be opened or the encoding
 * is unknown. Stopping early closes the file. Holds one block in memory.
 */
export async function* readBlocks(
  path: string,
  options: FileOptions = {},
): AsyncGenerator<Buffer, void, void> {
  const declared = options.encoding === undefined ? undefined : createDecoder(options.encoding);
  const file = await openFile(path);
  try {
    let decoder: Decoder | undefined;
    let isFirst = true;
    const { raw, blocks } = await openStreams(file);
    let byteCount = 0;
    for await (const block of blocks) {
      options.onBytes?.(raw.bytesRead - byteCount);
      byteCount = raw.bytesRead;
      const mark = isFirst ? byteOrderMark(block) : undefined;
      if (isFirst) decoder = declared ?? mark?.decoder;
      isFirst = false;
      if (decoder !== undefined) yield Buffer.from(decoder.decode(block, { stream: true }));
      else yield mark === undefined ? block : block.subarray(mark.byteCount);
    }
    if (decoder !== undefined) yield Buffer.from(decoder.decode());
  } finally {
    await file.close();
  }
}

export interface Decoder {
  /** Throws TypeError when the bytes are not of the encoding. Without bytes: the end of the text. */
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string;
}

/** Throws INVALID_INPUT_FILE for a label that is not of the Encoding Standard. */
export function createDecoder(label: string): Decoder {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    if (decoder.encoding !== "windows-1252") return decoder;
    return {
      // Some versions of Node decode it as ISO 8859-1, where these bytes are control characters.
      decode: (bytes, options) =>
        decoder
          .decode(bytes, options)
          .replaceAll(/[\u0080-\u009f]/g, (control) =>
            westernCharacters.charAt(control.charCodeAt(0) - 0x80),
          ),
    };
  } catch (cause) {
    const fault = `the encoding ${JSON.stringify(label)} is unknown; use a label such as utf-8, utf-16le, windows-1252 or shift_jis`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
}

/** Those of windows-1252 from 0x80 to 0x9f. */
const westernCharacters = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** The mark at the start of a file; UTF-8 has no decoder, since it is not converted. */
function byteOrderMark(
  bytes: Uint8Array,
): { readonly byteCount: number; readonly decoder?: Decoder } | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { byteCount: 3 };
  if (first === 0xff && second === 0xfe)
    return { byteCount: 2, decoder: createDecoder("utf-16le") };
  if (first === 0xfe && second === 0xff)
    return { byteCount: 2, decoder: createDecoder("utf-16be") };
  return undefined;
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw new InputError(path, "is a folder, expected a file");
    }
    return file;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new InputError(path, `cannot be opened: ${messageOf(cause)}`, cause);
  }
}

async function openStreams(
  file: FileHandle,
): Promise<{ readonly raw: ReadStream; readonly blocks: AsyncIterable<Buffer> }> {
  const magic = Buffer.alloc(2);
  const { bytesRead } = await file.read(magic, 0, 2, 0);
  const raw = file.createReadStream({ start: 0, autoClose: false, highWaterMark: blockBytes });
  if (bytesRead < 2 || magic.readUInt16BE(0) !== 0x1f8b) return { raw, blocks: raw };
  const gunzip = createGunzip({ chunkSize: blockBytes });
  raw.on("error", (error) => gunzip.destroy(error));
  gunzip.on("close", () => raw.destroy());
  return { raw, blocks: raw.pipe(gunzip) };
}
