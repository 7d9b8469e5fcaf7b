// The part of MaxSim that all SIMD forms share: packing the query, cutting passages into strips of
// rows, keeping the maxima, the float sum. The including file says how a strip is decoded and
// multiplied. Also used for float rows, where a coordinate is a dword of its own (STRIP_FLOAT).
//
// A strip is STRIP_ROWS document rows, of one or of several passages: rows are gathered through
// pointers, so short passages waste no lanes. Decoded, a strip is a list of steps; a step holds four
// coordinates (bytes) of each row, one dword a row: rows are the lanes.
//
// Order of coordinates. Rows are read by dwords of 32 / bits codes. Shifting a whole dword by
// k * bits and masking leaves four codes, one a byte: step (dword, k) holds in byte m the
// coordinate dword * 32/bits + m * 8/bits + k. The query is packed in the same order, and since a
// sum of integers does not care about order, decoding needs no shuffle within a row. Coordinates
// past dim (bits = 1, dim = 16 mod 32) meet a zero in the query.
//
// With c the stored code and u = 2c - top the value, sum q*u = 2 * sum q*c - top * sum q: the
// kernel multiplies the unsigned codes and corrects once a query row, after the maximum.
//
// The including file defines: STRIP_ROWS, LANES (of a vector of sums), QUERY_BLOCK (rows a block at
// most), and the static functions decode_strip, multiply_block, keep_maxima, largest.
#ifndef SLUICE_STRIPS_H
#define SLUICE_STRIPS_H

#include "kernels.h"
#include "workspace.h"

#ifdef STRIP_FLOAT
typedef float sum_type;
typedef max_sim_float_job strip_job;
#else
typedef int32_t sum_type;
typedef max_sim_job strip_job;
#endif

// Where rows of one passage lie in a strip.
typedef struct {
  size_t slot;  // index into passages and scores
  uint32_t from, to;
  int first, last;  // the passage starts here, ends here
} segment;

typedef struct {
  const uint8_t *rows[STRIP_ROWS];
  segment segments[STRIP_ROWS];
  uint32_t row_count, segment_count;
} strip;

// A walk over the rows of all passages of a job.
typedef struct {
  const strip_job *job;
  size_t slot;
  uint32_t row;       // next row of the passage in `slot`, when `inside`
  int inside;
  const uint8_t *codes;
  size_t row_size;
  const uint8_t *tail;   // copy of the last rows, where reading 16 bytes at a time would overrun
  size_t tail_first;     // first row that is read from the copy
} walk;

static inline const uint8_t *row_at(const walk *at, size_t row) {
  return row < at->tail_first ? at->codes + row * at->row_size
                              : at->tail + (row - at->tail_first) * at->row_size;
}

// Fills the next strip; empty passages get their score here. False when no rows are left.
static int next_strip(walk *at, strip *out) {
  const strip_job *job = at->job;
  uint32_t filled = 0, segments = 0;
  while (filled < STRIP_ROWS && at->slot < job->passage_count) {
    const uint32_t passage = job->passages[at->slot];
    const uint32_t end = job->row_offsets[passage + 1];
    const int first = !at->inside;
    if (first) at->row = job->row_offsets[passage];
    if (at->row == end) {
      job->scores[at->slot++] = 0;
      continue;
    }
    const uint32_t left = end - at->row;
    const uint32_t count = left < STRIP_ROWS - filled ? left : STRIP_ROWS - filled;
    for (uint32_t i = 0; i < count; i++) out->rows[filled + i] = row_at(at, at->row + i);
    const int last = count == left;
    out->segments[segments++] = (segment){at->slot, filled, filled + count, first, last};
    filled += count;
    at->row += count;
    at->inside = !last;
    at->slot += last ? 1 : 0;
  }
  for (uint32_t i = filled; filled > 0 && i < STRIP_ROWS; i++) out->rows[i] = out->rows[0];
  out->row_count = filled;
  out->segment_count = segments;
  return filled > 0;
}

// Query blocks of near equal size, so that none is left with a row or two.
static inline uint32_t block_size(uint32_t query_rows) {
  const uint32_t blocks = (query_rows + QUERY_BLOCK - 1) / QUERY_BLOCK;
  return (query_rows + blocks - 1) / blocks;
}

#ifdef STRIP_FLOAT

static inline sum_type lowest_sum(void) { return -__builtin_inff(); }

// steps x block rows a block, as multiply_block reads it.
static void pack_query(const strip_job *job, uint32_t block, float *packed) {
  const uint32_t rows = job->query_row_count;
  for (uint32_t start = 0; start < rows; start += block) {
    const uint32_t count = rows - start < block ? rows - start : block;
    for (uint32_t j = 0; j < job->dim; j++) {
      for (uint32_t r = 0; r < count; r++) *packed++ = job->query[(start + r) * job->dim + j];
    }
  }
}

#else

static inline sum_type lowest_sum(void) { return INT32_MIN; }

#ifndef QUERY_ELEMENT  // bytes of a packed query coordinate; WASM multiplies int16
#define QUERY_ELEMENT int8_t
#define STEP_COORDINATES 4
// Coordinate that byte m of step (dword, k) holds.
static inline uint32_t coordinate(uint32_t bits, uint32_t dword, uint32_t k, uint32_t m) {
  return dword * (32 / bits) + m * (8 / bits) + k;
}
#endif

// steps x block rows x STEP_COORDINATES a block, as multiply_block reads it.
static void pack_query(const strip_job *job, uint32_t block, QUERY_ELEMENT *packed) {
  const uint32_t rows = job->query_row_count, bits = job->bits, dim = job->dim;
  const uint32_t dwords = (dim * bits + 31) / 32;
  const uint32_t steps = 8 / bits * (4 / STEP_COORDINATES);
  for (uint32_t start = 0; start < rows; start += block) {
    const uint32_t count = rows - start < block ? rows - start : block;
    for (uint32_t step = 0; step < dwords * steps; step++) {
      for (uint32_t r = 0; r < count; r++) {
        for (uint32_t m = 0; m < STEP_COORDINATES; m++) {
          const uint32_t j = coordinate(bits, step / steps, step % steps, m);
          *packed++ = j < dim ? job->query_rows[(start + r) * dim + j] : 0;
        }
      }
    }
  }
}

#endif

// What the including file defines.
typedef struct {
  const uint8_t *const *lines;  // cache lines of the next strip, to be asked for one a step
  uint32_t count;
} prefetch_list;

// Writes the steps of a strip, STRIP_STEP bytes each.
static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps);
// Inner products of `count` packed query rows with the strip: sums[r * STRIP_ROWS + row].
static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const void *packed, uint32_t count, sum_type *sums, prefetch_list ahead);
// Folds the sums of a segment's rows into LANES running maxima a query row.
static void keep_maxima(const sum_type *sums, uint32_t query_rows, const segment *part,
                        sum_type *best);
// The largest of LANES maxima.
static sum_type largest(const sum_type *best);

// The lines of the next strip, in the order in which they will be read. While this strip is
// multiplied one line a step is asked for: a burst would stall the line-fill buffers.
static prefetch_list list_lines(const strip *next, size_t row_size, const uint8_t **lines) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < next->segment_count; i++) {
    const segment *part = &next->segments[i];
    const uint8_t *start = next->rows[part->from];
    const size_t size = (part->to - part->from) * row_size;
    for (size_t at = 0; at < size; at += 64) lines[count++] = start + at;
    lines[count++] = start + size - 1;
  }
  return (prefetch_list){lines, count};
}

#ifdef STRIP_FLOAT

static size_t job_row_size(const strip_job *job) { return (size_t)job->dim * sizeof(float); }
static size_t step_total(const strip_job *job) { return job->dim; }
static size_t packed_step(const strip_job *job) { (void)job; return sizeof(float); }

// Sum over query rows, in order, of the largest product.
static float finish(const strip_job *job, const int32_t *query_sums, const sum_type *best) {
  (void)query_sums;
  float score = 0;
  for (uint32_t r = 0; r < job->query_row_count; r++) score += largest(best + r * LANES);
  return score;
}

#else

static size_t job_row_size(const strip_job *job) { return job->dim * job->bits / 8; }
static size_t step_total(const strip_job *job) {
  return (size_t)((job->dim * job->bits + 31) / 32) * (8 / job->bits) * (4 / STEP_COORDINATES);
}
static size_t packed_step(const strip_job *job) {
  (void)job;
  return STEP_COORDINATES * sizeof(QUERY_ELEMENT);
}

// Sum over query rows, in order, of scale x I: each product and sum rounded to float32.
static float finish(const strip_job *job, const int32_t *query_sums, const sum_type *best) {
  const int32_t top = (1 << job->bits) - 1;
  float score = 0;
  for (uint32_t r = 0; r < job->query_row_count; r++) {
    const int32_t product = 2 * largest(best + r * LANES) - top * query_sums[r];
    score += job->row_scales[r] * (float)product;
  }
  return score;
}

#endif

// The last rows, which decode_strip (16 bytes at a time) must not read in place.
static void copy_tail(walk *at, const uint8_t *codes, size_t code_size, uint8_t *tail) {
  const size_t row_count = code_size / at->row_size;
  const size_t over = (16 - at->row_size % 16) % 16;  // bytes read past a row's end
  const size_t room = code_size - row_count * at->row_size;
  const size_t short_bytes = over > room ? over - room : 0;
  size_t unsafe = (short_bytes + at->row_size - 1) / at->row_size;
  if (unsafe > row_count) unsafe = row_count;
  at->tail = tail;
  at->tail_first = row_count - unsafe;
  for (size_t i = 0; i < 256; i++) tail[i] = 0;
  copy_bytes(tail, codes + at->tail_first * at->row_size, unsafe * at->row_size);
}

static void sum_query_rows(const strip_job *job, int32_t *sums) {
#ifdef STRIP_FLOAT
  (void)job, (void)sums;
#else
  for (uint32_t r = 0; r < job->query_row_count; r++) {
    int32_t sum = 0;
    for (uint32_t j = 0; j < job->dim; j++) sum += job->query_rows[r * job->dim + j];
    sums[r] = sum;
  }
#endif
}

static void run_strips(const strip_job *job, uint8_t *workspace) {
  const uint32_t rows = job->query_row_count;
  const uint32_t block = block_size(rows);
  const size_t steps = step_total(job);
  const size_t query_step = packed_step(job);
  void *packed = take(&workspace, rows * steps * query_step);
  uint8_t *decoded = take(&workspace, steps * STRIP_STEP);
  sum_type *sums = take(&workspace, rows * STRIP_ROWS * sizeof(sum_type));
  sum_type *best = take(&workspace, rows * LANES * sizeof(sum_type));
  int32_t *query_sums = take(&workspace, rows * sizeof(int32_t));
  strip *strips = take(&workspace, 2 * sizeof(strip));
  const uint8_t **lines =
      take(&workspace, (STRIP_ROWS * (job_row_size(job) / 64 + 2) + 1) * sizeof(*lines));
  walk at = {.job = job, .row_size = job_row_size(job)};
#ifdef STRIP_FLOAT
  at.codes = (const uint8_t *)job->rows;
  copy_tail(&at, at.codes, job->row_total * at.row_size, take(&workspace, 256));
#else
  at.codes = job->codes;
  copy_tail(&at, at.codes, job->code_size, take(&workspace, 256));
#endif
  pack_query(job, block, packed);
  sum_query_rows(job, query_sums);

  strip *now = &strips[0], *next = &strips[1];
  int more = next_strip(&at, now);
  while (more) {
    decode_strip(now, job, decoded);
    more = next_strip(&at, next);
    prefetch_list all = {lines, 0};
    if (more) all = list_lines(next, at.row_size, lines);
    for (uint32_t start = 0; start < rows; start += block) {
      const uint32_t count = rows - start < block ? rows - start : block;
      // Each block asks for its share of the lines.
      const uint32_t from = (uint32_t)((uint64_t)all.count * start / rows);
      const uint32_t to = (uint32_t)((uint64_t)all.count * (start + count) / rows);
      const uint8_t *query = (const uint8_t *)packed + start * steps * query_step;
      multiply_block(job, decoded, (uint32_t)steps, query, count, sums + start * STRIP_ROWS,
                     (prefetch_list){lines + from, to - from});
    }
    for (uint32_t i = 0; i < now->segment_count; i++) {
      const segment *part = &now->segments[i];
      keep_maxima(sums, rows, part, best);
      if (part->last) job->scores[part->slot] = finish(job, query_sums, best);
    }
    strip *swap = now;
    now = next;
    next = swap;
  }
}

#endif
