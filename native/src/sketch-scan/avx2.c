// Scan of packed rows for the best inner products with one int8 row, AVX2.
//
// Formula   S(d) = sum over j of c[d][j] * q[j]; keep the best by (S, lower row); I = 2S - top * sum q.
// Layout    A row is read in chunks of 32 bytes as it lies; shifted by k * bits and masked, byte i holds
//           coordinate (32 chunk + i) * 8 / bits + k, and the query is laid out the same way. Bytes
//           past a row's end meet zeros of the query; the last rows are copied before they are read.
// Registers 8 sums (one a row of a group), the chunk, the mask, the int16 sum of a chunk: at most
//           8 * 126, 4 * 378, 2 * 1,890 or 32,130, so VPMADDUBSW sums of a chunk fit int16.
#include <immintrin.h>

#include "top-rows.h"

#define INLINE static inline __attribute__((always_inline))

enum { group = 8, chunk_size = 32, row_size_max = 1024 };

INLINE __m256i row_sum(const uint8_t *row, uint32_t chunks, const __m256i *query, const int bits) {
  const __m256i mask = _mm256_set1_epi8((char)((1 << bits) - 1));
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sum = _mm256_setzero_si256();
  for (uint32_t chunk = 0; chunk < chunks; chunk++) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(row + chunk * chunk_size));
    // Loaded once: g++ would load it anew for every shift.
    __asm__("" : "+x"(bytes));
    __m256i pairs = _mm256_setzero_si256();
#pragma GCC unroll 8
    for (int k = 0; k < 8 / bits; k++) {
      __m256i codes = k == 0 ? bytes : _mm256_srli_epi16(bytes, k * bits);
      if (bits < 8) codes = _mm256_and_si256(codes, mask);
      const __m256i product = _mm256_maddubs_epi16(codes, query[chunk * (8 / bits) + k]);
      pairs = k == 0 ? product : _mm256_add_epi16(pairs, product);
    }
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
  }
  return sum;
}

// Lane i of the result is the sum of the 8 lanes of x[i].
INLINE __m256i fold(const __m256i x[group]) {
  const __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(x[0], x[1]), _mm256_hadd_epi32(x[2], x[3]));
  const __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(x[4], x[5]), _mm256_hadd_epi32(x[6], x[7]));
  return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20),
                          _mm256_permute2x128_si256(a, b, 0x31));
}

INLINE void keep(top_rows *top, __m256i scores, uint32_t eligible, uint32_t row) {
  if (top->threshold > INT32_MIN) {
    const __m256i least = _mm256_set1_epi32((int32_t)top->threshold);
    const __m256i less = _mm256_cmpgt_epi32(least, scores);
    eligible &= ~(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(less));
  }
  if (__builtin_expect(eligible == 0, 1)) return;
  int32_t values[group];
  _mm256_storeu_si256((__m256i *)values, scores);
  for (uint32_t bits = eligible; bits != 0; bits &= bits - 1) {
    const uint32_t i = (uint32_t)__builtin_ctz(bits);
    if (values[i] >= top->threshold) offer(top, values[i], row + i);
  }
}

INLINE void scan(const sketch_scan_job *job, const __m256i *query, uint8_t *copies, top_rows *top,
                 const int bits) {
  const uint32_t row_size = job->dim * job->bits / 8;
  const uint32_t chunks = (row_size + chunk_size - 1) / chunk_size;
  const size_t read = (size_t)(group - 1) * row_size + chunks * chunk_size;
  const uint64_t limit = top->capacity == 0 ? 0 : job->row_count;
  for (uint64_t row = 0; row < limit; row += group) {
    const uint64_t left = limit - row;
    uint32_t eligible = job->eligible[row / 8];
    if (left < group) eligible &= (1u << left) - 1;
    if (eligible == 0) continue;
    const uint8_t *codes = job->codes + row * row_size;
    if (row * row_size + read > job->code_size) {
      copy_bytes(copies, codes, (left < group ? left : group) * row_size);
      codes = copies;
    }
    __m256i sums[group];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < group; i++)
      sums[i] = row_sum(codes + i * row_size, chunks, query, bits);
    keep(top, fold(sums), eligible, (uint32_t)row);
  }
}

// Query bytes as row_sum meets them; zero past the end.
static void pack_query(const sketch_scan_job *job, int8_t *packed) {
  const uint32_t bits = job->bits, per_byte = 8 / bits;
  const uint32_t row_size = job->dim * bits / 8;
  for (uint32_t byte = 0; byte < (row_size + chunk_size - 1) / chunk_size * chunk_size; byte++) {
    for (uint32_t k = 0; k < per_byte; k++) {
      packed[(byte / chunk_size * per_byte + k) * chunk_size + byte % chunk_size] =
          byte < row_size ? job->query_row[byte * per_byte + k] : 0;
    }
  }
}

void sketch_scan_avx2(sketch_scan_job *job, uint8_t *workspace) {
  const int32_t offset = score_offset(job);
  top_rows top = open_top_rows(take(&workspace, (size_t)job->top_count * 8), job->top_count,
                               least_score(job, offset));
  int8_t *query = take(&workspace, 2048);
  uint8_t *copies = take(&workspace, group * row_size_max + chunk_size);
  for (uint32_t i = 0; i < group * row_size_max + chunk_size; i++) copies[i] = 0;
  pack_query(job, query);
  switch (job->bits) {
    case 1:
      scan(job, (const __m256i *)query, copies, &top, 1);
      break;
    case 2:
      scan(job, (const __m256i *)query, copies, &top, 2);
      break;
    case 4:
      scan(job, (const __m256i *)query, copies, &top, 4);
      break;
    default:
      scan(job, (const __m256i *)query, copies, &top, 8);
      break;
  }
  write_top_rows(&top, job, offset);
}
