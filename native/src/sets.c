// Which instruction sets were compiled in, and which of them this CPU and its system can run.
#include "kernels.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#define SET(isa)                                            \
  static const kernel_set isa##_set = {#isa,                \
                                       max_sim_##isa,       \
                                       sketch_scan_##isa,   \
                                       rotate_##isa,        \
                                       max_sim_float_##isa, \
                                       unit_rows_##isa,     \
                                       shape_codes_##isa};

SET(scalar)

#if defined(__x86_64__)
SET(avx2)
SET(avx512)
#elif defined(__aarch64__)
SET(neon)

// The dot-product instructions are optional in ARMv8.2; every Apple CPU with macOS 11 has them.
static int has_dot_product(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) >> 20 & 1) != 0;  // HWCAP_ASIMDDP
#else
  return 1;
#endif
}
#endif

const kernel_set *const *usable_kernel_sets(void) {
  static const kernel_set *usable[4];
  size_t count = 0;
#if defined(__x86_64__)
  // These also ask the system (XGETBV) whether it saves the wide registers.
  __builtin_cpu_init();
  const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    usable[count++] = &avx512_set;
  }
  if (has_avx2) usable[count++] = &avx2_set;
#elif defined(__aarch64__)
  if (has_dot_product()) usable[count++] = &neon_set;
#endif
  usable[count++] = &scalar_set;
  usable[count] = NULL;
  return usable;
}
