// Throws malformed jobs at the checks and runs what they let through: whatever passes must stay inside
// its arrays (AddressSanitizer watches). Arguments: number of jobs, seed.
#include "random.h"

static const kernel_set *const *sets;
static size_t set_count;
static unsigned long refused, ran;

// Mostly a value that fits, sometimes anything.
static uint32_t mutate(uint32_t value) {
  switch (random_below(12)) {
    case 0:
      return random_32();
    case 1:
      return value + 1;
    case 2:
      return value - 1;
    case 3:
      return 0;
    case 4:
      return 0xffffffffu;
    default:
      return value;
  }
}

static const kernel_set *any_set(void) { return sets[random_below((uint32_t)set_count)]; }

static void fuzz_max_sim(void) {
  const uint32_t dim = 16 * (1 + random_below(8)), bits = random_bits(), rows = 1 + random_below(9);
  const size_t total = 1 + random_below(4), count = random_below(5);
  uint32_t *offsets = random_offsets(total), *passages = random_passages(count, total);
  void *block;
  const size_t code_size = (size_t)offsets[total] * dim * bits / 8;
  uint8_t *codes = random_bytes(code_size, &block);
  const size_t query_length = mutate(rows * dim) % (rows * dim + 64);
  int8_t *query = random_query(query_length);
  float *scales = random_floats(rows), *scores = random_floats(count);
  for (size_t i = 0; i <= total; i++) offsets[i] = mutate(offsets[i]);
  for (size_t i = 0; i < count; i++) passages[i] = mutate(passages[i]);
  const max_sim_job job = {query,        scales,  mutate(rows), codes,    code_size, mutate(dim),
                           mutate(bits), offsets, total + 1,    passages, count,     scores};
  if (check_max_sim(&job, query_length, rows, count) == NULL) {
    uint8_t *workspace = workspace_of(max_sim_workspace(&job));
    any_set()->max_sim(&job, workspace);
    free(workspace);
    ran++;
  } else {
    refused++;
  }
  free(offsets), free(passages), free(block), free(query), free(scales), free(scores);
}

static void fuzz_scan(void) {
  const uint32_t dim = 16 * (1 + random_below(8)), bits = random_bits();
  const uint32_t rows = random_below(100), top = random_below(20);
  void *block, *eligible_block;
  const size_t code_size = (size_t)rows * dim * bits / 8;
  uint8_t *codes = random_bytes(code_size, &block);
  uint8_t *eligible = random_bytes((rows + 7) / 8, &eligible_block);
  int8_t *query = random_query(dim);
  uint32_t *out_rows = calloc(top + 1, sizeof(uint32_t));
  int32_t *out_scores = calloc(top + 1, sizeof(int32_t));
  sketch_scan_job job = {.query_row = query,
                         .codes = codes,
                         .code_size = code_size,
                         .dim = mutate(dim),
                         .bits = mutate(bits),
                         .row_count = mutate(rows),
                         .eligible = eligible,
                         .top_count = mutate(top),
                         .score_min = (int32_t)mutate(0x80000000u),
                         .out_rows = out_rows,
                         .out_scores = out_scores};
  if (check_sketch_scan(&job, dim, (rows + 7) / 8, top, top) == NULL) {
    uint8_t *workspace = workspace_of(sketch_scan_workspace(&job));
    any_set()->sketch_scan(&job, workspace);
    free(workspace);
    ran++;
  } else {
    refused++;
  }
  free(block), free(eligible_block), free(query), free(out_rows), free(out_scores);
}

static void fuzz_rotate(void) {
  const uint32_t dim = 16 * (1 + random_below(8)), bits = random_bits();
  const uint32_t rows = random_below(20), rounds = random_below(5);
  float *values = random_floats((size_t)rows * dim), *factors = random_floats((size_t)rounds * dim);
  void *block;
  const size_t code_size = (size_t)rows * dim * bits / 8;
  uint8_t *codes = random_bytes(code_size, &block);
  rotate_job job = {.rows = values,
                    .dim = mutate(dim),
                    .factors = factors,
                    .codes = codes,
                    .bits = mutate(bits),
                    .inverse_step = random_float() * 1e6f};
  if (job.dim != 0) {
    job.row_count = (size_t)rows * dim / job.dim;
    job.round_count = (size_t)rounds * dim / job.dim;
  }
  const size_t value_count = (size_t)rows * dim;
  if (check_rotate(&job, value_count, (size_t)rounds * dim, code_size) == NULL) {
    uint8_t *workspace = workspace_of(rotate_workspace(&job));
    any_set()->rotate(&job, workspace);
    free(workspace);
    ran++;
  } else {
    refused++;
  }
  free(values), free(factors), free(block);
}

static void fuzz_unit_rows(void) {
  const uint32_t dim = 16 * (1 + random_below(8)), rows = random_below(20);
  const size_t length = (size_t)rows * dim;
  float *values = random_floats(length);
  double *sums = calloc(dim, sizeof(double));
  unit_rows_job job = {.rows = values,
                       .dim = mutate(dim),
                       .tolerance = random_float(),
                       .out = values,
                       .column_sums = sums};
  if (check_unit_rows(&job, length, mutate((uint32_t)length) % (length + 1), dim) == NULL) {
    job.row_count = length / job.dim;
    any_set()->unit_rows(&job);
    ran++;
  } else {
    refused++;
  }
  free(values), free(sums);
}

static void fuzz_shape_codes(void) {
  const uint32_t dim = 16 * (1 + random_below(8)), bits = random_bits();
  const uint32_t rows = random_below(20);
  const size_t length = (size_t)rows * dim, code_size = length * bits / 8;
  float *values = random_floats(length), *direction = random_floats(dim);
  uint16_t *order = random_order(dim);
  if (random_below(4) == 0) order[random_below(dim)] = (uint16_t)mutate(dim);
  void *block;
  uint8_t *codes = random_bytes(code_size, &block);
  shape_codes_job job = {.rows = values,
                         .dim = mutate(dim),
                         .direction = direction,
                         .order = order,
                         .step = random_float() * 1e6,
                         .length_loss = random_float(),
                         .codes = codes,
                         .bits = mutate(bits)};
  if (random_below(8) == 0 && rows > 0) values[random_below(rows) * dim] = __builtin_nanf("");
  if (check_shape_codes(&job, length, dim, dim, code_size) == NULL) {
    job.row_count = length / job.dim;
    any_set()->shape_codes(&job);
    ran++;
  } else {
    refused++;
  }
  free(values), free(direction), free(order), free(block);
}

int main(int argument_count, char **arguments) {
  const long jobs = argument_count > 1 ? atol(arguments[1]) : 3000;
  if (argument_count > 2) random_state ^= (uint64_t)atol(arguments[2]) * 0x9e3779b97f4a7c15u;
  sets = usable_kernel_sets();
  while (sets[set_count] != NULL) set_count++;
  for (long job = 0; job < jobs; job++) {
    fuzz_max_sim();
    fuzz_scan();
    fuzz_rotate();
    fuzz_unit_rows();
    fuzz_shape_codes();
  }
  printf("fuzz: %lu jobs ran, %lu were refused\n", ran, refused);
  // Both must happen, or the fuzzer proves nothing.
  return ran > 0 && refused > 0 ? 0 : 1;
}
