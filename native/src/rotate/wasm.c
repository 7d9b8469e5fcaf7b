// Rotation and quantisation, WASM SIMD128: 4 rows at a time.
//
// Formula   rounds of factor multiply and Walsh-Hadamard butterflies (rounds.h), then
//           code = clamp(floor(z * inverse step), -half, half - 1) + half, packed.
// Layout    4 rows transposed: a coordinate is one vector. dim x 16 bytes, 6 KiB at dim 384.
// Registers 8 columns of a radix-8 pass, for hosts with 16 vector registers.
#include <wasm_simd128.h>
#include <stdint.h>

#define LANES 4
#define RADIX_LOG 3
typedef float floats __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));
typedef uint32_t uints __attribute__((vector_size(16)));

static inline floats splat(float x) { return (floats)wasm_f32x4_splat(x); }
// pmax(low, x) is low < x ? x : low, so NaN becomes low.
static inline floats larger(floats x, floats low) {
  return (floats)wasm_f32x4_pmax((v128_t)low, (v128_t)x);
}
static inline floats smaller(floats x, floats high) {
  return (floats)wasm_f32x4_pmin((v128_t)high, (v128_t)x);
}
static inline ints floor_to_int(floats x) {
  return (ints)wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_floor((v128_t)x));
}

#include "rounds.h"

#include "four-lanes.h"

void rotate_wasm(const rotate_job *job, uint8_t *workspace) { run_rotation(job, workspace); }
