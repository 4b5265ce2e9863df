#pragma once

#include <stdbool.h>

#include "csimd_avx2.h"
#include "csimd_avx512.h"
#include "csimd_types.h"

// Tells the processor that this thread waits in a short loop.
static inline __attribute__((always_inline)) void csimd_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Asks for some bytes to be brought to the second cache, line by line. No access: any address will do.
static inline void csimd_prefetch_lines(uintptr_t address, size_t count) {
    for (size_t offset = 0; offset < count; offset += 64) csimd_prefetch_l2((const void *)(address + offset));
}

// The compiler's runtime also checks that the operating system saves the registers.
static inline bool csimd_has_avx2_fma(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
#else
    return false;
#endif
}

static inline bool csimd_has_avx512_vnni(void) {
#if defined(__x86_64__)
    return csimd_has_avx2_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

// Whether vectors of 512 bits are computed as two halves, one after the other, so that half as many instructions
// as elsewhere keep the units busy, and the latencies between them count for more.
static inline bool csimd_halves_avx512_vectors(void) {
#if defined(__x86_64__)
    // Those of AMD's family 19h that know AVX-512 are Zen 4.
    return __builtin_cpu_is("amdfam19h") && csimd_has_avx512_vnni();
#else
    return false;
#endif
}
