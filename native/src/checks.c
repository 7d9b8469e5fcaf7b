// Checks of jobs before they run: JavaScript may pass any value.
#include "checks.h"

enum { query_rows_max = 512, dim_max = 1024, top_count_max = 0xffffff };

static int is_dim(uint32_t dim) { return dim >= 16 && dim <= dim_max && dim % 16 == 0; }

static int is_bits(uint32_t bits) { return bits == 1 || bits == 2 || bits == 4 || bits == 8; }

static const char *check_passages(const uint32_t *offsets, size_t offset_count,
                                  const uint32_t *passages, size_t passage_count, size_t rows_max) {
  for (size_t i = 0; i < passage_count; i++) {
    const size_t passage = passages[i];
    if (passage + 1 >= offset_count) return "a passage number leaves the row offsets";
    const size_t first = offsets[passage];
    const size_t end = offsets[passage + 1];
    if (first > end || end > rows_max) return "rows of a passage leave the codes";
  }
  return NULL;
}

const char *check_max_sim(const max_sim_job *job, size_t query_length, size_t scale_length,
                          size_t score_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (!is_bits(job->bits)) return "bits is not 1, 2, 4 or 8";
  if (job->query_row_count < 1 || job->query_row_count > query_rows_max) {
    return "a query has 1 to 512 rows";
  }
  if (query_length < (size_t)job->query_row_count * job->dim) return "query rows are too short";
  if (scale_length < job->query_row_count) return "row scales are too short";
  if (score_length < job->passage_count) return "scores are too short";
  const size_t rows_max = job->code_size / (job->dim * job->bits / 8);
  return check_passages(job->row_offsets, job->offset_count, job->passages, job->passage_count,
                        rows_max);
}

const char *check_sketch_scan(const sketch_scan_job *job, size_t query_length,
                              size_t eligible_length, size_t row_length, size_t score_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (!is_bits(job->bits)) return "bits is not 1, 2, 4 or 8";
  if (query_length < job->dim) return "query row is too short";
  if ((uint64_t)job->row_count * (job->dim * job->bits / 8) > job->code_size) {
    return "rows leave the codes";
  }
  if (eligible_length < ((uint64_t)job->row_count + 7) / 8) return "eligible is too short";
  if (job->top_count > top_count_max) return "topN is out of range";
  if (row_length < job->top_count || score_length < job->top_count) {
    return "outputs are shorter than topN";
  }
  return NULL;
}

const char *check_rotate(const rotate_job *job, size_t row_length, size_t factor_length,
                         size_t out_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (row_length % job->dim != 0) return "rows are not a whole number of rows";
  if (factor_length % job->dim != 0) return "factors are not a whole number of rounds";
  if (job->codes == NULL) return out_length < row_length ? "out is too short" : NULL;
  if (!is_bits(job->bits)) return "bits is not 1, 2, 4 or 8";
  if (out_length < job->row_count * (job->dim * job->bits / 8)) return "code bytes are too short";
  return NULL;
}

const char *check_max_sim_float(const max_sim_float_job *job, size_t query_length,
                                size_t row_length, size_t score_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (query_length == 0 || query_length % job->dim != 0 ||
      query_length > (size_t)query_rows_max * job->dim) {
    return "query is not 1 to 512 whole rows";
  }
  if (row_length % job->dim != 0) return "rows are not a whole number of rows";
  if (score_length < job->passage_count) return "scores are too short";
  return check_passages(job->row_offsets, job->offset_count, job->passages, job->passage_count,
                        job->row_total);
}

const char *check_unit_rows(const unit_rows_job *job, size_t row_length, size_t out_length,
                            size_t sum_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (row_length % job->dim != 0) return "rows are not a whole number of rows";
  if (out_length < row_length) return "out is too short";
  if (sum_length < job->dim) return "column sums are too short";
  return NULL;
}

const char *check_shape_codes(const shape_codes_job *job, size_t row_length,
                              size_t direction_length, size_t order_length, size_t code_length) {
  if (!is_dim(job->dim)) return "dim is not a multiple of 16 from 16 to 1024";
  if (!is_bits(job->bits)) return "bits is not 1, 2, 4 or 8";
  if (row_length % job->dim != 0) return "rows are not a whole number of rows";
  if (direction_length < job->dim) return "direction is too short";
  if (order_length < job->dim) return "order is too short";
  for (uint32_t i = 0; i < job->dim; i++) {
    if (job->order[i] >= job->dim) return "order leaves the row";
  }
  if (code_length < row_length / job->dim * (job->dim * job->bits / 8)) {
    return "code bytes are too short";
  }
  return NULL;
}
