// Rotation and quantisation, NEON: 4 rows at a time.
//
// Formula   rounds of factor multiply and Walsh-Hadamard butterflies (rounds.h), then
//           code = clamp(floor(z * inverse step), -half, half - 1) + half, packed.
// Layout    4 rows transposed: a coordinate is one vector. dim x 16 bytes, 6 KiB at dim 384.
// Registers 16 columns of a radix-16 pass and two temporaries, of 32.
#include <arm_neon.h>

#define LANES 4
#define RADIX_LOG 4
typedef float32x4_t floats;
typedef int32x4_t ints;
typedef uint32x4_t uints;

static inline floats splat(float x) { return vdupq_n_f32(x); }
// The "number" forms return the other operand for NaN.
static inline floats larger(floats x, floats low) { return vmaxnmq_f32(x, low); }
static inline floats smaller(floats x, floats high) { return vminnmq_f32(x, high); }
static inline ints floor_to_int(floats x) { return vcvtmq_s32_f32(x); }

#include "rounds.h"

#include "four-lanes.h"

void rotate_neon(const rotate_job *job, uint8_t *workspace) { run_rotation(job, workspace); }
