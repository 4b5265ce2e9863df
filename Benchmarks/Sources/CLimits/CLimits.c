#include "CLimits.h"

#include <immintrin.h>

static volatile float float_sink;
static volatile int integer_sink;

__attribute__((target("avx512f"))) double limit_fma_avx512(int64_t rounds) {
    __m512 sums[24], factor = _mm512_set1_ps(0.5f);
    for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_ps((float)i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 24; i++) sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
        __asm__ volatile("" : "+v"(factor));
    }
    for (int i = 1; i < 24; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
    float_sink = _mm512_reduce_add_ps(sums[0]);
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
    float_sink = lanes[0];
    return (double)rounds * 12 * 8 * 2;
}

__attribute__((target("avx512f,avx512vnni"))) double limit_dot_avx512(int64_t rounds) {
    __m512i sums[24], bytes = _mm512_set1_epi8(1);
    for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_epi32(i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 24; i++) sums[i] = _mm512_dpbusd_epi32(sums[i], bytes, bytes);
        __asm__ volatile("" : "+v"(bytes));
    }
    for (int i = 1; i < 24; i++) sums[0] = _mm512_add_epi32(sums[0], sums[i]);
    integer_sink = _mm512_reduce_add_epi32(sums[0]);
    return (double)rounds * 24 * 64 * 2;
}

__attribute__((target("avx2"))) double limit_dot_avx2(int64_t rounds) {
    __m256i sums[12], bytes = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
    for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_epi32(i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 12; i++) {
            __m256i pairs = _mm256_maddubs_epi16(bytes, bytes);
            __asm__ volatile("" : "+x"(pairs));
            sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, ones));
        }
    }
    for (int i = 1; i < 12; i++) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
    integer_sink = _mm256_extract_epi32(sums[0], 0);
    return (double)rounds * 12 * 32 * 2;
}

__attribute__((target("avx2"))) void limit_read(const void *bytes, int64_t count) {
    __m256i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm256_setzero_si256();
    const char *at = bytes;
    for (const char *end = at + count / 256 * 256; at < end; at += 256) {
        // Further ahead than the processor itself looks.
        for (int line = 0; line < 256; line += 64) _mm_prefetch(at + 4096 + line, _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) {
            sums[i] = _mm256_xor_si256(sums[i], _mm256_loadu_si256((const __m256i *)(at + 32 * i)));
        }
    }
    for (int i = 1; i < 8; i++) sums[0] = _mm256_xor_si256(sums[0], sums[i]);
    integer_sink = _mm256_extract_epi32(sums[0], 0);
}
