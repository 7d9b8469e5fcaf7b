// Rows to unit length, and the sums of their columns: the same source for every instruction set.
//
// Formula   square = (s0 + s1) + (s2 + s3), s_k the float64 sum of the squares of coordinates j with
//           j mod 4 = k, in order; norm = sqrt(square); value * (1 / norm) rounded to float32.
// Layout    four float64 lanes, s_k in lane k. Squares of float32 values are exact in float64.
// Registers the squares of four rows at a time, since one row's additions wait for each other.
#include "kernels.h"

typedef float four_floats __attribute__((vector_size(16)));
typedef float four_loose_floats __attribute__((vector_size(16), aligned(4), may_alias));
typedef double four_doubles __attribute__((vector_size(32)));
typedef double four_loose_doubles __attribute__((vector_size(32), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE four_doubles load_four(const float *values) {
  const four_floats loaded = *(const four_loose_floats *)values;
  return __builtin_convertvector(loaded, four_doubles);
}

INLINE void square_rows(const float *rows, uint32_t dim, int count, double *squares) {
  four_doubles sums[4] = {{0}, {0}, {0}, {0}};
  for (uint32_t j = 0; j < dim; j += 4) {
#pragma GCC unroll 4
    for (int i = 0; i < count; i++) {
      const four_doubles values = load_four(rows + (size_t)i * dim + j);
      sums[i] += values * values;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < count; i++) {
    squares[i] = (sums[i][0] + sums[i][1]) + (sums[i][2] + sums[i][3]);
  }
}

INLINE void add_row(const float *row, uint32_t dim, double *column_sums) {
  for (uint32_t j = 0; j < dim; j += 4) {
    *(four_loose_doubles *)(column_sums + j) += load_four(row + j);
  }
}

INLINE void scale_row(const float *row, uint32_t dim, double factor, float *out,
                      double *column_sums) {
  const four_doubles factors = {factor, factor, factor, factor};
  for (uint32_t j = 0; j < dim; j += 4) {
    const four_floats scaled = __builtin_convertvector(load_four(row + j) * factors, four_floats);
    *(four_loose_floats *)(out + j) = scaled;
    *(four_loose_doubles *)(column_sums + j) += __builtin_convertvector(scaled, four_doubles);
  }
}

// Returns 0 when the row cannot be brought to unit length.
INLINE int finish_row(const unit_rows_job *job, const float *row, size_t at, double square) {
  const double norm = __builtin_sqrt(square);
  const double distance = norm > 1 ? norm - 1 : 1 - norm;
  float *out = job->out + at * job->dim;
  if (distance <= job->tolerance) {
    if (out != row) __builtin_memcpy(out, row, job->dim * sizeof(float));
    add_row(out, job->dim, job->column_sums);
    return 1;
  }
  if (!(norm > 0) || norm == __builtin_inf()) return 0;
  scale_row(row, job->dim, 1 / norm, out, job->column_sums);
  return 1;
}

INLINE int64_t run_unit_rows(const unit_rows_job *job) {
  const uint32_t dim = job->dim;
  const float *rows = job->rows;
  if (job->levels != NULL) {
    // Small integers are exact: as floats in place of the result, then as all others.
    for (size_t i = 0; i < job->row_count * dim; i++) job->out[i] = (float)job->levels[i];
    rows = job->out;
  }
  for (uint32_t j = 0; j < dim; j++) job->column_sums[j] = 0;
  for (size_t at = 0; at < job->row_count;) {
    double squares[4];
    const int count = job->row_count - at < 4 ? 1 : 4;
    const float *first = rows + at * dim;
    if (count == 4) {
      square_rows(first, dim, 4, squares);
    } else {
      square_rows(first, dim, 1, squares);
    }
    for (int i = 0; i < count; i++, at++) {
      if (!finish_row(job, rows + at * dim, at, squares[i])) return (int64_t)at;
    }
  }
  return -1;
}
