// Scan of packed rows for the best inner products with one int8 row, WASM SIMD128.
//
// Formula   S(d) = sum over j of c[d][j] * q[j]; keep the best by (S, lower row).
// Layout    A row is read in chunks of 16 bytes as it lies. Shifting 16-bit lanes by s * bits and
//           masking leaves one code a lane: lane i holds coordinate (8 chunk + i) * 16 / bits + s. The
//           query is laid out the same way, as int16. Bytes past a row's end meet zeros of the query.
// Registers Two sums a row; the chunk, the mask, one product.
#include <wasm_simd128.h>

#include "scan-wasm.h"

#define INLINE static inline __attribute__((always_inline))

INLINE int32_t row_sum(const uint8_t *row, uint32_t chunks, const int16_t *query, const int bits) {
  const v128_t mask = wasm_i16x8_splat((int16_t)((1 << bits) - 1));
  v128_t sum[2] = {wasm_i32x4_splat(0), wasm_i32x4_splat(0)};
  for (uint32_t chunk = 0; chunk < chunks; chunk++) {
    const v128_t bytes = wasm_v128_load(row + chunk * 16);
#pragma clang loop unroll(full)
    for (int s = 0; s < 16 / bits; s++) {
      const v128_t codes = wasm_v128_and(wasm_u16x8_shr(bytes, (uint32_t)(s * bits)), mask);
      const v128_t factors = wasm_v128_load(query + (chunk * (16 / bits) + s) * 8);
      sum[s & 1] = wasm_i32x4_add(sum[s & 1], wasm_i32x4_dot_i16x8(codes, factors));
    }
  }
  const v128_t x = wasm_i32x4_add(sum[0], sum[1]);
  const v128_t y = wasm_i32x4_add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  return wasm_i32x4_extract_lane(y, 0) + wasm_i32x4_extract_lane(y, 1);
}

INLINE void scan(const scan_part *part, uint32_t row_size, top_rows *top, const int bits) {
  const uint32_t chunks = (row_size + 15) / 16;
  for (uint32_t row = 0; row < part->row_count; row++) {
    if ((part->eligible[row / 8] >> (row % 8) & 1) == 0) continue;
    const int32_t score = row_sum(part->codes + row * row_size, chunks, part->query, bits);
    if (score >= top->threshold) offer(top, score, part->first_row + row);
  }
}

void scan_rows_wasm(const scan_part *part, uint32_t dim, uint32_t bits, top_rows *top) {
  const uint32_t row_size = dim * bits / 8;
  if (top->capacity == 0) return;
  switch (bits) {
    case 1:
      scan(part, row_size, top, 1);
      break;
    case 2:
      scan(part, row_size, top, 2);
      break;
    case 4:
      scan(part, row_size, top, 4);
      break;
    default:
      scan(part, row_size, top, 8);
      break;
  }
}

void pack_scan_query_wasm(const int8_t *row, uint32_t dim, uint32_t bits, int16_t *packed) {
  const uint32_t per_lane = 16 / bits;
  const uint32_t lanes = dim * bits / 16, padded = (lanes + 7) / 8 * 8;
  for (uint32_t lane = 0; lane < padded; lane++) {
    for (uint32_t s = 0; s < per_lane; s++) {
      packed[(lane / 8 * per_lane + s) * 8 + lane % 8] =
          lane < lanes ? row[lane * per_lane + s] : 0;
    }
  }
}
