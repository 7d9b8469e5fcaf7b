// The common direction of a collection's rows, as it is stored, sent between threads and used.

/** Where the rows of a collection lie: measured once over its first rows (codec/measure-centre.ts). */
export interface Centre {
  /** Unit vector, `dim` values: the direction of the rows' mean. */
  readonly direction: Float32Array;
  /** Length of the rows' mean, in (0, 1]: the mean of their parts along `direction`. */
  readonly mean: number;
  /** Factor of the differences from `mean` in coded rows, at least 1; queries are divided by it. */
  readonly stretch: number;
  /** Root mean square of what is coded of the rows: their length once `mean` is taken away. */
  readonly scale: number;
  /** Of all of the above; see `centreChecksum`. */
  readonly checksum: number;
}

/**
 * How far a collection has come with its centre. Absent in collections of older formats, and of
 * models whose rows share no direction.
 */
export interface Centring {
  /** Absent while there are too few rows, and when they have no common direction. */
  readonly centre: Centre | undefined;
  /** Rows from which it was due to be measured, one of `centreRowCounts`; 0: not yet. */
  readonly rowCount: number;
  /** False: it is measured again when there are more rows, and the rows so far are kept as floats. */
  readonly isFixed: boolean;
}

/**
 * Rows from which the centre is measured, and measured again. The mean of a single passage is a
 * poor centre and yet most of the gain; that of 2,048 rows is as good as that of all.
 */
export const centreRowCounts: readonly number[] = [32, 256, 2048];

/** Of a collection that has no rows yet. */
export const openCentring: Centring = { centre: undefined, rowCount: 0, isFixed: false };

/** Whether the rows of new passages are kept, because their codes may be made again. */
export function isCentreOpen(centring: Centring | undefined): boolean {
  return centring !== undefined && !centring.isFixed;
}

/** Tells centres apart; 0 stands for none. */
export function centreId(centring: Centring | undefined): number {
  return centring?.centre?.checksum ?? 0;
}

/** FNV-1a over the bits of the direction and of the three numbers; never 0. */
export function centreChecksum(centre: Omit<Centre, "checksum">): number {
  const numbers = Float64Array.of(centre.mean, centre.stretch, centre.scale);
  const hash = fnv1a([centre.direction, numbers]);
  return hash === 0 ? 1 : hash;
}

/** 32-bit FNV-1a (Fowler, Noll and Vo) over the bytes of the arrays, in turn. */
export function fnv1a(arrays: readonly (Float32Array | Float64Array)[]): number {
  let hash = 0x811c9dc5;
  for (const { buffer, byteOffset, byteLength } of arrays)
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
