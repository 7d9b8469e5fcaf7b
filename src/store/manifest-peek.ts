// Reads a collection's manifest out of LMDB's file without LMDB: nothing is mapped, locked or made,
// a foreign file stays as it is, and damage is an answer where LMDB would end the process.
//
// What is known here of LMDB's file is that of lmdb 3.5, little-endian. A page begins with its
// number (u64), a transaction (u64), padding (u16), flags (u16) and the ends of its free space (2
// u16, from the end of the header); then come the places of its nodes (u16 each, from the end of
// the header).

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { metaAt, readMeta } from "./environment-file.js";

/**
 * manifest: the framed value, unchecked. none: an LMDB file that holds none, as one does that
 * nothing was committed to. unusable: `why` says what is wrong, after "data.mdb".
 */
export type PeekedManifest =
  | { readonly kind: "manifest"; readonly framed: Buffer }
  | { readonly kind: "none" }
  | { readonly kind: "absent" }
  | { readonly kind: "unusable"; readonly why: string };

const headerBytes = 24;
const pageFlags = { branch: 1, leaf: 2, overflow: 4 } as const;
const nodeFlags = { bigData: 1, subDatabase: 2 } as const;
const nodeHeaderBytes = 8;
/** Of the record of a database in a node of the main one, and the place of its root within it. */
const databaseAt = { root: 40, end: 48 } as const;
const noPage = 0xffff_ffff_ffff_ffffn;
/** Of the trees that are searched: a collection's have a page or two. */
const pageCountMax = 64;
/** A manifest that claims to be larger is damage. */
const valueBytesMax = 64 * 2 ** 20;

/** `file`: path of a data.mdb that no process writes to. Reads a few pages. */
export function peekManifest(file: string): PeekedManifest {
  let descriptor;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT") return { kind: "absent" };
    if (code === "ELOOP") return { kind: "unusable", why: "is a link" };
    return { kind: "unusable", why: `cannot be opened (${code})` };
  }
  try {
    return peek(descriptor);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { kind: "unusable", why: error.message };
  } finally {
    closeSync(descriptor);
  }
}

/** Stays within this file. */
class Unusable extends Error {}

function peek(file: number): PeekedManifest {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new Unusable("is not a file");
  if (stat.size === 0) throw new Unusable("is empty");
  const meta = readMeta(file);
  if (meta === undefined) throw new Unusable("does not begin as LMDB's file does");
  const pages: Pages = { file, pageSize: meta.pageSize, readCount: 0 };
  const mainRoot = meta.page.readBigUInt64LE(metaAt.mainRoot);
  let manifestRoot: bigint | undefined;
  for (const { key, data, flags } of leafNodes(pages, mainRoot)) {
    if ((flags & nodeFlags.subDatabase) === 0 || data.length < databaseAt.end) continue;
    const root = data.readBigUInt64LE(databaseAt.root);
    // Also of the other databases: where a file was cut off, LMDB would look for them in zeros.
    if (root !== noPage) readPage(pages, root);
    if (key === "manifest") manifestRoot = root;
  }
  if (manifestRoot === undefined) return { kind: "none" };
  for (const { key, data } of leafNodes(pages, manifestRoot))
    if (key === "manifest") return { kind: "manifest", framed: data };
  return { kind: "none" };
}

interface Pages {
  readonly file: number;
  readonly pageSize: number;
  readCount: number;
}

interface LeafNode {
  readonly key: string;
  readonly data: Buffer;
  readonly flags: number;
}

/**
 * Nodes of the leaves below a root, in order. A tree of more pages than `pageCountMax` is cut off.
 */
function* leafNodes(pages: Pages, root: bigint): Generator<LeafNode, void, void> {
  const open = root === noPage ? [] : [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (pages.readCount >= pageCountMax) return;
    const page = readPage(pages, next);
    const isLeaf = (page.readUInt16LE(18) & pageFlags.leaf) !== 0;
    const nodeCount = page.readUInt16LE(20) >> 1;
    const children: bigint[] = [];
    for (let i = 0; i < nodeCount; i += 1) {
      const node = nodeOf(page, i);
      if (isLeaf) yield readLeafNode(pages, node);
      else children.push(childOf(node));
    }
    open.push(...children.reverse());
  }
}

/** A page of a tree. */
function readPage(pages: Pages, number: bigint): Buffer {
  const page = readBytes(pages, { number, byteLength: pages.pageSize });
  const flags = page.readUInt16LE(18);
  const isTree = (flags & (pageFlags.branch | pageFlags.leaf)) !== 0;
  if (page.readBigUInt64LE(0) !== number || !isTree)
    throw new Unusable(`lacks what belongs on its page ${number}`);
  if (headerBytes + page.readUInt16LE(20) > page.length)
    throw new Unusable(`has a damaged page ${number}`);
  return page;
}

function readBytes(
  pages: Pages,
  { number, byteLength }: { readonly number: bigint; readonly byteLength: number },
): Buffer {
  pages.readCount += 1;
  const at = number * BigInt(pages.pageSize);
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unusable(`speaks of a page ${number}`);
  // Zeros where the file ends before it.
  const bytes = Buffer.alloc(byteLength);
  readSync(pages.file, bytes, { position: Number(at) });
  return bytes;
}

/** From the start of a node to the end of its page. */
function nodeOf(page: Buffer, index: number): Buffer {
  const pointerAt = headerBytes + 2 * index;
  const at =
    pointerAt + 2 <= page.length ? headerBytes + page.readUInt16LE(pointerAt) : page.length;
  if (at + nodeHeaderBytes > page.length) throw new Unusable("has a damaged page");
  return page.subarray(at);
}

function childOf(node: Buffer): bigint {
  return BigInt(node.readUIntLE(0, 6));
}

function readLeafNode(pages: Pages, node: Buffer): LeafNode {
  const byteLength = node.readUInt32LE(0);
  const flags = node.readUInt16LE(4);
  const keyEnd = nodeHeaderBytes + node.readUInt16LE(6);
  const isBig = (flags & nodeFlags.bigData) !== 0;
  const dataEnd = keyEnd + (isBig ? 8 : byteLength);
  if (dataEnd > node.length || byteLength > valueBytesMax)
    throw new Unusable("has a node that does not fit its page");
  // Names of databases end with a zero.
  const key = node.toString("latin1", nodeHeaderBytes, keyEnd).replace(/\0$/, "");
  if (!isBig) return { key, data: node.subarray(keyEnd, dataEnd), flags };
  const number = node.readBigUInt64LE(keyEnd);
  const run = readBytes(pages, { number, byteLength: headerBytes + byteLength });
  return { key, data: run.subarray(headerBytes), flags };
}
