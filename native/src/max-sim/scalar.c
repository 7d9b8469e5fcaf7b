// MaxSim of int8 queries over packed codes, portable C. Runs where no SIMD form does.
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j]; maximum over rows d; then
//           sum over r of scale[r] * (2 max S - top * sum q[r]).
// Layout    Each document row is unpacked once to bytes in coordinate order and meets all query rows.
// Registers Left to the compiler: the inner loop is a plain int8 x uint8 dot product.
#include "kernels.h"
#include "workspace.h"

static void unpack(const uint8_t *row, uint32_t dim, uint32_t bits, uint8_t *codes) {
  const uint32_t per_byte = 8 / bits;
  const uint32_t top = (1u << bits) - 1;
  for (uint32_t j = 0; j < dim; j++) {
    codes[j] = (uint8_t)(row[j / per_byte] >> (j % per_byte * bits) & top);
  }
}

static int32_t dot(const int8_t *query, const uint8_t *codes, uint32_t dim) {
  int32_t sum = 0;
  for (uint32_t j = 0; j < dim; j++) sum += (int16_t)query[j] * (int16_t)codes[j];
  return sum;
}

void max_sim_scalar(const max_sim_job *job, uint8_t *workspace) {
  const uint32_t dim = job->dim, rows = job->query_row_count;
  const size_t row_size = dim * job->bits / 8;
  const int32_t top = (1 << job->bits) - 1;
  int32_t *best = take(&workspace, rows * sizeof(int32_t));
  int32_t *offsets = take(&workspace, rows * sizeof(int32_t));
  uint8_t *codes = take(&workspace, dim);
  for (uint32_t r = 0; r < rows; r++) {
    offsets[r] = 0;
    for (uint32_t j = 0; j < dim; j++) offsets[r] += top * job->query_rows[r * dim + j];
  }
  for (size_t i = 0; i < job->passage_count; i++) {
    const uint32_t first = job->row_offsets[job->passages[i]];
    const uint32_t end = job->row_offsets[job->passages[i] + 1];
    for (uint32_t r = 0; r < rows; r++) best[r] = INT32_MIN;
    for (uint32_t d = first; d < end; d++) {
      unpack(job->codes + d * row_size, dim, job->bits, codes);
      for (uint32_t r = 0; r < rows; r++) {
        const int32_t sum = dot(job->query_rows + r * dim, codes, dim);
        if (sum > best[r]) best[r] = sum;
      }
    }
    float score = 0;
    for (uint32_t r = 0; first < end && r < rows; r++) {
      score += job->row_scales[r] * (float)(2 * best[r] - offsets[r]);
    }
    job->scores[i] = score;
  }
}
