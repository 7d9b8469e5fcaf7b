// The Node binding: arguments in, checked job out, kernel run. One JavaScript object a kernel set.
// No state is shared between calls, so workers may call it at the same time.
#include <node_api.h>
#include <stdlib.h>

#include "checks.h"
#include "limits.h"

typedef struct {
  napi_env env;
  napi_value values[10];
  size_t count;
  const kernel_set *set;
  const char *wrong;  // first argument that is not what it should be
} call;

typedef struct {
  void *data;
  size_t length;
} array;

static call open_call(napi_env env, napi_callback_info info, size_t expected) {
  call c = {.env = env, .count = 10};
  void *data = NULL;
  napi_get_cb_info(env, info, &c.count, c.values, NULL, &data);
  c.set = data;
  if (c.count < expected) c.wrong = "too few arguments";
  return c;
}

// Elements of a typed array, over an ArrayBuffer or a SharedArrayBuffer, at any offset.
static array array_at(call *c, int index, napi_typedarray_type expected) {
  array a = {0};
  napi_typedarray_type type;
  if (c->wrong) return a;
  if (napi_get_typedarray_info(c->env, c->values[index], &type, &a.length, &a.data, NULL, NULL) !=
      napi_ok) {
    c->wrong = "an argument is not a typed array";
  } else if (type != expected) {
    c->wrong = "a typed array has another element type";
  }
  return a;
}

static double number_at(call *c, int index) {
  double value = 0;
  if (!c->wrong && napi_get_value_double(c->env, c->values[index], &value) != napi_ok) {
    c->wrong = "an argument is not a number";
  }
  return value;
}

static uint32_t uint32_at(call *c, int index) {
  const double value = number_at(c, index);
  if (!(value >= 0 && value <= 4294967295.0) || value != (double)(uint32_t)value) {
    if (!c->wrong) c->wrong = "a number is not an unsigned 32-bit integer";
    return 0;
  }
  return (uint32_t)value;
}

static int32_t int32_at(call *c, int index) {
  const double value = number_at(c, index);
  if (!(value >= INT32_MIN && value <= INT32_MAX) || value != (double)(int32_t)value) {
    if (!c->wrong) c->wrong = "a number is not a signed 32-bit integer";
    return 0;
  }
  return (int32_t)value;
}

static napi_value reject(call *c, const char *wrong) {
  napi_throw_range_error(c->env, NULL, wrong);
  return NULL;
}

// A workspace whose size is a multiple of its alignment; null after throwing.
static uint8_t *allocate(call *c, size_t size) {
  uint8_t *workspace = aligned_alloc(64, (size + 63) & ~(size_t)63);
  if (workspace == NULL) napi_throw_error(c->env, NULL, "no memory for a kernel's workspace");
  return workspace;
}

static napi_value max_sim_batch(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 9);
  const array query = array_at(&c, 0, napi_int8_array),
              scales = array_at(&c, 1, napi_float32_array);
  const array codes = array_at(&c, 3, napi_uint8_array),
              offsets = array_at(&c, 6, napi_uint32_array);
  const array passages = array_at(&c, 7, napi_uint32_array);
  const array scores = array_at(&c, 8, napi_float32_array);
  const max_sim_job job = {
      .query_rows = query.data,
      .row_scales = scales.data,
      .query_row_count = uint32_at(&c, 2),
      .codes = codes.data,
      .code_size = codes.length,
      .dim = uint32_at(&c, 4),
      .bits = uint32_at(&c, 5),
      .row_offsets = offsets.data,
      .offset_count = offsets.length,
      .passages = passages.data,
      .passage_count = passages.length,
      .scores = scores.data,
  };
  const char *wrong = c.wrong;
  if (!wrong) wrong = check_max_sim(&job, query.length, scales.length, scores.length);
  if (wrong) return reject(&c, wrong);
  uint8_t *workspace = allocate(&c, max_sim_workspace(&job));
  if (workspace == NULL) return NULL;
  c.set->max_sim(&job, workspace);
  free(workspace);
  return NULL;
}

static napi_value sketch_scan(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 9);
  const array query = array_at(&c, 0, napi_int8_array), codes = array_at(&c, 1, napi_uint8_array);
  const array eligible = array_at(&c, 5, napi_uint8_array);
  const array rows = array_at(&c, 7, napi_uint32_array), scores = array_at(&c, 8, napi_int32_array);
  sketch_scan_job job = {
      .query_row = query.data,
      .codes = codes.data,
      .code_size = codes.length,
      .dim = uint32_at(&c, 2),
      .bits = uint32_at(&c, 3),
      .row_count = uint32_at(&c, 4),
      .eligible = eligible.data,
      .top_count = uint32_at(&c, 6),
      .score_min = c.count > 9 ? int32_at(&c, 9) : INT32_MIN,
      .out_rows = rows.data,
      .out_scores = scores.data,
  };
  const char *wrong = c.wrong;
  if (!wrong) {
    wrong = check_sketch_scan(&job, query.length, eligible.length, rows.length, scores.length);
  }
  if (wrong) return reject(&c, wrong);
  uint8_t *workspace = allocate(&c, sketch_scan_workspace(&job));
  if (workspace == NULL) return NULL;
  c.set->sketch_scan(&job, workspace);
  free(workspace);
  napi_value result;
  napi_create_uint32(env, job.count * 2 + job.ties_dropped, &result);
  return result;
}

static napi_value run_rotate(call *c, rotate_job *job, array rows, array factors, size_t out) {
  const char *wrong = c->wrong;
  if (!wrong) wrong = check_rotate(job, rows.length, factors.length, out);
  if (wrong) return reject(c, wrong);
  job->row_count = rows.length / job->dim;
  job->round_count = factors.length / job->dim;
  uint8_t *workspace = allocate(c, rotate_workspace(job));
  if (workspace == NULL) return NULL;
  c->set->rotate(job, workspace);
  free(workspace);
  return NULL;
}

static napi_value rotate(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 4);
  const array rows = array_at(&c, 0, napi_float32_array),
              factors = array_at(&c, 1, napi_float32_array);
  const array out = array_at(&c, 3, napi_float32_array);
  rotate_job job = {
      .rows = rows.data,
      .dim = uint32_at(&c, 2),
      .factors = factors.data,
      .rotated = out.data,
  };
  return run_rotate(&c, &job, rows, factors, out.length);
}

static napi_value rotate_quantize(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 6);
  const array rows = array_at(&c, 0, napi_float32_array),
              factors = array_at(&c, 1, napi_float32_array);
  const array codes = array_at(&c, 3, napi_uint8_array);
  rotate_job job = {
      .rows = rows.data,
      .dim = uint32_at(&c, 4),
      .factors = factors.data,
      // An empty array may have no address, and no address would mean no codes.
      .codes = codes.data ? codes.data : (uint8_t *)"",
      .bits = uint32_at(&c, 5),
      .inverse_step = (float)number_at(&c, 2),
  };
  if (!c.wrong && job.dim >= 16) job.row_count = rows.length / job.dim;
  return run_rotate(&c, &job, rows, factors, codes.length);
}

static napi_value max_sim_float(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 6);
  const array query = array_at(&c, 0, napi_float32_array),
              rows = array_at(&c, 1, napi_float32_array);
  const array offsets = array_at(&c, 3, napi_uint32_array),
              passages = array_at(&c, 4, napi_uint32_array);
  const array scores = array_at(&c, 5, napi_float32_array);
  const uint32_t dim = uint32_at(&c, 2);
  const max_sim_float_job job = {
      .query = query.data,
      .query_row_count = dim ? (uint32_t)(query.length / dim) : 0,
      .rows = rows.data,
      .row_total = dim ? rows.length / dim : 0,
      .dim = dim,
      .row_offsets = offsets.data,
      .offset_count = offsets.length,
      .passages = passages.data,
      .passage_count = passages.length,
      .scores = scores.data,
  };
  const char *wrong = c.wrong;
  if (!wrong) wrong = check_max_sim_float(&job, query.length, rows.length, scores.length);
  if (wrong) return reject(&c, wrong);
  uint8_t *workspace = allocate(&c, max_sim_float_workspace(&job));
  if (workspace == NULL) return NULL;
  c.set->max_sim_float(&job, workspace);
  free(workspace);
  return NULL;
}

// Rows are floats, or int8 values; returns the first unusable row or -1.
static napi_value unit_rows(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 5);
  napi_typedarray_type type = napi_float32_array;
  if (!c.wrong) napi_get_typedarray_info(env, c.values[0], &type, NULL, NULL, NULL, NULL);
  const int is_int8 = type == napi_int8_array;
  const array rows = array_at(&c, 0, is_int8 ? napi_int8_array : napi_float32_array);
  const array out = array_at(&c, 3, napi_float32_array), sums = array_at(&c, 4, napi_float64_array);
  unit_rows_job job = {
      .rows = is_int8 ? NULL : rows.data,
      .levels = is_int8 ? rows.data : NULL,
      .dim = uint32_at(&c, 1),
      .tolerance = number_at(&c, 2),
      .out = out.data,
      .column_sums = sums.data,
  };
  const char *wrong = c.wrong;
  if (!wrong) wrong = check_unit_rows(&job, rows.length, out.length, sums.length);
  if (wrong) return reject(&c, wrong);
  job.row_count = rows.length / job.dim;
  napi_value result;
  napi_create_int64(env, c.set->unit_rows(&job), &result);
  return result;
}

// shapeCodes(rows, direction, order, step, lengthLoss, bytes, dim, bits)
static napi_value shape_codes(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 8);
  const array rows = array_at(&c, 0, napi_float32_array),
              direction = array_at(&c, 1, napi_float32_array);
  const array order = array_at(&c, 2, napi_uint16_array), codes = array_at(&c, 5, napi_uint8_array);
  shape_codes_job job = {
      .rows = rows.data,
      .direction = direction.data,
      .order = order.data,
      .step = number_at(&c, 3),
      .length_loss = number_at(&c, 4),
      .codes = codes.data,
      .dim = uint32_at(&c, 6),
      .bits = uint32_at(&c, 7),
  };
  const char *wrong = c.wrong;
  if (!wrong) {
    wrong = check_shape_codes(&job, rows.length, direction.length, order.length, codes.length);
  }
  if (wrong) return reject(&c, wrong);
  job.row_count = rows.length / job.dim;
  c.set->shape_codes(&job);
  return NULL;
}

// measureRate(kind, seconds): operations a second of a bare loop; NaN when this CPU cannot run it.
static napi_value measure_rate(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 2);
  const uint32_t kind = uint32_at(&c, 0);
  const double seconds = number_at(&c, 1);
  if (c.wrong) return reject(&c, c.wrong);
  napi_value result;
  napi_create_double(env, measure_limit(kind, seconds), &result);
  return result;
}

// readBytes(bytes, starts, length): reads `length` bytes at each start; returns seconds.
static napi_value read_bytes(napi_env env, napi_callback_info info) {
  call c = open_call(env, info, 3);
  const array bytes = array_at(&c, 0, napi_uint8_array),
              starts = array_at(&c, 1, napi_uint32_array);
  const uint32_t length = uint32_at(&c, 2);
  const uint32_t *start = starts.data;
  for (size_t i = 0; !c.wrong && i < starts.length; i++) {
    if ((uint64_t)start[i] * 64 + length > bytes.length) c.wrong = "a start leaves the bytes";
  }
  if (c.wrong) return reject(&c, c.wrong);
  napi_value result;
  napi_create_double(env, measure_read(bytes.data, start, starts.length, length), &result);
  return result;
}

static void set_function(napi_env env, napi_value object, const char *name, napi_callback run,
                         const kernel_set *set) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, run, (void *)set, &function);
  napi_set_named_property(env, object, name, function);
}

static napi_value create_set(napi_env env, const kernel_set *set) {
  napi_value object;
  napi_create_object(env, &object);
  set_function(env, object, "maxSimBatch", max_sim_batch, set);
  set_function(env, object, "sketchScan", sketch_scan, set);
  set_function(env, object, "rotate", rotate, set);
  set_function(env, object, "rotateQuantize", rotate_quantize, set);
  set_function(env, object, "maxSimFloat", max_sim_float, set);
  set_function(env, object, "unitRows", unit_rows, set);
  set_function(env, object, "shapeCodes", shape_codes, set);
  return object;
}

NAPI_MODULE_INIT() {
  napi_value sets, compiler;
  napi_create_object(env, &sets);
  const kernel_set *const *usable = usable_kernel_sets();
  for (size_t i = 0; usable[i] != NULL; i++) {
    napi_set_named_property(env, sets, usable[i]->name, create_set(env, usable[i]));
  }
  napi_set_named_property(env, exports, "sets", sets);
#ifdef __clang__
  const char *version = "clang " __VERSION__;
#else
  const char *version = "gcc " __VERSION__;
#endif
  napi_create_string_utf8(env, version, NAPI_AUTO_LENGTH, &compiler);
  napi_set_named_property(env, exports, "compiler", compiler);
  set_function(env, exports, "measureRate", measure_rate, NULL);
  set_function(env, exports, "readBytes", read_bytes, NULL);
  return exports;
}
