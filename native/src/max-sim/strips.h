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
// most), and the static functions decode_strip, multiply_block, keep_maxima, reduce_maxima.
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
  uint32_t row;  // next row of the passage in `slot`, when `inside`
  int inside;
  const uint8_t *codes;
  size_t row_size;
  const uint8_t *tail;  // copy of the last rows, where reading 16 bytes at a time would overrun
  size_t tail_first;    // first row that is read from the copy
} walk;

// Pointers to `count` rows from `row`.
static inline void point_at_rows(const walk *at, size_t row, uint32_t count, const uint8_t **rows) {
  const uint8_t *next = at->codes + row * at->row_size;
  for (uint32_t i = 0; i < count; i++) rows[i] = next + i * at->row_size;
  for (uint32_t i = 0; i < count && row + count > at->tail_first; i++) {
    if (row + i >= at->tail_first) rows[i] = at->tail + (row + i - at->tail_first) * at->row_size;
  }
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
    point_at_rows(at, at->row, count, out->rows + filled);
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
static void pack_query(const strip_job *job, uint32_t size, float *packed, void *ordered) {
  (void)ordered;
  const uint32_t rows = job->query_row_count;
  for (uint32_t start = 0; start < rows; start += size) {
    const uint32_t count = rows - start < size ? rows - start : size;
    for (uint32_t j = 0; j < job->dim; j++) {
      for (uint32_t r = 0; r < count; r++) *packed++ = job->query[(start + r) * job->dim + j];
    }
  }
}

#else

static inline sum_type lowest_sum(void) { return INT32_MIN; }

#ifndef CODE_BIAS  // subtracted from codes of so many bits, for instructions that take signed bytes
#define CODE_BIAS(bits) 0
#endif

#ifdef STRIP_INT16  // WASM multiplies int16: a step holds two coordinates a row
typedef int16_t query_element;
enum { step_coordinates = 2 };
#else
typedef int8_t query_element;
enum { step_coordinates = 4 };
#endif

// Writes a query row in the order of the steps. `bits` is a constant where this is inlined.
static inline __attribute__((always_inline)) void order_row(const int8_t *row, uint32_t dim,
                                                            const int bits, query_element *out) {
  const uint32_t per_byte = 8 / bits, per_dword = 32 / bits;
  for (uint32_t j = 0; j < dim; j += per_dword) {
    for (uint32_t k = 0; k < per_byte; k++) {
      for (uint32_t m = 0; m < 4; m++) {
        const uint32_t from = j + m * per_byte + k;
        // Two int16 steps a byte position: even bytes first, as decoding splits them.
        const uint32_t to = step_coordinates == 4 ? m : m / 2 + m % 2 * 2;
        out[j + k * 4 + to] = bits > 1 || from < dim ? row[from] : 0;
      }
    }
  }
}

// steps x block rows x step_coordinates a block, as multiply_block reads it. `ordered`: one row.
static void pack_query(const strip_job *job, uint32_t size, query_element *packed,
                       query_element *ordered) {
  typedef struct {
    query_element at[step_coordinates];
  } coordinates;
  const uint32_t rows = job->query_row_count, dim = job->dim;
  const uint32_t steps = (dim * job->bits + 31) / 32 * (8 / job->bits) * (4 / step_coordinates);
  for (uint32_t r = 0; r < rows; r++) {
    switch (job->bits) {
      case 1:
        order_row(job->query_rows + r * dim, dim, 1, ordered);
        break;
      case 2:
        order_row(job->query_rows + r * dim, dim, 2, ordered);
        break;
      case 4:
        order_row(job->query_rows + r * dim, dim, 4, ordered);
        break;
      default:
        order_row(job->query_rows + r * dim, dim, 8, ordered);
        break;
    }
    const uint32_t start = r / size * size;
    const uint32_t count = rows - start < size ? rows - start : size;
    coordinates *out = (coordinates *)packed + start * steps + (r - start);
    const coordinates *from = (const coordinates *)ordered;
    for (uint32_t step = 0; step < steps; step++) out[step * count] = from[step];
  }
}

#endif

// Cache lines of the next strip to ask for while this one is multiplied, one a step: a burst would
// stall the line-fill buffers.
typedef struct {
  const uint8_t *start;
  uint32_t count;
} prefetch_run;

// What becomes of a block's sums: stored for keep_maxima, or, when the whole strip belongs to one
// passage, folded into its maxima straight from the registers.
typedef enum { store_sums, start_maxima, fold_maxima } sums_to;

// A block of query rows and where its results go.
typedef struct {
  const void *packed;  // from pack_query
  uint32_t count;
  int first;       // the first block of the query
  int only;        // and there is no other
  sum_type *sums;  // [r * STRIP_ROWS + row]
  sum_type *best;  // [r * LANES + lane]
} block;

#ifndef DECODED_SIZE  // bytes that decode_strip and the first block write for a strip of so many steps
#define DECODED_SIZE(steps) ((steps)*STRIP_STEP)
#endif

// What the including file defines.
// Writes the steps of a strip, STRIP_STEP bytes each.
static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps);
// Inner products of a block's query rows with the strip.
static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const block *part, sums_to to, prefetch_run ahead);
// Folds the sums of a segment's rows into LANES running maxima a query row.
static void keep_maxima(const sum_type *sums, uint32_t query_rows, const segment *part,
                        sum_type *best);
// The largest of LANES maxima, for each query row: out[r].
static void reduce_maxima(const sum_type *best, uint32_t query_rows, sum_type *out);

// A walk over the lines of the next strip.
typedef struct {
  const strip *next;
  size_t row_size;
  uint32_t segment;
  size_t offset;  // into the segment
} line_walk;

// The next run of at most `count_max` lines, all of one segment.
static prefetch_run next_lines(line_walk *at, uint32_t count_max) {
  if (at->segment == at->next->segment_count) return (prefetch_run){NULL, 0};
  const segment *part = &at->next->segments[at->segment];
  const size_t size = (part->to - part->from) * at->row_size;
  const uint8_t *start = at->next->rows[part->from] + at->offset;
  const uint32_t left = (uint32_t)((size - at->offset + 63) / 64);
  if (left > count_max) {
    at->offset += (size_t)count_max * 64;
    return (prefetch_run){start, count_max};
  }
  at->segment++;
  at->offset = 0;
  return (prefetch_run){start, left};
}

#ifdef STRIP_FLOAT

static size_t job_row_size(const strip_job *job) { return (size_t)job->dim * sizeof(float); }
static size_t step_total(const strip_job *job) { return job->dim; }
static size_t packed_step(const strip_job *job) {
  (void)job;
  return sizeof(float);
}

// Sum over query rows, in order, of the largest product.
static float finish(const strip_job *job, const int32_t *query_sums, const float *largest,
                    float *products) {
  (void)query_sums, (void)products;
  float score = 0;
  for (uint32_t r = 0; r < job->query_row_count; r++) score += largest[r];
  return score;
}

#else

static size_t job_row_size(const strip_job *job) { return job->dim * job->bits / 8; }
static size_t step_total(const strip_job *job) {
  return (size_t)((job->dim * job->bits + 31) / 32) * (8 / job->bits) * (4 / step_coordinates);
}
static size_t packed_step(const strip_job *job) {
  (void)job;
  return step_coordinates * sizeof(query_element);
}

// Sum over query rows, in order, of scale x I: each product and sum rounded to float32.
static float finish(const strip_job *job, const int32_t *restrict query_sums,
                    const int32_t *restrict largest, float *restrict products) {
  // Codes that were multiplied less a bias: sum q*u = 2 * sum q*(c - bias) - (top - 2 bias) * sum q.
  const int32_t top = (1 << job->bits) - 1 - 2 * CODE_BIAS(job->bits);
  const float *restrict scales = job->row_scales;
  const uint32_t rows = job->query_row_count;
  for (uint32_t r = 0; r < rows; r++) {
    products[r] = scales[r] * (float)(2 * largest[r] - top * query_sums[r]);
  }
  float score = 0;
  for (uint32_t r = 0; r < rows; r++) score += products[r];
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
    const int8_t *row = job->query_rows + (size_t)r * job->dim;
    int32_t sum = 0;
    for (size_t j = 0; j < job->dim; j++) sum += row[j];
    sums[r] = sum;
  }
#endif
}

static void run_strips(const strip_job *job, uint8_t *workspace) {
  const uint32_t rows = job->query_row_count;
  const uint32_t size = block_size(rows);
  const size_t steps = step_total(job);
  const size_t query_step = packed_step(job);
  void *packed = take(&workspace, rows * steps * query_step);
  uint8_t *decoded = take(&workspace, DECODED_SIZE(steps));
  sum_type *sums = take(&workspace, rows * STRIP_ROWS * sizeof(sum_type));
  sum_type *best = take(&workspace, rows * LANES * sizeof(sum_type));
  int32_t *query_sums = take(&workspace, rows * sizeof(int32_t));
  strip *strips = take(&workspace, 2 * sizeof(strip));
  sum_type *largest = take(&workspace, (rows + LANES) * sizeof(sum_type));
  float *products = take(&workspace, rows * sizeof(float));
  walk at = {.job = job, .row_size = job_row_size(job)};
#ifdef STRIP_FLOAT
  at.codes = (const uint8_t *)job->rows;
  copy_tail(&at, at.codes, job->row_total * at.row_size, take(&workspace, 256));
#else
  at.codes = job->codes;
  copy_tail(&at, at.codes, job->code_size, take(&workspace, 256));
#endif
  pack_query(job, size, packed, (void *)decoded);  // the strip's room is free as yet
  sum_query_rows(job, query_sums);

  strip *now = &strips[0], *next = &strips[1];
  int more = next_strip(&at, now);
  const uint32_t blocks = (rows + size - 1) / size;
  while (more) {
    decode_strip(now, job, decoded);
    more = next_strip(&at, next);
    if (!more) next->segment_count = 0;
    line_walk lines = {.next = next, .row_size = at.row_size};
    const uint32_t line_count = (uint32_t)(STRIP_ROWS * at.row_size / 64 / blocks + 1);
    const segment *whole = now->segments;
    const sums_to to = whole->to - whole->from < STRIP_ROWS ? store_sums
                       : whole->first                       ? start_maxima
                                                            : fold_maxima;
    for (uint32_t start = 0; start < rows; start += size) {
      const block part = {
          .packed = (const uint8_t *)packed + start * steps * query_step,
          .count = rows - start < size ? rows - start : size,
          .first = start == 0,
          .only = size == rows,
          .sums = sums + start * STRIP_ROWS,
          .best = best + start * LANES,
      };
      multiply_block(job, decoded, (uint32_t)steps, &part, to, next_lines(&lines, line_count));
    }
    for (uint32_t i = 0; i < now->segment_count; i++) {
      const segment *part = &now->segments[i];
      if (to == store_sums) keep_maxima(sums, rows, part, best);
      if (!part->last) continue;
      reduce_maxima(best, rows, largest);
      job->scores[part->slot] = finish(job, query_sums, largest, products);
    }
    strip *swap = now;
    now = next;
    next = swap;
  }
}

#endif
