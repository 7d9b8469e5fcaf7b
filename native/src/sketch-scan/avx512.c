// Scan of packed rows for the best inner products with one int8 row, AVX-512 VNNI.
//
// Formula   S(d) = sum over j of c[d][j] * q[j]; keep the best by (S, lower row); I = 2S - top * sum q.
// Layout    A row is read in chunks of 64 bytes as it lies. A chunk shifted by k * bits and masked
//           holds in byte i the coordinate (64 chunk + i) * 8 / bits + k; the query is laid out the
//           same way, so a row is never unpacked; bytes past a row's end meet zeros of the query, and
//           the last rows are copied before they are read. (Masked loads would do without the copy,
//           but hardware does not prefetch for them: a sixth of the speed from DRAM.) Coordinates are the lanes here: one query row would
//           leave no use for a transposed tile.
// Registers 16 sums (one a row of a group), up to 8 query vectors of the chunk at hand, the codes, the
//           mask: 26 of 32. The 16 sums are folded to 16 scores by a tree of 15 shuffled additions.
// Selection A group is compared with the worst kept score at once; almost none gets further.
#include <immintrin.h>

#include "top-rows.h"

#define INLINE static inline __attribute__((always_inline))

enum { group = 16, row_size_max = 1024, rows_at_once = 4, ahead = 6144 };

// `size` bytes (16, 32 or 64), zeros behind them. Short loads cross fewer cache lines.
INLINE __m512i load(const uint8_t *at, const int size) {
  if (size == 16) return _mm512_zextsi128_si512(_mm_loadu_si128((const __m128i *)at));
  if (size == 32) return _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)at));
  return _mm512_loadu_si512(at);
}

// Adds a chunk of each of four rows to their sums. `size` and `bits` are constants where this is
// inlined.
INLINE void add_chunk(__m512i sums[rows_at_once], const uint8_t *chunk, size_t row_size,
                      const __m512i *query, const int size, const int bits) {
  const __m512i mask = _mm512_set1_epi8((char)((1 << bits) - 1));
  __m512i factors[8];
#pragma GCC unroll 8
  for (int k = 0; k < 8 / bits; k++) factors[k] = query[k];
#pragma GCC unroll 4
  for (int i = 0; i < rows_at_once; i++) {
    __m512i row = load(chunk + (size_t)i * row_size, size);
    // Loaded once: g++ would load it anew for every shift, and loads are what is scarce.
    __asm__("" : "+v"(row));
    _mm_prefetch((const char *)chunk + (size_t)i * row_size + ahead, _MM_HINT_T0);
#pragma GCC unroll 8
    for (int k = 0; k < 8 / bits; k++) {
      __m512i codes = k == 0 ? row : _mm512_srli_epi16(row, (unsigned)(k * bits));
      if (bits < 8) codes = _mm512_and_si512(codes, mask);
      sums[i] = _mm512_dpbusd_epi32(sums[i], codes, factors[k]);
    }
  }
}

INLINE __m512i add_pairs_32(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}
INLINE __m512i add_pairs_64(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}
INLINE __m512i add_lanes(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
}

// Lane i of the result is the sum of the 16 lanes of x[i].
INLINE __m512i fold(const __m512i x[16]) {
  __m512i fours[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    // In each 128-bit lane: partial sums of rows 4i to 4i + 3.
    fours[i] = add_pairs_64(add_pairs_32(x[4 * i], x[4 * i + 1]),
                            add_pairs_32(x[4 * i + 2], x[4 * i + 3]));
  }
  const __m512i low = add_lanes(fours[0], fours[1]);
  const __m512i high = add_lanes(fours[2], fours[3]);
  return add_lanes(low, high);
}

INLINE void keep(top_rows *top, __m512i scores, uint32_t eligible, uint32_t row) {
  __mmask16 left = (__mmask16)eligible;
  if (top->threshold > INT32_MIN) {
    const __m512i least = _mm512_set1_epi32((int32_t)top->threshold);
    left = _mm512_mask_cmpge_epi32_mask(left, scores, least);
  }
  if (__builtin_expect(left == 0, 1)) return;
  int32_t values[16];
  _mm512_storeu_si512(values, scores);
  for (uint32_t bits = left; bits != 0; bits &= bits - 1) {
    const uint32_t i = (uint32_t)__builtin_ctz(bits);
    if (values[i] >= top->threshold) offer(top, values[i], row + i);
  }
}

// Adds four whole rows to their sums.
INLINE void add_rows(__m512i sums[rows_at_once], const uint8_t *rows, size_t row_size,
                     const __m512i *query, const int bits) {
  size_t at = 0;
  for (; at + 64 <= row_size; at += 64, query += 8 / bits) {
    add_chunk(sums, rows + at, row_size, query, 64, bits);
  }
  const size_t left = row_size - at;
  if (left > 32)
    add_chunk(sums, rows + at, row_size, query, 64, bits);
  else if (left > 16)
    add_chunk(sums, rows + at, row_size, query, 32, bits);
  else if (left > 0)
    add_chunk(sums, rows + at, row_size, query, 16, bits);
}

INLINE void scan(const sketch_scan_job *job, const __m512i *query, uint8_t *copies, top_rows *top,
                 const int bits) {
  const size_t row_size = job->dim * job->bits / 8;
  const size_t read = (group - 1) * row_size + (row_size + 63) / 64 * 64;
  const uint64_t limit = top->capacity == 0 ? 0 : job->row_count;
  for (uint64_t row = 0; row < limit; row += group) {
    const uint32_t eligible = eligible_16(job, (uint32_t)row);
    if (eligible == 0) continue;
    const uint8_t *codes = job->codes + row * row_size;
    if (row * row_size + read > job->code_size) {
      copy_bytes(copies, codes, (limit - row < group ? limit - row : group) * row_size);
      codes = copies;
    }
    __m512i sums[group];
#pragma GCC unroll 16
    for (int i = 0; i < group; i++) sums[i] = _mm512_setzero_si512();
      // Four rows at a time and not sixteen: hardware prefetches for nearly ascending addresses only.
#pragma GCC unroll 4
    for (int first = 0; first < group; first += rows_at_once) {
      add_rows(sums + first, codes + (size_t)first * row_size, row_size, query, bits);
    }
    keep(top, fold(sums), eligible, (uint32_t)row);
  }
}

// Query bytes as add_chunk meets them; zero past the end.
static void pack_query(const sketch_scan_job *job, int8_t *packed) {
  const uint32_t bits = job->bits, per_byte = 8 / bits;
  const uint32_t row_size = job->dim * bits / 8;
  for (uint32_t byte = 0; byte < (row_size + 63) / 64 * 64; byte++) {
    for (uint32_t k = 0; k < per_byte; k++) {
      packed[(byte / 64 * per_byte + k) * 64 + byte % 64] =
          byte < row_size ? job->query_row[byte * per_byte + k] : 0;
    }
  }
}

void sketch_scan_avx512(sketch_scan_job *job, uint8_t *workspace) {
  const int32_t offset = score_offset(job);
  top_rows top = open_top_rows(take(&workspace, (size_t)job->top_count * 8), job->top_count,
                               least_score(job, offset));
  int8_t *query = take(&workspace, 2048);
  uint8_t *copies = take(&workspace, group * row_size_max + 64);
  for (uint32_t i = 0; i < group * row_size_max + 64; i++) copies[i] = 0;
  pack_query(job, query);
  switch (job->bits) {
    case 1:
      scan(job, (const __m512i *)query, copies, &top, 1);
      break;
    case 2:
      scan(job, (const __m512i *)query, copies, &top, 2);
      break;
    case 4:
      scan(job, (const __m512i *)query, copies, &top, 4);
      break;
    default:
      scan(job, (const __m512i *)query, copies, &top, 8);
      break;
  }
  write_top_rows(&top, job, offset);
}
