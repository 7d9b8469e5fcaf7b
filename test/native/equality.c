// Every set of kernels that this CPU runs against the scalar set, on random jobs: equal bits or exit 1.
// Built with sanitizers, and for ARM under qemu-user; see run.sh. Argument: number of jobs a kernel.
#include "random.h"

static const kernel_set *scalar;

static void fail(const char *kernel, const kernel_set *set, const char *detail) {
  printf("%s %s differs from scalar: %s\n", set->name, kernel, detail);
  exit(1);
}

static void test_max_sim(const kernel_set *set) {
  const uint32_t dim = random_dim(), bits = random_bits();
  const size_t total = 1 + random_below(6), count = random_below(9);
  const uint32_t rows = 1 + random_below(random_below(10) == 0 ? 512 : 40);
  uint32_t *offsets = random_offsets(total), *passages = random_passages(count, total);
  void *block;
  const size_t code_size = (size_t)offsets[total] * dim * bits / 8 + random_below(3);
  uint8_t *codes = random_bytes(code_size, &block);
  int8_t *query = random_query((size_t)rows * dim);
  float *scales = random_floats(rows), *found = random_floats(count),
        *expected = random_floats(count);
  max_sim_job job = {query, scales,  rows,      codes,    code_size, dim,
                     bits,  offsets, total + 1, passages, count,     found};
  const char *wrong = check_max_sim(&job, (size_t)rows * dim, rows, count);
  if (wrong) fail("max_sim", set, wrong);
  uint8_t *workspace = workspace_of(max_sim_workspace(&job));
  set->max_sim(&job, workspace);
  job.scores = expected;
  scalar->max_sim(&job, workspace);
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u bits %u query rows %u", dim, bits, rows);
  if (memcmp(found, expected, count * sizeof(float)) != 0) fail("max_sim", set, detail);
  free(workspace), free(query), free(scales), free(found), free(expected);
  free(offsets), free(passages), free(block);
}

static void test_scan(const kernel_set *set) {
  const uint32_t dim = random_dim(), bits = random_bits();
  const uint32_t rows = random_below(300), top = random_below(40);
  void *block, *eligible_block;
  const size_t code_size = (size_t)rows * dim * bits / 8;
  uint8_t *codes = random_bytes(code_size, &block);
  uint8_t *eligible = random_bytes((rows + 7) / 8, &eligible_block);
  int8_t *query = random_query(dim);
  uint32_t *out_rows = calloc(2 * top + 1, sizeof(uint32_t));
  int32_t *out_scores = calloc(2 * top + 1, sizeof(int32_t));
  sketch_scan_job a = {
      .query_row = query,
      .codes = codes,
      .code_size = code_size,
      .dim = dim,
      .bits = bits,
      .row_count = rows,
      .eligible = eligible,
      .top_count = top,
      .score_min = random_below(2) ? INT32_MIN : (int32_t)random_below(2000) - 1000,
      .out_rows = out_rows,
      .out_scores = out_scores};
  sketch_scan_job b = a;
  b.out_rows = out_rows + top;
  b.out_scores = out_scores + top;
  const char *wrong = check_sketch_scan(&a, dim, (rows + 7) / 8, top, top);
  if (wrong) fail("sketch_scan", set, wrong);
  uint8_t *workspace = workspace_of(sketch_scan_workspace(&a));
  set->sketch_scan(&a, workspace);
  scalar->sketch_scan(&b, workspace);
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u bits %u rows %u top %u", dim, bits, rows, top);
  if (a.count != b.count || a.ties_dropped != b.ties_dropped ||
      memcmp(a.out_rows, b.out_rows, a.count * 4) != 0 ||
      memcmp(a.out_scores, b.out_scores, a.count * 4) != 0) {
    fail("sketch_scan", set, detail);
  }
  free(workspace), free(query), free(out_rows), free(out_scores), free(block), free(eligible_block);
}

static void test_rotate(const kernel_set *set) {
  const uint32_t dim = random_dim(), bits = random_bits();
  const size_t rows = random_below(40), rounds = random_below(6);
  float *values = random_floats(rows * dim), *factors = random_floats(rounds * dim);
  float *found = random_floats(rows * dim), *expected = random_floats(rows * dim);
  const size_t code_size = rows * dim * bits / 8;
  void *block, *other_block;
  uint8_t *codes = random_bytes(code_size, &block), *others = random_bytes(code_size, &other_block);
  rotate_job job = {.rows = values,
                    .row_count = rows,
                    .dim = dim,
                    .factors = factors,
                    .round_count = rounds,
                    .rotated = found,
                    .bits = bits,
                    .inverse_step = 1.5f};
  const char *wrong = check_rotate(&job, rows * dim, rounds * dim, rows * dim);
  if (wrong) fail("rotate", set, wrong);
  uint8_t *workspace = workspace_of(rotate_workspace(&job));
  set->rotate(&job, workspace);
  job.rotated = expected;
  scalar->rotate(&job, workspace);
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u bits %u rows %zu rounds %zu", dim, bits, rows, rounds);
  if (memcmp(found, expected, rows * dim * sizeof(float)) != 0) fail("rotate", set, detail);
  job.codes = codes;
  set->rotate(&job, workspace);
  job.codes = others;
  scalar->rotate(&job, workspace);
  if (memcmp(codes, others, code_size) != 0) fail("rotate to codes", set, detail);
  free(workspace), free(values), free(factors), free(found), free(expected);
  free(block), free(other_block);
}

static void test_max_sim_float(const kernel_set *set) {
  const uint32_t dim = random_dim(), rows = 1 + random_below(30);
  const size_t total = 1 + random_below(4), count = random_below(6);
  uint32_t *offsets = random_offsets(total), *passages = random_passages(count, total);
  float *query = random_floats((size_t)rows * dim);
  float *values = random_floats((size_t)offsets[total] * dim);
  float *found = random_floats(count), *expected = random_floats(count);
  max_sim_float_job job = {query,   rows,      values,   offsets[total], dim,
                           offsets, total + 1, passages, count,          found};
  uint8_t *workspace = workspace_of(max_sim_float_workspace(&job));
  set->max_sim_float(&job, workspace);
  job.scores = expected;
  scalar->max_sim_float(&job, workspace);
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u query rows %u", dim, rows);
  if (memcmp(found, expected, count * sizeof(float)) != 0) fail("max_sim_float", set, detail);
  free(workspace), free(query), free(values), free(found), free(expected);
  free(offsets), free(passages);
}

static void test_unit_rows(const kernel_set *set) {
  const uint32_t dim = random_dim();
  const size_t rows = random_below(40), length = rows * dim;
  float *values = random_floats(length), *found = random_floats(length);
  float *expected = random_floats(length);
  int8_t *levels = random_query(length);
  double *sums = calloc(2 * dim, sizeof(double));
  // About half of the rows are near enough to stay as they are.
  unit_rows_job job = {.rows = values,
                       .row_count = rows,
                       .dim = dim,
                       .out = found,
                       .column_sums = sums,
                       .tolerance = random_below(2) ? 1e-3 : __builtin_sqrt(dim / 3.0) - 1};
  if (random_below(3) == 0) job.rows = NULL, job.levels = levels;
  if (rows > 0 && random_below(4) == 0)
    memset(values + random_below((uint32_t)rows) * dim, 0, dim * 4);
  const char *wrong = check_unit_rows(&job, length, length, dim);
  if (wrong) fail("unit_rows", set, wrong);
  const int64_t bad = set->unit_rows(&job);
  job.out = expected;
  job.column_sums = sums + dim;
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u rows %zu", dim, rows);
  if (scalar->unit_rows(&job) != bad) fail("unit_rows", set, "another row is unusable");
  if (bad < 0 && (memcmp(found, expected, length * sizeof(float)) != 0 ||
                  memcmp(sums, sums + dim, dim * sizeof(double)) != 0)) {
    fail("unit_rows", set, detail);
  }
  free(values), free(found), free(expected), free(levels), free(sums);
}

static void test_shape_codes(const kernel_set *set) {
  const uint32_t dim = random_dim(), bits = random_bits();
  const size_t rows = random_below(20), length = rows * dim;
  float *values = random_floats(length), *direction = random_floats(dim);
  uint16_t *order = random_order(dim);
  void *block, *other_block;
  uint8_t *found = random_bytes(length * bits / 8, &block);
  uint8_t *expected = random_bytes(length * bits / 8, &other_block);
  shape_codes_job job = {.rows = values,
                         .row_count = rows,
                         .dim = dim,
                         .direction = direction,
                         .order = order,
                         .step = (1 << bits) * __builtin_fabs(random_float()),
                         .length_loss = __builtin_fabs(random_float()) / 4,
                         .codes = found,
                         .bits = bits};
  const char *wrong = check_shape_codes(&job, length, dim, dim, length * bits / 8);
  if (wrong) fail("shape_codes", set, wrong);
  set->shape_codes(&job);
  job.codes = expected;
  scalar->shape_codes(&job);
  char detail[80];
  snprintf(detail, sizeof detail, "dim %u bits %u rows %zu", dim, bits, rows);
  if (memcmp(found, expected, length * bits / 8) != 0) fail("shape_codes", set, detail);
  free(values), free(direction), free(order), free(block), free(other_block);
}

int main(int argument_count, char **arguments) {
  const int jobs = argument_count > 1 ? atoi(arguments[1]) : 300;
  const kernel_set *const *usable = usable_kernel_sets();
  size_t sets = 0;
  while (usable[sets] != NULL) scalar = usable[sets++];
  for (size_t i = 0; i < sets; i++) {
    // The scalar set runs against itself: for the sanitizers, and as the control of this test.
    for (int job = 0; job < jobs; job++) {
      test_max_sim(usable[i]);
      test_scan(usable[i]);
      test_rotate(usable[i]);
      test_max_sim_float(usable[i]);
      test_unit_rows(usable[i]);
      test_shape_codes(usable[i]);
    }
    printf("%s: %d jobs a kernel, equal to scalar\n", usable[i]->name, jobs);
  }
  return 0;
}
