// Codes of rotated rows whose errors neither move the part along a direction nor the length: the same
// source for every instruction set. src/kernels/shaped-codes.ts says what is computed, and why.
//
// Layout    four float64 lanes: sum k has the coordinates j with j mod 4 = k, in order, and the four
//           are added as (s0 + s1) + (s2 + s3).
// Rounding  is vectors throughout; moving goes coordinate by coordinate, since each move depends on
//           what the ones before have left. Before each pass the coordinates that may move are listed
//           without branches, so that a pass visits about a fifth of a row.
#include <string.h>

#include "kernels.h"

typedef float four_floats __attribute__((vector_size(16)));
typedef float four_loose_floats __attribute__((vector_size(16), aligned(4), may_alias));
typedef double four_doubles __attribute__((vector_size(32)));
typedef int64_t four_longs __attribute__((vector_size(32)));
typedef int32_t four_ints __attribute__((vector_size(16)));
typedef uint8_t four_bytes __attribute__((vector_size(4)));

#define INLINE static inline __attribute__((always_inline))

enum { dim_most = 1024 };

// One row in steps of the grid.
typedef struct {
  double values[dim_most] __attribute__((aligned(64)));
  // By how much a value lies above the middle of its level.
  double offsets[dim_most] __attribute__((aligned(64)));
  // From 0; eight more, since codes are packed eight at a time.
  uint8_t levels[dim_most + 8] __attribute__((aligned(64)));
  uint16_t movable[dim_most + 1];
} rounded_row;

typedef struct {
  double along, across, along_error, length_error;
} row_errors;

INLINE double sum_of(four_doubles v) { return (v[0] + v[1]) + (v[2] + v[3]); }

INLINE four_doubles load_four(const float *values) {
  const four_floats loaded = *(const four_loose_floats *)values;
  return __builtin_convertvector(loaded, four_doubles);
}

// Where the mask is set a, else b.
INLINE four_doubles choose(four_longs mask, four_doubles a, four_doubles b) {
  return (four_doubles)(((four_longs)a & mask) | ((four_longs)b & ~mask));
}

INLINE row_errors round_row(const shape_codes_job *job, const float *rotated, rounded_row *row) {
  const double top = (double)((1u << job->bits) - 1);
  const double half_levels = (double)(1u << (job->bits - 1));
  const four_doubles step = {job->step, job->step, job->step, job->step};
  const four_doubles half = {half_levels, half_levels, half_levels, half_levels};
  const four_doubles most = {top, top, top, top};
  const four_doubles zero = {0, 0, 0, 0}, middle = {0.5, 0.5, 0.5, 0.5};
  four_doubles along = zero, square = zero, along_error = zero, own_error = zero;
  for (uint32_t j = 0; j < job->dim; j += 4) {
    const four_doubles direction = load_four(job->direction + j);
    const four_doubles value = load_four(rotated + j) * step;
    const four_doubles place = value + half;
    // Not a number becomes level 0, as in the reference.
    const four_doubles bounded = choose(place > most, most, choose(place > zero, place, zero));
    const four_ints level = __builtin_convertvector(bounded, four_ints);
    const four_doubles offset = place - __builtin_convertvector(level, four_doubles) - middle;
    *(four_doubles *)(row->values + j) = value;
    *(four_doubles *)(row->offsets + j) = offset;
    const four_bytes bytes = __builtin_convertvector(level, four_bytes);
    memcpy(row->levels + j, &bytes, 4);
    along += direction * value;
    square += value * value;
    along_error -= direction * offset;
    own_error -= value * offset;
  }
  const double part = sum_of(along), part_error = sum_of(along_error);
  const double rest = sum_of(square) - part * part;
  const double across = __builtin_sqrt(rest > 1e-12 ? rest : 1e-12);
  const double length_error =
      (sum_of(own_error) - part * part_error) / across + job->length_loss * across;
  return (row_errors){part, across, part_error, length_error};
}

// Coordinates, in the order given, whose distance from the middle is in [least, .5] and which have a
// next level on the side of their value.
INLINE uint32_t list_movable(const shape_codes_job *job, rounded_row *row, double least) {
  const int top = (1 << job->bits) - 1;
  uint32_t count = 0;
  for (uint32_t i = 0; i < job->dim; i++) {
    const uint32_t j = job->order[i];
    const double offset = row->offsets[j];
    const double distance = __builtin_fabs(offset);
    const int level = row->levels[j] + (offset > 0 ? 1 : -1);
    row->movable[count] = (uint16_t)j;
    count += (distance >= least) & (distance <= 0.5) & (level >= 0) & (level <= top);
  }
  return count;
}

INLINE void move_levels(const shape_codes_job *job, rounded_row *row, row_errors errors) {
  static const double moved_from[3] = {0.4, 0.25, 0};
  const double along_weight = 4, error_most = 1e-3;
  double along_error = errors.along_error, length_error = errors.length_error;
  double error = along_weight * along_error * along_error + length_error * length_error;
  for (int pass = 0; pass < 3 && error > error_most; pass++) {
    const uint32_t count = list_movable(job, row, moved_from[pass]);
    for (uint32_t i = 0; i < count && error > error_most; i++) {
      const uint32_t j = row->movable[i];
      const double sign = row->offsets[j] > 0 ? 1 : -1;
      const double direction = (double)job->direction[j];
      const double next_along = along_error + sign * direction;
      const double next_length =
          length_error + (sign * (row->values[j] - errors.along * direction)) / errors.across;
      const double next = along_weight * next_along * next_along + next_length * next_length;
      if (next >= error) continue;
      along_error = next_along;
      length_error = next_length;
      error = next;
      row->levels[j] = (uint8_t)(row->levels[j] + (int)sign);
      // It now lies a whole step off, on the other side: it is not moved again.
      row->offsets[j] = -sign;
    }
  }
}

// Eight levels to `bits` bytes, low bits first. The machines that this is compiled for store the low
// byte first.
INLINE void pack_eight(const uint8_t *levels, uint32_t bits, uint8_t *bytes) {
  uint64_t x;
  memcpy(&x, levels, 8);
  if (bits == 4) {
    x = (x | x >> 4) & 0x00ff00ff00ff00ff;
    x = (x | x >> 8) & 0x0000ffff0000ffff;
    x = x | x >> 16;
    memcpy(bytes, &x, 4);
  } else if (bits == 2) {
    x = (x | x >> 6) & 0x000f000f000f000f;
    x = (x | x >> 12) & 0x000000ff000000ff;
    x = x | x >> 24;
    memcpy(bytes, &x, 2);
  } else if (bits == 1) {
    x = (x | x >> 7) & 0x0003000300030003;
    x = (x | x >> 14) & 0x0000000f0000000f;
    *bytes = (uint8_t)(x | x >> 28);
  } else {
    memcpy(bytes, &x, 8);
  }
}

INLINE void run_shape_codes(const shape_codes_job *job) {
  const size_t row_bytes = job->dim * job->bits / 8;
  rounded_row row;
  for (size_t i = 0; i < job->row_count; i++) {
    const row_errors errors = round_row(job, job->rows + i * job->dim, &row);
    move_levels(job, &row, errors);
    uint8_t *bytes = job->codes + i * row_bytes;
    for (uint32_t j = 0; j < job->dim; j += 8)
      pack_eight(row.levels + j, job->bits, bytes + j * job->bits / 8);
  }
}
