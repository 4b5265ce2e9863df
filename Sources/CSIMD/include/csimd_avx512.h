#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include "csimd_types.h"

// AVX-512 F, BW, VL, VNNI. Only code compiled for them may call these.
#define CSIMD_AVX512 \
    static inline __attribute__((always_inline, target("avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")))

// MARK: Memory

CSIMD_AVX512 f32x16 avx512_load_f32(const void *_Nonnull p) { return (f32x16)_mm512_loadu_ps(p); }
CSIMD_AVX512 i32x16 avx512_load_i32(const void *_Nonnull p) { return (i32x16)_mm512_loadu_si512(p); }
CSIMD_AVX512 void avx512_store_f32(void *_Nonnull p, f32x16 v) { _mm512_storeu_ps(p, (__m512)v); }
// Past the caches; the address is a multiple of 64.
CSIMD_AVX512 void avx512_stream_f32(void *_Nonnull p, f32x16 v) { _mm512_stream_ps(p, (__m512)v); }
CSIMD_AVX512 void avx512_store_i32(void *_Nonnull p, i32x16 v) { _mm512_storeu_si512(p, (__m512i)v); }

// The first `count` lanes, 0...16; zeros and untouched memory beyond them.
CSIMD_AVX512 f32x16 avx512_load_first_f32(const void *_Nonnull p, ptrdiff_t count) {
    return (f32x16)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
CSIMD_AVX512 void avx512_store_first_f32(void *_Nonnull p, f32x16 v, ptrdiff_t count) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
// The first `count` lanes, 0...4, likewise.
CSIMD_AVX512 f32x4 avx512_load_first_f32x4(const void *_Nonnull p, ptrdiff_t count) {
    return (f32x4)_mm_maskz_loadu_ps((__mmask8)((1u << count) - 1), p);
}
CSIMD_AVX512 void avx512_store_first_f32x4(void *_Nonnull p, f32x4 v, ptrdiff_t count) {
    _mm_mask_storeu_ps(p, (__mmask8)((1u << count) - 1), (__m128)v);
}
// Lanes of 16-bit integers, all or the first `count` (0...16); those that are stored are integers within range.
CSIMD_AVX512 f32x16 avx512_load_shorts(const void *_Nonnull p) {
    return (f32x16)_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256(p)));
}
CSIMD_AVX512 f32x16 avx512_load_first_shorts(const void *_Nonnull p, ptrdiff_t count) {
    __m256i shorts = _mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), p);
    return (f32x16)_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(shorts));
}
CSIMD_AVX512 void avx512_store_first_shorts(void *_Nonnull p, f32x16 v, ptrdiff_t count) {
    __m256i shorts = _mm512_cvtepi32_epi16(_mm512_cvtps_epi32((__m512)v));
    _mm256_mask_storeu_epi16(p, (__mmask16)((1u << count) - 1), shorts);
}
// The sums of four vectors' lanes.
CSIMD_AVX512 void avx512_store_sums(
    float *_Nonnull p, f32x16 a, f32x16 b, f32x16 c, f32x16 d) {
    __m512 ab = _mm512_add_ps(
        _mm512_unpacklo_ps((__m512)a, (__m512)b), _mm512_unpackhi_ps((__m512)a, (__m512)b));
    __m512 cd = _mm512_add_ps(
        _mm512_unpacklo_ps((__m512)c, (__m512)d), _mm512_unpackhi_ps((__m512)c, (__m512)d));
    __m512 quarters = _mm512_add_ps(
        _mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
    __m256 upper = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(quarters), 1));
    __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(quarters), upper);
    _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
}
// The first `count` bytes, 0...64, zeros beyond them.
CSIMD_AVX512 i32x16 avx512_load_first_bytes(const void *_Nonnull p, ptrdiff_t count) {
    __mmask64 mask = count >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
    return (i32x16)_mm512_maskz_loadu_epi8(mask, p);
}
// 16 signed bytes from the lanes' low bytes.
CSIMD_AVX512 void avx512_store_low_bytes(void *_Nonnull p, i32x16 v) {
    _mm_storeu_si128(p, _mm512_cvtepi32_epi8((__m512i)v));
}

// The first `count` lanes, 0...16, and `fill` in the others.
CSIMD_AVX512 f32x16 avx512_load_first_or(const void *_Nonnull p, ptrdiff_t count, f32x16 fill) {
    return (f32x16)_mm512_mask_loadu_ps((__m512)fill, (__mmask16)((1u << count) - 1), p);
}

// Every other float of 2 * count - 1, `count` of them (1...16), zeros in the other lanes.
CSIMD_AVX512 f32x16 avx512_load_even_f32(const void *_Nonnull p, ptrdiff_t count) {
    uint32_t mask = (uint32_t)(((uint64_t)1 << (2 * count - 1)) - 1);
    __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, p);
    __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), (const char *)p + 64);
    return (f32x16)_mm512_permutex2var_ps(low, even, high);
}

// Lanes first..<end from p[lane], zeros in the others; reads no others. Both are 0...16.
CSIMD_AVX512 f32x16 avx512_load_range_f32(const void *_Nonnull p, ptrdiff_t first, ptrdiff_t end) {
    uint32_t mask = ((1u << end) - 1) & ~((1u << first) - 1);
    return (f32x16)_mm512_maskz_loadu_ps((__mmask16)mask, p);
}

// MARK: Lanes

// The even lanes of a, then those of b.
CSIMD_AVX512 f32x16 avx512_even(f32x16 a, f32x16 b) {
    __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return (f32x16)_mm512_permutex2var_ps((__m512)a, even, (__m512)b);
}

CSIMD_AVX512 f32x16 avx512_odd(f32x16 a, f32x16 b) {
    __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return (f32x16)_mm512_permutex2var_ps((__m512)a, odd, (__m512)b);
}

// The lower halves of a and b, lane by lane in turn.
CSIMD_AVX512 f32x16 avx512_zip_low(f32x16 a, f32x16 b) {
    __m512i zip = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    return (f32x16)_mm512_permutex2var_ps((__m512)a, zip, (__m512)b);
}

CSIMD_AVX512 f32x16 avx512_zip_high(f32x16 a, f32x16 b) {
    __m512i zip = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    return (f32x16)_mm512_permutex2var_ps((__m512)a, zip, (__m512)b);
}

// Each lane from the one above it, the last one from the first.
CSIMD_AVX512 f32x16 avx512_rotate_down(f32x16 v) {
    return (f32x16)_mm512_alignr_epi32((__m512i)v, (__m512i)v, 1);
}

// Zeros but in the first `count` lanes, 0...16.
CSIMD_AVX512 f32x16 avx512_first_f32(f32x16 v, ptrdiff_t count) {
    return (f32x16)_mm512_maskz_mov_ps((__mmask16)((1u << count) - 1), (__m512)v);
}
// `less` where a < b, else `other`.
CSIMD_AVX512 f32x16 avx512_select_less(f32x16 a, f32x16 b, f32x16 less, f32x16 other) {
    __mmask16 mask = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
    return (f32x16)_mm512_mask_blend_ps(mask, (__m512)other, (__m512)less);
}

CSIMD_AVX512 f32x16 avx512_splat_f32(float v) { return (f32x16)_mm512_set1_ps(v); }
CSIMD_AVX512 i32x16 avx512_splat_i32(int32_t v) { return (i32x16)_mm512_set1_epi32(v); }
CSIMD_AVX512 i32x16 avx512_splat_i32_at(const void *_Nonnull p) {
    int32_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return (i32x16)_mm512_set1_epi32(v);
}
CSIMD_AVX512 i32x16 avx512_zero(void) { return (i32x16)_mm512_setzero_si512(); }
CSIMD_AVX512 f32x16 avx512_zero_f32(void) { return (f32x16)_mm512_setzero_ps(); }
CSIMD_AVX512 f32x16 avx512_cast_f32(i32x16 v) { return (f32x16)v; }
CSIMD_AVX512 i32x16 avx512_cast_i32(f32x16 v) { return (i32x16)v; }

// Within each 128-bit quarter, as the instructions of the same names.
CSIMD_AVX512 i32x16 avx512_unpack_low_32(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_unpacklo_epi32((__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_unpack_high_32(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_unpackhi_epi32((__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_unpack_low_64(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_unpacklo_epi64((__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_unpack_high_64(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_unpackhi_epi64((__m512i)a, (__m512i)b);
}
// Sums of neighbouring lanes, per quarter two of a, then two of b; all lanes must fit 16 bits.
CSIMD_AVX512 i32x16 avx512_add_short_pairs(i32x16 a, i32x16 b) {
    __m512i shorts = _mm512_packs_epi32((__m512i)a, (__m512i)b);
    return (i32x16)_mm512_madd_epi16(shorts, _mm512_set1_epi16(1));
}
// Quarters 0 and 2 of a, then of b.
CSIMD_AVX512 i32x16 avx512_even_quarters(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_shuffle_i32x4((__m512i)a, (__m512i)b, 0x88);
}
// Quarters 1 and 3 of a, then of b.
CSIMD_AVX512 i32x16 avx512_odd_quarters(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_shuffle_i32x4((__m512i)a, (__m512i)b, 0xDD);
}
CSIMD_AVX512 i32x16 avx512_permute(i32x16 v, i32x16 index) {
    return (i32x16)_mm512_permutexvar_epi32((__m512i)index, (__m512i)v);
}
CSIMD_AVX512 i32x16 avx512_permute2(i32x16 a, i32x16 index, i32x16 b) {
    return (i32x16)_mm512_permutex2var_epi32((__m512i)a, (__m512i)index, (__m512i)b);
}
// Four bytes from each of 16 addresses, `stride` bytes apart.
CSIMD_AVX512 i32x16 avx512_gather_i32(const void *_Nonnull start, int32_t stride) {
    __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return (i32x16)_mm512_i32gather_epi32(_mm512_mullo_epi32(lane, _mm512_set1_epi32(stride)), start, 1);
}
// 16 bytes from each of four addresses.
CSIMD_AVX512 i32x16 avx512_load_quarters(
    const void *_Nonnull a, const void *_Nonnull b, const void *_Nonnull c, const void *_Nonnull d) {
    __m512i v = _mm512_castsi128_si512(_mm_loadu_si128(a));
    v = _mm512_inserti32x4(v, _mm_loadu_si128(b), 1);
    v = _mm512_inserti32x4(v, _mm_loadu_si128(c), 2);
    return (i32x16)_mm512_inserti32x4(v, _mm_loadu_si128(d), 3);
}

// MARK: Integers

CSIMD_AVX512 i32x16 avx512_add_i32(i32x16 a, i32x16 b) { return (i32x16)_mm512_add_epi32((__m512i)a, (__m512i)b); }
CSIMD_AVX512 i32x16 avx512_sub_i32(i32x16 a, i32x16 b) { return (i32x16)_mm512_sub_epi32((__m512i)a, (__m512i)b); }
CSIMD_AVX512 i32x16 avx512_and(i32x16 a, i32x16 b) { return (i32x16)_mm512_and_si512((__m512i)a, (__m512i)b); }
CSIMD_AVX512 int32_t avx512_sum_i32(i32x16 v) { return _mm512_reduce_add_epi32((__m512i)v); }
// The high nibbles of all bytes; the upper half of each byte is not cleared.
CSIMD_AVX512 i32x16 avx512_shift_right_4(i32x16 v) { return (i32x16)_mm512_srli_epi16((__m512i)v, 4); }
// Adds the four products of unsigned bytes of `u` and signed bytes of `s` to each lane.
CSIMD_AVX512 i32x16 avx512_dot_bytes(i32x16 acc, i32x16 u, i32x16 s) {
    return (i32x16)_mm512_dpbusd_epi32((__m512i)acc, (__m512i)u, (__m512i)s);
}
// Adds the two products of signed 16-bit numbers to each lane.
CSIMD_AVX512 i32x16 avx512_dot_shorts(i32x16 acc, i32x16 a, i32x16 b) {
    return (i32x16)_mm512_dpwssd_epi32((__m512i)acc, (__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_sub_bytes(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_sub_epi8((__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_mul_i32(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_mullo_epi32((__m512i)a, (__m512i)b);
}
CSIMD_AVX512 i32x16 avx512_shift_right_i32(i32x16 v, uint32_t count) {
    return (i32x16)_mm512_srl_epi32((__m512i)v, _mm_cvtsi32_si128((int)count));
}
// The nibbles of the first `count` bytes, 0...8, low ones first; zeros in the other lanes.
CSIMD_AVX512 i32x16 avx512_nibbles(const void *_Nonnull p, ptrdiff_t count) {
    __m512i v = _mm512_cvtepu8_epi64(_mm_maskz_loadu_epi8((__mmask16)((1u << count) - 1), p));
    v = _mm512_or_si512(v, _mm512_slli_epi64(v, 28));
    return (i32x16)_mm512_and_si512(v, _mm512_set1_epi32(15));
}

// MARK: Floats

CSIMD_AVX512 f32x16 avx512_add(f32x16 a, f32x16 b) { return (f32x16)_mm512_add_ps((__m512)a, (__m512)b); }
CSIMD_AVX512 f32x16 avx512_sub(f32x16 a, f32x16 b) { return (f32x16)_mm512_sub_ps((__m512)a, (__m512)b); }
CSIMD_AVX512 f32x16 avx512_mul(f32x16 a, f32x16 b) { return (f32x16)_mm512_mul_ps((__m512)a, (__m512)b); }
CSIMD_AVX512 f32x16 avx512_div(f32x16 a, f32x16 b) { return (f32x16)_mm512_div_ps((__m512)a, (__m512)b); }
// a * b + c, rounded once.
CSIMD_AVX512 f32x16 avx512_fma(f32x16 a, f32x16 b, f32x16 c) {
    return (f32x16)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
CSIMD_AVX512 f32x16 avx512_max(f32x16 a, f32x16 b) { return (f32x16)_mm512_max_ps((__m512)a, (__m512)b); }
CSIMD_AVX512 f32x16 avx512_min(f32x16 a, f32x16 b) { return (f32x16)_mm512_min_ps((__m512)a, (__m512)b); }
CSIMD_AVX512 f32x16 avx512_abs(f32x16 v) { return (f32x16)_mm512_abs_ps((__m512)v); }
CSIMD_AVX512 f32x16 avx512_to_f32(i32x16 v) { return (f32x16)_mm512_cvtepi32_ps((__m512i)v); }
// To nearest, ties to even.
CSIMD_AVX512 i32x16 avx512_round_to_i32(f32x16 v) { return (i32x16)_mm512_cvtps_epi32((__m512)v); }
CSIMD_AVX512 f32x16 avx512_round(f32x16 v) { return (f32x16)_mm512_roundscale_ps((__m512)v, 8); }
// v * 2^floor(exponent).
CSIMD_AVX512 f32x16 avx512_scale_by_power(f32x16 v, f32x16 exponent) {
    return (f32x16)_mm512_scalef_ps((__m512)v, (__m512)exponent);
}
// Adds the products of four factors with four columns of four rows, one column after the other; rows are `stride`
// bytes apart.
CSIMD_AVX512 f32x4 avx512_add_scaled_columns(
    f32x4 sum, const void *_Nonnull rows, ptrdiff_t stride, const float *_Nonnull factors) {
    const char *p = rows;
    __m128 c0 = _mm_loadu_ps((const float *)p), c1 = _mm_loadu_ps((const float *)(p + stride));
    __m128 c2 = _mm_loadu_ps((const float *)(p + 2 * stride)), c3 = _mm_loadu_ps((const float *)(p + 3 * stride));
    _MM_TRANSPOSE4_PS(c0, c1, c2, c3);
    __m128 s = _mm_fmadd_ps(c0, _mm_set1_ps(factors[0]), (__m128)sum);
    s = _mm_fmadd_ps(c1, _mm_set1_ps(factors[1]), s);
    s = _mm_fmadd_ps(c2, _mm_set1_ps(factors[2]), s);
    return (f32x4)_mm_fmadd_ps(c3, _mm_set1_ps(factors[3]), s);
}
CSIMD_AVX512 f32x4 avx512_zero_f32x4(void) { return (f32x4)_mm_setzero_ps(); }
CSIMD_AVX512 f32x4 avx512_add_f32x4(f32x4 a, f32x4 b) { return (f32x4)_mm_add_ps((__m128)a, (__m128)b); }
CSIMD_AVX512 float avx512_sum(f32x16 v) { return _mm512_reduce_add_ps((__m512)v); }
CSIMD_AVX512 float avx512_largest(f32x16 v) { return _mm512_reduce_max_ps((__m512)v); }
CSIMD_AVX512 float avx512_fma_scalar(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

#endif
