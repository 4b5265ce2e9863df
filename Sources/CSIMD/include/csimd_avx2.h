#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include "csimd_types.h"

// AVX2, FMA, F16C. Only code compiled for them may call these.
#define CSIMD_AVX2 static inline __attribute__((always_inline, target("avx2,fma,f16c")))

// MARK: Memory

CSIMD_AVX2 f32x8 avx2_load_f32(const void *_Nonnull p) { return (f32x8)_mm256_loadu_ps(p); }
CSIMD_AVX2 i32x8 avx2_load_i32(const void *_Nonnull p) { return (i32x8)_mm256_loadu_si256(p); }
CSIMD_AVX2 void avx2_store_f32(void *_Nonnull p, f32x8 v) { _mm256_storeu_ps(p, (__m256)v); }
// Past the caches; the address is a multiple of 32.
CSIMD_AVX2 void avx2_stream_f32(void *_Nonnull p, f32x8 v) { _mm256_stream_ps(p, (__m256)v); }
CSIMD_AVX2 void avx2_store_i32(void *_Nonnull p, i32x8 v) { _mm256_storeu_si256(p, (__m256i)v); }

// All ones in the first `count` lanes, 0...8.
CSIMD_AVX2 i32x8 avx2_first_lanes(ptrdiff_t count) {
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (i32x8)_mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane);
}
// The first `count` lanes; zeros and untouched memory beyond them.
CSIMD_AVX2 f32x8 avx2_load_first_f32(const void *_Nonnull p, ptrdiff_t count) {
    return (f32x8)_mm256_maskload_ps(p, (__m256i)avx2_first_lanes(count));
}
CSIMD_AVX2 void avx2_store_first_f32(void *_Nonnull p, f32x8 v, ptrdiff_t count) {
    _mm256_maskstore_ps(p, (__m256i)avx2_first_lanes(count), (__m256)v);
}
// Lanes of 16-bit integers, all or the first `count` (0...8); those that are stored are integers within range.
CSIMD_AVX2 f32x8 avx2_load_shorts(const void *_Nonnull p) {
    return (f32x8)_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(p)));
}
CSIMD_AVX2 f32x8 avx2_load_first_shorts(const void *_Nonnull p, ptrdiff_t count) {
    __m128i shorts = _mm_setzero_si128();
    __builtin_memcpy(&shorts, p, (size_t)count * 2);
    return (f32x8)_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(shorts));
}
CSIMD_AVX2 void avx2_store_first_shorts(void *_Nonnull p, f32x8 v, ptrdiff_t count) {
    __m256i integers = _mm256_cvtps_epi32((__m256)v);
    __m128i shorts =
        _mm_packs_epi32(_mm256_castsi256_si128(integers), _mm256_extracti128_si256(integers, 1));
    __builtin_memcpy(p, &shorts, (size_t)count * 2);
}
// The sums of four vectors' lanes.
CSIMD_AVX2 void avx2_store_sums(float *_Nonnull p, f32x8 a, f32x8 b, f32x8 c, f32x8 d) {
    __m256 ab = _mm256_hadd_ps((__m256)a, (__m256)b);
    __m256 cd = _mm256_hadd_ps((__m256)c, (__m256)d);
    __m256 sums = _mm256_hadd_ps(ab, cd);
    _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1)));
}
// The first `count` bytes, a multiple of 4 up to 32, zeros beyond them.
CSIMD_AVX2 i32x8 avx2_load_first_bytes(const void *_Nonnull p, ptrdiff_t count) {
    return (i32x8)_mm256_maskload_epi32(p, (__m256i)avx2_first_lanes(count >> 2));
}

// The first `count` lanes, 0...8, and `fill` in the others.
CSIMD_AVX2 f32x8 avx2_load_first_or(const void *_Nonnull p, ptrdiff_t count, f32x8 fill) {
    __m256 mask = (__m256)avx2_first_lanes(count);
    return (f32x8)_mm256_blendv_ps((__m256)fill, _mm256_maskload_ps(p, (__m256i)mask), mask);
}

// Every other float of 2 * count - 1, `count` of them (1...8), zeros in the other lanes.
CSIMD_AVX2 f32x8 avx2_load_even_f32(const void *_Nonnull p, ptrdiff_t count) {
    __m256 low = _mm256_maskload_ps(p, (__m256i)avx2_first_lanes(2 * count - 1));
    __m256 high = _mm256_maskload_ps(
        (const float *)p + 8, (__m256i)avx2_first_lanes(2 * count - 9));
    // Within each half two of the one and two of the other.
    __m256d mixed = (__m256d)_mm256_shuffle_ps(low, high, 0x88);
    return (f32x8)_mm256_permute4x64_pd(mixed, 0xD8);
}

// Lanes first..<end from p[lane], zeros in the others; reads no others. Both are 0...8.
CSIMD_AVX2 f32x8 avx2_load_range_f32(const void *_Nonnull p, ptrdiff_t first, ptrdiff_t end) {
    __m256i mask = _mm256_andnot_si256((__m256i)avx2_first_lanes(first), (__m256i)avx2_first_lanes(end));
    return (f32x8)_mm256_maskload_ps(p, mask);
}

// MARK: Lanes

// The even lanes of a, then those of b.
CSIMD_AVX2 f32x8 avx2_even(f32x8 a, f32x8 b) {
    __m256d mixed = (__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0x88);
    return (f32x8)_mm256_permute4x64_pd(mixed, 0xD8);
}

CSIMD_AVX2 f32x8 avx2_odd(f32x8 a, f32x8 b) {
    __m256d mixed = (__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0xDD);
    return (f32x8)_mm256_permute4x64_pd(mixed, 0xD8);
}

// The lower halves of a and b, lane by lane in turn.
CSIMD_AVX2 f32x8 avx2_zip_low(f32x8 a, f32x8 b) {
    __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b);
    __m256 high = _mm256_unpackhi_ps((__m256)a, (__m256)b);
    return (f32x8)_mm256_permute2f128_ps(low, high, 0x20);
}

CSIMD_AVX2 f32x8 avx2_zip_high(f32x8 a, f32x8 b) {
    __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b);
    __m256 high = _mm256_unpackhi_ps((__m256)a, (__m256)b);
    return (f32x8)_mm256_permute2f128_ps(low, high, 0x31);
}

// Each lane from the one above it, the last one from the first.
CSIMD_AVX2 f32x8 avx2_rotate_down(f32x8 v) {
    return (f32x8)_mm256_permutevar8x32_ps((__m256)v, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
}

// Zeros but in the first `count` lanes, 0...8.
CSIMD_AVX2 f32x8 avx2_first_f32(f32x8 v, ptrdiff_t count) {
    return (f32x8)_mm256_and_ps((__m256)v, (__m256)avx2_first_lanes(count));
}
// `less` where a < b, else `other`.
CSIMD_AVX2 f32x8 avx2_select_less(f32x8 a, f32x8 b, f32x8 less, f32x8 other) {
    __m256 mask = _mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ);
    return (f32x8)_mm256_blendv_ps((__m256)other, (__m256)less, mask);
}

CSIMD_AVX2 f32x8 avx2_splat_f32(float v) { return (f32x8)_mm256_set1_ps(v); }
CSIMD_AVX2 i32x8 avx2_splat_i32(int32_t v) { return (i32x8)_mm256_set1_epi32(v); }
CSIMD_AVX2 i32x8 avx2_splat_i32_at(const void *_Nonnull p) {
    int32_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return (i32x8)_mm256_set1_epi32(v);
}
CSIMD_AVX2 i32x8 avx2_splat_i16(int16_t v) { return (i32x8)_mm256_set1_epi16(v); }
CSIMD_AVX2 i32x8 avx2_zero(void) { return (i32x8)_mm256_setzero_si256(); }
CSIMD_AVX2 f32x8 avx2_zero_f32(void) { return (f32x8)_mm256_setzero_ps(); }
CSIMD_AVX2 f32x8 avx2_cast_f32(i32x8 v) { return (f32x8)v; }
CSIMD_AVX2 i32x8 avx2_cast_i32(f32x8 v) { return (i32x8)v; }

// Within each 128-bit half, as the instructions of the same names.
CSIMD_AVX2 i32x8 avx2_unpack_low_32(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_unpacklo_epi32((__m256i)a, (__m256i)b);
}
CSIMD_AVX2 i32x8 avx2_unpack_high_32(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_unpackhi_epi32((__m256i)a, (__m256i)b);
}
CSIMD_AVX2 i32x8 avx2_unpack_low_64(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_unpacklo_epi64((__m256i)a, (__m256i)b);
}
CSIMD_AVX2 i32x8 avx2_unpack_high_64(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_unpackhi_epi64((__m256i)a, (__m256i)b);
}
// The low halves of a and b; the high halves.
CSIMD_AVX2 i32x8 avx2_low_halves(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_permute2x128_si256((__m256i)a, (__m256i)b, 0x20);
}
CSIMD_AVX2 i32x8 avx2_high_halves(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_permute2x128_si256((__m256i)a, (__m256i)b, 0x31);
}
CSIMD_AVX2 i32x8 avx2_permute(i32x8 v, i32x8 index) {
    return (i32x8)_mm256_permutevar8x32_epi32((__m256i)v, (__m256i)index);
}
// 4 bytes from each of 8 addresses.
CSIMD_AVX2 i32x8 avx2_gather_i32(const void *_Nonnull start, int32_t stride) {
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (i32x8)_mm256_i32gather_epi32(start, _mm256_mullo_epi32(lane, _mm256_set1_epi32(stride)), 1);
}
// 16 bytes from each of two addresses.
CSIMD_AVX2 i32x8 avx2_load_halves(const void *_Nonnull a, const void *_Nonnull b) {
    return (i32x8)_mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(a)), _mm_loadu_si128(b), 1);
}
// Bytes from the lanes' low bytes, of lanes that hold -128...127: 8 at `even` from the even lanes of a and
// then b, and 8 at `odd`.
CSIMD_AVX2 void avx2_store_bytes_apart(
    void *_Nonnull even, void *_Nonnull odd, i32x8 a, i32x8 b) {
    // Four lanes' low bytes, the even ones first, in each half of each vector.
    __m256i order = _mm256_setr_epi8(
        0, 8, -1, -1, 4, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        0, 8, -1, -1, 4, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    __m256i x = _mm256_shuffle_epi8((__m256i)a, order), y = _mm256_shuffle_epi8((__m256i)b, order);
    __m128i x0 = _mm256_castsi256_si128(x), x1 = _mm256_extracti128_si256(x, 1);
    __m128i y0 = _mm256_castsi256_si128(y), y1 = _mm256_extracti128_si256(y, 1);
    // 16-bit pairs: even ones in words 0, odd ones in words 2.
    __m128i a01 = _mm_unpacklo_epi16(x0, x1), b01 = _mm_unpacklo_epi16(y0, y1);
    __m128i all = _mm_unpacklo_epi32(a01, b01);
    __m128i rest = _mm_unpackhi_epi32(a01, b01);
    _mm_storel_epi64(even, all);
    _mm_storel_epi64(odd, rest);
}
CSIMD_AVX2 void avx2_store_low_bytes(void *_Nonnull p, i32x8 v) {
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    _mm_storel_epi64(p, _mm_packs_epi16(words, words));
}

// MARK: Integers

CSIMD_AVX2 i32x8 avx2_add_i32(i32x8 a, i32x8 b) { return (i32x8)_mm256_add_epi32((__m256i)a, (__m256i)b); }
CSIMD_AVX2 i32x8 avx2_sub_i32(i32x8 a, i32x8 b) { return (i32x8)_mm256_sub_epi32((__m256i)a, (__m256i)b); }
CSIMD_AVX2 i32x8 avx2_add_i16(i32x8 a, i32x8 b) { return (i32x8)_mm256_add_epi16((__m256i)a, (__m256i)b); }
CSIMD_AVX2 i32x8 avx2_and(i32x8 a, i32x8 b) { return (i32x8)_mm256_and_si256((__m256i)a, (__m256i)b); }
// Sums of neighbouring lanes, per half two of a, then two of b; all lanes must fit 16 bits.
CSIMD_AVX2 i32x8 avx2_add_short_pairs(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_madd_epi16(_mm256_packs_epi32((__m256i)a, (__m256i)b), _mm256_set1_epi16(1));
}
// Sums of neighbouring lanes: within each half two of a, then two of b.
CSIMD_AVX2 i32x8 avx2_add_neighbours(i32x8 a, i32x8 b) {
    return (i32x8)_mm256_hadd_epi32((__m256i)a, (__m256i)b);
}
CSIMD_AVX2 int32_t avx2_sum_i32(i32x8 v) {
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1)));
}
// Minus the sum of the lanes as pairs of 16-bit numbers.
CSIMD_AVX2 int32_t avx2_negated_sum_i16x2(i32x8 v) {
    __m128i s = _mm_add_epi16(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    s = _mm_add_epi16(s, _mm_shuffle_epi32(s, 0x4E));
    s = _mm_add_epi16(s, _mm_shuffle_epi32(s, 0xB1));
    return _mm_cvtsi128_si32(_mm_sub_epi16(_mm_setzero_si128(), s));
}
// The high nibbles of all bytes; the upper half of each byte is not cleared.
CSIMD_AVX2 i32x8 avx2_shift_right_4(i32x8 v) { return (i32x8)_mm256_srli_epi16((__m256i)v, 4); }
// Per 16 bits the products of two unsigned bytes of `u` and signed bytes of `s`, added with saturation.
CSIMD_AVX2 i32x8 avx2_dot_bytes(i32x8 u, i32x8 s) {
    return (i32x8)_mm256_maddubs_epi16((__m256i)u, (__m256i)s);
}
// Per lane the sum of two products of signed 16-bit numbers.
CSIMD_AVX2 i32x8 avx2_dot_shorts(i32x8 a, i32x8 b) { return (i32x8)_mm256_madd_epi16((__m256i)a, (__m256i)b); }
CSIMD_AVX2 i32x8 avx2_widen_u8(const void *_Nonnull p) {
    return (i32x8)_mm256_cvtepu8_epi16(_mm_loadu_si128(p));
}
CSIMD_AVX2 i32x8 avx2_widen_i8(const void *_Nonnull p) {
    return (i32x8)_mm256_cvtepi8_epi16(_mm_loadu_si128(p));
}
// 8 nibbles, low one first, from 4 bytes.
CSIMD_AVX2 i32x8 avx2_nibbles(uint32_t packed) {
    __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    __m256i v = _mm256_srlv_epi32(_mm256_set1_epi32((int)packed), shifts);
    return (i32x8)_mm256_and_si256(v, _mm256_set1_epi32(15));
}

// MARK: Floats

CSIMD_AVX2 f32x8 avx2_add(f32x8 a, f32x8 b) { return (f32x8)_mm256_add_ps((__m256)a, (__m256)b); }
CSIMD_AVX2 f32x8 avx2_sub(f32x8 a, f32x8 b) { return (f32x8)_mm256_sub_ps((__m256)a, (__m256)b); }
CSIMD_AVX2 f32x8 avx2_mul(f32x8 a, f32x8 b) { return (f32x8)_mm256_mul_ps((__m256)a, (__m256)b); }
CSIMD_AVX2 f32x8 avx2_div(f32x8 a, f32x8 b) { return (f32x8)_mm256_div_ps((__m256)a, (__m256)b); }
// a * b + c, rounded once.
CSIMD_AVX2 f32x8 avx2_fma(f32x8 a, f32x8 b, f32x8 c) {
    return (f32x8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
CSIMD_AVX2 f32x8 avx2_max(f32x8 a, f32x8 b) { return (f32x8)_mm256_max_ps((__m256)a, (__m256)b); }
CSIMD_AVX2 f32x8 avx2_min(f32x8 a, f32x8 b) { return (f32x8)_mm256_min_ps((__m256)a, (__m256)b); }
CSIMD_AVX2 f32x8 avx2_abs(f32x8 v) {
    return (f32x8)_mm256_andnot_ps(_mm256_set1_ps(-0.0f), (__m256)v);
}
CSIMD_AVX2 f32x8 avx2_to_f32(i32x8 v) { return (f32x8)_mm256_cvtepi32_ps((__m256i)v); }
// To nearest, ties to even.
CSIMD_AVX2 i32x8 avx2_round_to_i32(f32x8 v) { return (i32x8)_mm256_cvtps_epi32((__m256)v); }
CSIMD_AVX2 f32x8 avx2_round(f32x8 v) { return (f32x8)_mm256_round_ps((__m256)v, 8); }
CSIMD_AVX2 i32x8 avx2_shift_right_i32(i32x8 v, int count) { return (i32x8)_mm256_srli_epi32((__m256i)v, count); }
CSIMD_AVX2 i32x8 avx2_shift_left_i32(i32x8 v, int count) { return (i32x8)_mm256_slli_epi32((__m256i)v, count); }
// Adds the products of four columns of four rows with those of four other rows, one column after the other; rows
// are `stride` bytes apart.
CSIMD_AVX2 f32x4 avx2_add_products_of_columns(
    f32x4 sum, const void *_Nonnull rows, const void *_Nonnull others, ptrdiff_t stride) {
    const char *p = rows, *q = others;
    __m128 c0 = _mm_loadu_ps((const float *)p), c1 = _mm_loadu_ps((const float *)(p + stride));
    __m128 c2 = _mm_loadu_ps((const float *)(p + 2 * stride)), c3 = _mm_loadu_ps((const float *)(p + 3 * stride));
    _MM_TRANSPOSE4_PS(c0, c1, c2, c3);
    __m128 d0 = _mm_loadu_ps((const float *)q), d1 = _mm_loadu_ps((const float *)(q + stride));
    __m128 d2 = _mm_loadu_ps((const float *)(q + 2 * stride)), d3 = _mm_loadu_ps((const float *)(q + 3 * stride));
    _MM_TRANSPOSE4_PS(d0, d1, d2, d3);
    __m128 s = _mm_fmadd_ps(c0, d0, (__m128)sum);
    s = _mm_fmadd_ps(c1, d1, s);
    s = _mm_fmadd_ps(c2, d2, s);
    return (f32x4)_mm_fmadd_ps(c3, d3, s);
}
CSIMD_AVX2 f32x4 avx2_zero_f32x4(void) { return (f32x4)_mm_setzero_ps(); }
// The first `count` lanes, 0...4, with a bias if there is one.
CSIMD_AVX2 void avx2_store_first_f32x4(
    float *_Nonnull p, f32x4 v, const float *_Nullable bias, ptrdiff_t count) {
    __m128i mask = _mm256_castsi256_si128((__m256i)avx2_first_lanes(count));
    __m128 added = bias ? _mm_add_ps((__m128)v, _mm_maskload_ps(bias, mask)) : (__m128)v;
    _mm_maskstore_ps(p, mask, added);
}
CSIMD_AVX2 float avx2_sum(f32x8 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
CSIMD_AVX2 float avx2_largest(f32x8 v) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
CSIMD_AVX2 float avx2_fma_scalar(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

#endif
