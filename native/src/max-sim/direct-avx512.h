// MaxSim without decoding, AVX-512: for rows whose dwords can be multiplied as they lie (8-bit codes,
// floats), when the query fills whole pairs of vectors. Included by max-sim/ and max-sim-float/, which
// define DIRECT_MULTIPLY_ADD (an instruction of sum, row dword, query) and DIRECT_MAX, after strips.h.
//
// Layout    The query rows are the lanes: 32 rows packed dword by dword as two vectors a step.
// Registers 24 sums (12 document rows x 2 query vectors), 2 query vectors, 1 broadcast row dword: 27.
//           A row is read once for 32 query rows, by broadcasting loads that need no alignment, and
//           never transposed; what is lost is lanes, when the query is not nearly 32, 64, ... rows.
#ifndef SLUICE_DIRECT_AVX512_H
#define SLUICE_DIRECT_AVX512_H

enum { direct_rows = 12, direct_lanes = 32 };

typedef struct {
  __m512i of[2];
} direct_vectors;

// True when at most an eighth of the lanes would idle.
static int fills_lanes(uint32_t query_rows) {
  const uint32_t lanes = (query_rows + direct_lanes - 1) / direct_lanes * direct_lanes;
  return query_rows * 8 >= lanes * 7;
}

// Maxima of `count` rows, a constant, for one pair of query vectors.
INLINE direct_vectors multiply_direct(const uint8_t *rows, size_t row_size, uint32_t steps,
                                      const __m512i *query, const int count, prefetch_run ahead) {
  __m512i sum[direct_rows][2];
#pragma GCC unroll 12
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm512_setzero_si512();
  // Three pointers and two strides address twelve rows.
  const uint8_t *fours[3] = {rows, rows + 4 * row_size, rows + 8 * row_size};
  size_t three_rows = 3 * row_size;
  __asm__("" : "+r"(three_rows));
  for (uint32_t step = 0; step < steps; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m512i first = query[2 * step], second = query[2 * step + 1];
#pragma GCC unroll 12
    for (int r = 0; r < count; r++) {
      const size_t offset = r % 4 == 3 ? three_rows : (size_t)(r % 4) * row_size;
      __m512i dword;
      __asm__("vpbroadcastd %1, %0"
              : "=v"(dword)
              : "m"(*(const uint32_t *)(fours[r / 4] + offset)));
      __asm__(DIRECT_MULTIPLY_ADD : "+v"(sum[r][0]) : "v"(dword), "v"(first));
      __asm__(DIRECT_MULTIPLY_ADD : "+v"(sum[r][1]) : "v"(dword), "v"(second));
    }
    for (int i = 0; i < 3; i++) {
      fours[i] += 4;
      __asm__("" : "+r"(fours[i]));
    }
  }
  direct_vectors largest = {{sum[0][0], sum[0][1]}};
#pragma GCC unroll 12
  for (int r = 1; r < count; r++) {
    largest.of[0] = DIRECT_MAX(sum[r][0], largest.of[0]);
    largest.of[1] = DIRECT_MAX(sum[r][1], largest.of[1]);
  }
  return largest;
}

static direct_vectors multiply_direct_rows(const uint8_t *rows, size_t row_size, uint32_t steps,
                                           const __m512i *query, uint32_t count,
                                           prefetch_run ahead) {
  // clang-format off
  switch (count) {
#define CASE(n) \
  case n: return multiply_direct(rows, row_size, steps, query, n, ahead);
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
#undef CASE
    default: return multiply_direct(rows, row_size, steps, query, 12, ahead);
  }
  // clang-format on
}

// Query rows as dwords, two vectors a step, 32 rows a pair; rows past the end are zeros and not read.
static void pack_direct(const uint32_t *query, uint32_t query_rows, uint32_t steps,
                        uint32_t *packed) {
  for (uint32_t start = 0; start < query_rows; start += direct_lanes) {
    for (uint32_t r = start; r < start + direct_lanes; r++) {
      for (uint32_t step = 0; step < steps; step++) {
        uint32_t dword = 0;
        if (r < query_rows) copy_bytes(&dword, query + (size_t)r * steps + step, sizeof dword);
        packed[step * direct_lanes + (r - start)] = dword;
      }
    }
    packed += (size_t)steps * direct_lanes;
  }
}

static void run_direct(const strip_job *job, const void *query, const uint8_t *rows,
                       uint8_t *workspace) {
  const uint32_t query_rows = job->query_row_count;
  const size_t row_size = job_row_size(job);
  const uint32_t steps = (uint32_t)(row_size / 4);
  const uint32_t pairs = (query_rows + direct_lanes - 1) / direct_lanes;
  __m512i *packed = take(&workspace, (size_t)pairs * steps * 128);
  direct_vectors *best = take(&workspace, pairs * sizeof(direct_vectors));
  int32_t *query_sums = take(&workspace, query_rows * sizeof(int32_t));
  float *products = take(&workspace, query_rows * sizeof(float));
  pack_direct(query, query_rows, steps, (uint32_t *)packed);
  sum_query_rows(job, query_sums);

  for (size_t slot = 0; slot < job->passage_count; slot++) {
    const uint32_t *offsets = job->row_offsets + job->passages[slot];
    const uint32_t first = offsets[0], end = offsets[1];
    const int more = slot + 1 < job->passage_count;
    const uint32_t *next = more ? job->row_offsets + job->passages[slot + 1] : offsets;
    const size_t next_size = more ? (next[1] - next[0]) * row_size : 0;
    const uint8_t *next_rows = rows + next[0] * row_size;
    // Blocks of near equal size, so that none is left with a row or two.
    const uint32_t blocks = (end - first + direct_rows - 1) / direct_rows;
    const uint32_t size = blocks == 0 ? 1 : (end - first + blocks - 1) / blocks;
    for (uint32_t row = first; row < end; row += size) {
      const uint32_t count = end - row < size ? end - row : size;
      for (uint32_t pair = 0; pair < pairs; pair++) {
        // The lines of the next passage at the same place, shared among the pairs.
        const size_t lines = (size_t)count * row_size / 64 / pairs + 1;
        const size_t at = (row - first) * row_size + pair * lines * 64;
        const prefetch_run ahead = {next_rows + at, at < next_size ? (uint32_t)lines : 0};
        const direct_vectors found =
            multiply_direct_rows(rows + row * row_size, row_size, steps,
                                 packed + (size_t)pair * steps * 2, count, ahead);
        for (int i = 0; i < 2; i++) {
          best[pair].of[i] = row == first ? found.of[i] : DIRECT_MAX(found.of[i], best[pair].of[i]);
        }
      }
    }
    job->scores[slot] =
        first == end ? 0 : finish(job, query_sums, (const sum_type *)best, products);
  }
}

#endif
