// MaxSim over float rows, portable C.
//
// Formula   product(q, d) = one chain of fmaf over coordinates in order; maximum over d; sum over q.
// Layout    Rows as they lie.
// Registers Four query rows at once, so that four chains run side by side.
#include <math.h>

#include "kernels.h"

enum { block = 4 };

// Products of up to four query rows with one document row; keeps the larger.
static void keep_products(const float *query, uint32_t count, uint32_t dim, const float *row,
                          float *best) {
  float sum[block] = {0};
  for (uint32_t j = 0; j < dim; j++) {
    for (uint32_t r = 0; r < block; r++) {
      const uint32_t q = r < count ? r : 0;
      sum[r] = fmaf(query[q * dim + j], row[j], sum[r]);
    }
  }
  for (uint32_t r = 0; r < count; r++) best[r] = sum[r] > best[r] ? sum[r] : best[r];
}

void max_sim_float_scalar(const max_sim_float_job *job, uint8_t *workspace) {
  const uint32_t dim = job->dim;
  (void)workspace;
  for (size_t i = 0; i < job->passage_count; i++) {
    const uint32_t first = job->row_offsets[job->passages[i]];
    const uint32_t end = job->row_offsets[job->passages[i] + 1];
    float score = 0;
    for (uint32_t q = 0; first < end && q < job->query_row_count; q += block) {
      const uint32_t left = job->query_row_count - q;
      const uint32_t count = left < block ? left : block;
      float best[block];
      for (uint32_t r = 0; r < block; r++) best[r] = -INFINITY;
      for (uint32_t d = first; d < end; d++) {
        keep_products(job->query + (size_t)q * dim, count, dim, job->rows + (size_t)d * dim, best);
      }
      for (uint32_t r = 0; r < count; r++) score += best[r];
    }
    job->scores[i] = score;
  }
}
