// Scan of packed rows for the best inner products with one int8 row, NEON with dot products.
//
// Formula   S(d) = sum over j of c[d][j] * q[j]; keep the best by (S, lower row); I = 2S - top * sum q.
//           SDOT takes signed bytes: codes of 8 bits are used less 128, and 128 * sum q is added back.
// Layout    A row is read in chunks of 16 bytes as it lies; shifted by k * bits and masked, byte i holds
//           coordinate (16 chunk + i) * 8 / bits + k, and the query is laid out the same way. Bytes
//           past a row's end meet zeros of the query; the last rows are copied before they are read.
// Registers Two sums a row, so that dot products do not wait for one another.
#include <arm_neon.h>

#include "top-rows.h"

#define INLINE static inline __attribute__((always_inline))

enum { group = 8, chunk_size = 16, row_size_max = 1024 };

INLINE int32_t row_sum(const uint8_t *row, uint32_t chunks, const int8_t *query, const int bits) {
  const uint8x16_t mask = vdupq_n_u8((uint8_t)((1 << bits) - 1)), sign = vdupq_n_u8(0x80);
  int32x4_t sum[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
  for (uint32_t chunk = 0; chunk < chunks; chunk++) {
    const uint8x16_t bytes = vld1q_u8(row + chunk * chunk_size);
#pragma GCC unroll 8
    for (int k = 0; k < 8 / bits; k++) {
      uint8x16_t codes = vshlq_u8(bytes, vdupq_n_s8((int8_t)(-k * bits)));
      codes = bits == 8 ? veorq_u8(codes, sign) : vandq_u8(codes, mask);
      const int8x16_t factors = vld1q_s8(query + (chunk * (8 / bits) + k) * chunk_size);
      sum[k & 1] = vdotq_s32(sum[k & 1], vreinterpretq_s8_u8(codes), factors);
    }
  }
  return vaddvq_s32(vaddq_s32(sum[0], sum[1]));
}

INLINE void scan(const sketch_scan_job *job, const int8_t *query, int32_t bias, uint8_t *copies,
                 top_rows *top, const int bits) {
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
    for (uint32_t bits_left = eligible; bits_left != 0; bits_left &= bits_left - 1) {
      const uint32_t i = (uint32_t)__builtin_ctz(bits_left);
      const int32_t score = row_sum(codes + i * row_size, chunks, query, bits) + bias;
      if (score >= top->threshold) offer(top, score, (uint32_t)row + i);
    }
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

void sketch_scan_neon(sketch_scan_job *job, uint8_t *workspace) {
  const int32_t offset = score_offset(job);
  top_rows top = open_top_rows(take(&workspace, (size_t)job->top_count * 8), job->top_count,
                               least_score(job, offset));
  int8_t *query = take(&workspace, 2048);
  uint8_t *copies = take(&workspace, group * row_size_max + chunk_size);
  for (uint32_t i = 0; i < group * row_size_max + chunk_size; i++) copies[i] = 0;
  pack_query(job, query);
  int32_t sum = 0;
  for (uint32_t j = 0; j < job->dim; j++) sum += job->query_row[j];
  switch (job->bits) {
    case 1:
      scan(job, query, 0, copies, &top, 1);
      break;
    case 2:
      scan(job, query, 0, copies, &top, 2);
      break;
    case 4:
      scan(job, query, 0, copies, &top, 4);
      break;
    default:
      scan(job, query, 128 * sum, copies, &top, 8);
      break;
  }
  write_top_rows(&top, job, offset);
}
