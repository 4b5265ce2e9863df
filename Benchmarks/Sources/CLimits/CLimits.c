#include "CLimits.h"

#include <immintrin.h>

static volatile float sink;

__attribute__((target("avx512f"))) double limit_fma_avx512(int64_t rounds) {
    __m512 sums[24], factor = _mm512_set1_ps(0.5f);
    for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_ps((float)i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 24; i++) sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
        __asm__ volatile("" : "+v"(factor));
    }
    for (int i = 1; i < 24; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
    sink = _mm512_reduce_add_ps(sums[0]);
    return (double)rounds * 24 * 16 * 2;
}

__attribute__((target("avx2,fma"))) double limit_fma_avx2(int64_t rounds) {
    __m256 sums[12], factor = _mm256_set1_ps(0.5f);
    for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_ps((float)i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 12; i++) sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
        __asm__ volatile("" : "+x"(factor));
    }
    for (int i = 1; i < 12; i++) sums[0] = _mm256_add_ps(sums[0], sums[i]);
    float lanes[8];
    _mm256_storeu_ps(lanes, sums[0]);
    sink = lanes[0];
    return (double)rounds * 12 * 8 * 2;
}
