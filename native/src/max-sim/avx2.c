// MaxSim of int8 queries over packed codes, AVX2.
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j], c unsigned, q signed in [-63, 63]; maximum over
//           rows d; the rest once a passage, in strips.h.
// Layout    A strip is 2 x 8 document rows; a step is 64 bytes: two vectors of 8 dwords, one a row.
// Registers 10 sums (2 vectors of rows x 5 query rows), 2 decoded vectors, 1 broadcast query dword,
//           1 product: 14 of 16 (15 at 8 bits, with the ones).
// Widening  VPMADDUBSW adds two products into int16: at most 2 * 63 * 255 = 32,130, so it never
//           saturates. At 1, 2 and 4 bits a pair is at most 126, 378 or 1,890: up to 260, 86 or 17
//           steps are added in int16 (2 operations a 32 products) before VPMADDWD widens them. At 8
//           bits every step is widened (3 operations).
#include <immintrin.h>

#define STRIP_ROWS 16
#define STRIP_STEP 64
#define LANES 8
#define QUERY_BLOCK 5
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_avx2(const max_sim_job *job, uint8_t *workspace) { run_strips(job, workspace); }

// 16 bytes at `offset` of rows i and i + 4.
INLINE __m256i two_rows(const uint8_t *const *rows, size_t offset) {
  const __m128i low = _mm_loadu_si128((const __m128i *)(rows[0] + offset));
  const __m128i high = _mm_loadu_si128((const __m128i *)(rows[4] + offset));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

// Dwords 0 to 3 of 16 bytes of 8 rows: out[k] lane r is dword k of row r.
INLINE void transpose(const uint8_t *const *rows, size_t offset, __m256i out[4]) {
  const __m256i a = two_rows(rows, offset), b = two_rows(rows + 1, offset);
  const __m256i c = two_rows(rows + 2, offset), d = two_rows(rows + 3, offset);
  const __m256i ab_low = _mm256_unpacklo_epi32(a, b), ab_high = _mm256_unpackhi_epi32(a, b);
  const __m256i cd_low = _mm256_unpacklo_epi32(c, d), cd_high = _mm256_unpackhi_epi32(c, d);
  out[0] = _mm256_unpacklo_epi64(ab_low, cd_low);
  out[1] = _mm256_unpackhi_epi64(ab_low, cd_low);
  out[2] = _mm256_unpacklo_epi64(ab_high, cd_high);
  out[3] = _mm256_unpackhi_epi64(ab_high, cd_high);
}

// `bits` is a constant where this is inlined.
INLINE void decode_bits(const strip *source, size_t dwords, const int bits, uint8_t *steps) {
  const int shifts = 8 / bits;
  const __m256i mask = _mm256_set1_epi8((char)((1 << bits) - 1));
  for (int half = 0; half < 2; half++) {
    for (size_t dword = 0; dword < dwords; dword += 4) {
      __m256i columns[4];
      transpose(source->rows + 8 * half, dword * 4, columns);
      const size_t count = dwords - dword < 4 ? dwords - dword : 4;
      for (size_t i = 0; i < count; i++) {
        uint8_t *out = steps + (dword + i) * shifts * STRIP_STEP + 32 * half;
#pragma GCC unroll 8
        for (int k = 0; k < shifts; k++) {
          const __m256i codes = _mm256_and_si256(_mm256_srli_epi32(columns[i], k * bits), mask);
          _mm256_store_si256((__m256i *)(out + k * STRIP_STEP), codes);
        }
      }
    }
  }
}

static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  const size_t dwords = (job->dim * job->bits + 31) / 32;
  switch (job->bits) {
    case 1:
      decode_bits(source, dwords, 1, steps);
      break;
    case 2:
      decode_bits(source, dwords, 2, steps);
      break;
    case 4:
      decode_bits(source, dwords, 4, steps);
      break;
    default:
      decode_bits(source, dwords, 8, steps);
      break;
  }
}

INLINE __m256i load(const uint8_t *at) { return _mm256_load_si256((const __m256i *)at); }

// Writes the sums of a query row, or their maximum.
INLINE void put(__m256i low, __m256i high, sums_to to, int32_t *sums, int32_t *best) {
  if (to == store_sums) {
    _mm256_store_si256((__m256i *)sums, low);
    _mm256_store_si256((__m256i *)(sums + 8), high);
    return;
  }
  __m256i largest = _mm256_max_epi32(low, high);
  if (to == fold_maxima) largest = _mm256_max_epi32(largest, *(const __m256i *)best);
  _mm256_store_si256((__m256i *)best, largest);
}

// As inline assembly, so that the compiler keeps to the register plan: g++ 12 computes products
// ahead of their additions and spills.
INLINE __m256i multiply_add_16(__m256i sum, __m256i codes, __m256i query) {
  __m256i pairs;
  __asm__("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0"
          : "+x"(sum), "=&x"(pairs)
          : "x"(codes), "x"(query));
  return sum;
}

INLINE __m256i multiply_add_32(__m256i sum, __m256i codes, __m256i query, __m256i ones) {
  __m256i pairs;
  __asm__("vpmaddubsw %3, %2, %1\n\tvpmaddwd %4, %1, %1\n\tvpaddd %1, %0, %0"
          : "+x"(sum), "=&x"(pairs)
          : "x"(codes), "x"(query), "x"(ones));
  return sum;
}

// Codes of 8 bits: every product pair is widened at once.
INLINE void multiply_wide(const uint8_t *steps, uint32_t step_count, const int32_t *query,
                          const int count, sums_to to, int32_t *sums, int32_t *best,
                          prefetch_run ahead) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sum[QUERY_BLOCK][2];
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m256i low = load(steps + step * STRIP_STEP);
    const __m256i high = load(steps + step * STRIP_STEP + 32);
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) {
      const __m256i four = _mm256_set1_epi32(query[r]);
      sum[r][0] = multiply_add_32(sum[r][0], low, four, ones);
      sum[r][1] = multiply_add_32(sum[r][1], high, four, ones);
    }
    query += count;
  }
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) {
    put(sum[r][0], sum[r][1], to, sums + r * STRIP_ROWS, best + r * LANES);
  }
}

// Codes of 1, 2 or 4 bits: `run` steps are summed in int16, runs in `sums`.
INLINE void multiply_narrow(const uint8_t *steps, uint32_t step_count, const int32_t *query,
                            const int count, sums_to to, int32_t *sums, int32_t *best,
                            prefetch_run ahead, uint32_t run) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (uint32_t first = 0; first < step_count; first += run) {
    const uint32_t end = step_count - first < run ? step_count : first + run;
    __m256i sum[QUERY_BLOCK][2];
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    for (uint32_t step = first; step < end; step++) {
      if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
      const __m256i low = load(steps + step * STRIP_STEP);
      const __m256i high = load(steps + step * STRIP_STEP + 32);
#pragma GCC unroll 6
      for (int r = 0; r < count; r++) {
        const __m256i four = _mm256_set1_epi32(query[r]);
        sum[r][0] = multiply_add_16(sum[r][0], low, four);
        sum[r][1] = multiply_add_16(sum[r][1], high, four);
      }
      query += count;
    }
    const sums_to now = end == step_count ? to : store_sums;
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) {
      __m256i *total = (__m256i *)(sums + r * STRIP_ROWS);
      __m256i low = _mm256_madd_epi16(sum[r][0], ones), high = _mm256_madd_epi16(sum[r][1], ones);
      if (first > 0) low = _mm256_add_epi32(low, total[0]);
      if (first > 0) high = _mm256_add_epi32(high, total[1]);
      put(low, high, now, sums + r * STRIP_ROWS, best + r * LANES);
    }
  }
}

static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const block *part, sums_to to, prefetch_run ahead) {
  // Steps whose product pairs fit an int16: 32,767 / (2 * 63 * (2^bits - 1)).
  const uint32_t run = job->bits == 1 ? 260 : job->bits == 2 ? 86 : 17;
  // clang-format off
  switch (job->bits == 8 ? part->count + QUERY_BLOCK : part->count) {
#define CASE(n)                                                                         \
  case n:                                                                               \
    multiply_narrow(steps, step_count, part->packed, n, to, part->sums, part->best, ahead, run);          \
    break;                                                                              \
  case n + QUERY_BLOCK:                                                                 \
    multiply_wide(steps, step_count, part->packed, n, to, part->sums, part->best, ahead);                 \
    break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
#undef CASE
  }
  // clang-format on
}

// Lanes from..to - 1 of 8, as a mask of dwords.
INLINE __m256i lanes(int from, int to) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_and_si256(_mm256_cmpgt_epi32(lane, _mm256_set1_epi32(from - 1)),
                          _mm256_cmpgt_epi32(_mm256_set1_epi32(to), lane));
}

static void keep_maxima(const int32_t *sums, uint32_t query_rows, const segment *part,
                        int32_t *best) {
  const __m256i lowest = _mm256_set1_epi32(INT32_MIN);
  const __m256i low = lanes((int)part->from, (int)part->to);
  const __m256i high = lanes((int)part->from - 8, (int)part->to - 8);
  for (uint32_t r = 0; r < query_rows; r++) {
    const __m256i *sum = (const __m256i *)(sums + r * STRIP_ROWS);
    __m256i *kept = (__m256i *)(best + r * LANES);
    __m256i x = part->first ? lowest : *kept;
    x = _mm256_max_epi32(x, _mm256_blendv_epi8(lowest, sum[0], low));
    x = _mm256_max_epi32(x, _mm256_blendv_epi8(lowest, sum[1], high));
    *kept = x;
  }
}

static void reduce_maxima(const int32_t *best, uint32_t query_rows, int32_t *out) {
  for (uint32_t r = 0; r < query_rows; r++) {
    const __m256i x = *(const __m256i *)(best + r * LANES);
    __m128i y = _mm_max_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    y = _mm_max_epi32(y, _mm_shuffle_epi32(y, 0x4e));
    out[r] = _mm_cvtsi128_si32(_mm_max_epi32(y, _mm_shuffle_epi32(y, 0xb1)));
  }
}
