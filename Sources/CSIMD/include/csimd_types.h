#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// Vectors that Swift imports as SIMDn<T>.
typedef int8_t i8x8 __attribute__((ext_vector_type(8)));
typedef uint8_t u8x8 __attribute__((ext_vector_type(8)));
typedef int16_t i16x4 __attribute__((ext_vector_type(4)));
typedef int16_t i16x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x4 __attribute__((ext_vector_type(4)));
typedef int32_t i32x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x16 __attribute__((ext_vector_type(16)));

#define CSIMD_INLINE static inline __attribute__((always_inline))

// The weights of com.microsoft MatMulNBits as they lie in the model's file; none of the addresses need be
// aligned.
typedef struct CSIMDNBitsWeights {
    // [n][blocks][block_size * bits / 8]; four bits: the low nibble of a byte is the even k.
    const void *_Nonnull values;
    // float [n][blocks].
    const void *_Nonnull scales;
    // Bytes, one per block, or with four bits one per two blocks (low nibble first), each row padded to
    // whole bytes. Absent: 1 << (bits - 1) everywhere.
    const void *_Nullable zero_points;
    ptrdiff_t value_row_bytes;
    ptrdiff_t zero_point_row_bytes;
    // N.
    ptrdiff_t columns;
    // K; the last block may be partly beyond it.
    ptrdiff_t depth;
    ptrdiff_t blocks;
    ptrdiff_t block_size;
    ptrdiff_t bits;
} CSIMDNBitsWeights;

// Weights of some blocks and the activations that they meet.
typedef struct CSIMDWeightGroup {
    const void *_Nonnull weights;
    const int8_t *_Nonnull activations;
} CSIMDWeightGroup;

// Rows of activations as signed bytes with one scale per row and block.
//
// Rows are padded with zeros: values to a multiple of 128 and of whole blocks, scales and sums to a multiple of 16 blocks.
// Interleaved, each 128 values are stored as the 64 of even k, then the 64 of odd k: the order in which
// the low and the high nibbles of 64 bytes of weights come. Biased, 128 is added to all values, those of
// the padding too, which makes them unsigned.
typedef struct CSIMDQuantizedRows {
    const int8_t *_Nonnull values;
    const float *_Nonnull scales;
    // Minus the sum of a block's values, so that zero points are added as one more product.
    const int32_t *_Nonnull negated_sums;
    // The same and more for each tile of rows, where the kernels of many rows want that.
    const int32_t *_Nullable factors;
    ptrdiff_t rows;
    ptrdiff_t value_stride;
    ptrdiff_t block_stride;
} CSIMDQuantizedRows;

// What is done to a product's elements before they are stored.
enum { CSIMD_NO_ACTIVATION = 0, CSIMD_GELU = 1, CSIMD_SILU = 2 };

// The patches of an image that a window of a convolution sees, as a matrix: a row for each channel and place
// in the window, a column for each output position.
typedef struct CSIMDPatches {
    ptrdiff_t height;
    ptrdiff_t width;
    ptrdiff_t window_height;
    ptrdiff_t window_width;
    ptrdiff_t row_stride;
    ptrdiff_t column_stride;
    ptrdiff_t row_dilation;
    ptrdiff_t column_dilation;
    // Rows of padding above, columns of padding on the left.
    ptrdiff_t top;
    ptrdiff_t left;
    // Columns of the output; what is beyond the image is 0.
    ptrdiff_t output_width;
} CSIMDPatches;

// A matrix in tiles of rows, [tile][k][row of the tile], as products read their A; see ProductKernels. Or in the order
// of CSIMDWinograd.
typedef struct CSIMDTiles {
    float *_Nonnull elements;
    ptrdiff_t count;
    ptrdiff_t rows;
    ptrdiff_t depth;
} CSIMDTiles;

// Where the results of a product with quantised weights go.
typedef struct CSIMDResult {
    // For a kernel: element [m, n], counted from the product's first column, is at m * stride + n.
    float *_Nonnull elements;
    ptrdiff_t stride;
    // Whether whole panels, all of whose rows begin a cache line then, are written past the caches.
    bool is_streamed;
} CSIMDResult;

// A product C[m, n] = A[m, k] · B[k, n] of floats, and what is done with it: C = act(A · B + bias) + residual.
typedef struct CSIMDProduct {
    CSIMDTiles a;
    // At any address.
    const void *_Nonnull b;
    // Between the rows of B, or of its transpose.
    ptrdiff_t b_row_bytes;
    bool b_is_transposed;
    // Then B is the image that the patches are taken from.
    const CSIMDPatches *_Nullable patches;
    ptrdiff_t n;
    const float *_Nullable column_bias;
    const float *_Nullable row_bias;
    ptrdiff_t activation;
    const float *_Nullable residual;
    ptrdiff_t residual_stride;
    float *_Nonnull c;
    ptrdiff_t c_stride;
    // Whether whole panels of C, all of whose rows begin a cache line then, are written past the caches.
    bool c_is_streamed;
} CSIMDProduct;

// A convolution by windows of 3 × 3 with strides of 2, computed by Winograd's method; see WinogradKernels.
typedef struct CSIMDWinograd {
    // The weights, [part of the channels][tile][place in the window][channel][row of the tile]; a depth of 9 channels.
    CSIMDTiles a;
    // [images][channels][height][width]
    const float *_Nonnull input;
    ptrdiff_t channels;
    ptrdiff_t height;
    ptrdiff_t width;
    // Rows of padding above, columns of padding on the left; what lies beyond the other ends is 0 too.
    ptrdiff_t top;
    ptrdiff_t left;
    ptrdiff_t output_height;
    ptrdiff_t output_width;
    const float *_Nullable row_bias;
    ptrdiff_t activation;
    // [images][rows of a][output_height][output_width]
    float *_Nonnull c;
} CSIMDWinograd;

// Attention of one head's queries; see AttentionKernels.
typedef struct CSIMDAttention {
    const float *_Nonnull queries;
    // In numbers.
    ptrdiff_t query_stride;
    ptrdiff_t query_count;
    // Numbers of a query or key.
    ptrdiff_t size;
    float scale;
    // As deep as a key has numbers.
    CSIMDTiles keys;
    // Of the values' columns: as many rows as a value has numbers, as deep as there are keys.
    CSIMDTiles values;
    // Query i sees the keys from i + first_key up to i + end_key, of the first key_count: one at least.
    ptrdiff_t first_key;
    ptrdiff_t end_key;
    ptrdiff_t key_count;
    float *_Nonnull output;
    ptrdiff_t output_stride;
} CSIMDAttention;

// Brings a cache line to the first cache.
CSIMD_INLINE void csimd_prefetch_l1(const void *_Nonnull p) { __builtin_prefetch(p, 0, 3); }

// Brings a cache line to the second cache.
CSIMD_INLINE void csimd_prefetch_l2(const void *_Nonnull p) { __builtin_prefetch(p, 0, 2); }

// Has everyone see what was written past the caches before what is written from now on: without it they need not. No test
// finds that out, because the locked instructions that threads hand each other work with do the same on x86-64.
CSIMD_INLINE void csimd_finish_streams(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

// Nanoseconds of a clock that never jumps, the same for all threads.
CSIMD_INLINE uint64_t csimd_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Keeps the compiler from holding memory's content in registers across this point.
CSIMD_INLINE void csimd_memory_barrier(void) { __asm__ volatile("" ::: "memory"); }

// Reads from weights that a file gives no alignment.
CSIMD_INLINE float csimd_load_f32(const void *_Nonnull p) {
    float value;
    __builtin_memcpy(&value, p, sizeof value);
    return value;
}

CSIMD_INLINE void csimd_store_f32(void *_Nonnull p, float value) {
    __builtin_memcpy(p, &value, sizeof value);
}

CSIMD_INLINE uint32_t csimd_load_u32(const void *_Nonnull p) {
    uint32_t value;
    __builtin_memcpy(&value, p, sizeof value);
    return value;
}

CSIMD_INLINE uint8_t csimd_load_u8(const void *_Nonnull p) { return *(const uint8_t *)p; }

CSIMD_INLINE u8x8 csimd_load_u8x8(const void *_Nonnull p) {
    u8x8 value;
    __builtin_memcpy(&value, p, sizeof value);
    return value;
}

CSIMD_INLINE i8x8 csimd_load_i8x8(const void *_Nonnull p) {
    i8x8 value;
    __builtin_memcpy(&value, p, sizeof value);
    return value;
}

CSIMD_INLINE void csimd_copy(void *_Nonnull to, const void *_Nonnull from, ptrdiff_t count) {
    __builtin_memcpy(to, from, (size_t)count);
}

CSIMD_INLINE void csimd_clear(void *_Nonnull to, ptrdiff_t count) { __builtin_memset(to, 0, (size_t)count); }

CSIMD_INLINE f32x4 csimd_load_f32x4(const void *_Nonnull p) {
    f32x4 value;
    __builtin_memcpy(&value, p, sizeof value);
    return value;
}

CSIMD_INLINE void csimd_store_f32x4(void *_Nonnull p, f32x4 value) {
    __builtin_memcpy(p, &value, sizeof value);
}

CSIMD_INLINE i16x8 csimd_widen_u8x8(u8x8 v) { return __builtin_convertvector(v, i16x8); }
CSIMD_INLINE i16x8 csimd_widen_i8x8(i8x8 v) { return __builtin_convertvector(v, i16x8); }

// The lower and the upper half, widened and added lane by lane.
CSIMD_INLINE i32x4 csimd_widen_add_i16x8(i16x8 v) {
    return __builtin_convertvector(v.lo, i32x4) + __builtin_convertvector(v.hi, i32x4);
}

// MARK: Four floats in the baseline's instructions

CSIMD_INLINE f32x4 csimd_splat_f32x4(float v) { return (f32x4){v, v, v, v}; }
CSIMD_INLINE i32x4 csimd_bits_f32x4(f32x4 v) { return (i32x4)v; }
CSIMD_INLINE f32x4 csimd_from_bits_f32x4(i32x4 v) { return (f32x4)v; }
CSIMD_INLINE f32x4 csimd_abs_f32x4(f32x4 v) { return (f32x4)((i32x4)v & 0x7FFFFFFF); }
CSIMD_INLINE i32x4 csimd_shift_left_i32x4(i32x4 v, int count) { return v << count; }
// `less` where a < b, else `other`.
CSIMD_INLINE f32x4 csimd_select_less_f32x4(f32x4 a, f32x4 b, f32x4 less, f32x4 other) {
    i32x4 mask = a < b;
    return (f32x4)(((i32x4)less & mask) | ((i32x4)other & ~mask));
}
// As the instructions minps and maxps: b if either is NaN.
CSIMD_INLINE f32x4 csimd_min_f32x4(f32x4 a, f32x4 b) { return csimd_select_less_f32x4(a, b, a, b); }
CSIMD_INLINE f32x4 csimd_max_f32x4(f32x4 a, f32x4 b) { return csimd_select_less_f32x4(b, a, a, b); }
// The first `count` lanes, 0...4, and `fill` in the others.
CSIMD_INLINE f32x4 csimd_load_first_f32x4(const void *_Nonnull p, ptrdiff_t count, f32x4 fill) {
    __builtin_memcpy(&fill, p, (size_t)count * sizeof(float));
    return fill;
}
CSIMD_INLINE void csimd_store_first_f32x4(void *_Nonnull p, f32x4 v, ptrdiff_t count) {
    __builtin_memcpy(p, &v, (size_t)count * sizeof(float));
}
// Zeros but in the first `count` lanes, 0...4.
CSIMD_INLINE f32x4 csimd_first_f32x4(f32x4 v, ptrdiff_t count) {
    i32x4 lane = {0, 1, 2, 3};
    return (f32x4)((i32x4)v & (lane < (int32_t)count));
}
// The first `count` of four 16-bit integers, zeros in the other lanes.
CSIMD_INLINE f32x4 csimd_load_first_shorts_f32x4(const void *_Nonnull p, ptrdiff_t count) {
    i16x4 shorts = {0, 0, 0, 0};
    __builtin_memcpy(&shorts, p, (size_t)count * 2);
    return __builtin_convertvector(shorts, f32x4);
}
// Writes the first `count` lanes, integers within range.
CSIMD_INLINE void csimd_store_first_shorts_f32x4(void *_Nonnull p, f32x4 v, ptrdiff_t count) {
    i16x4 shorts = __builtin_convertvector(__builtin_convertvector(v, i32x4), i16x4);
    __builtin_memcpy(p, &shorts, (size_t)count * 2);
}
// A column of four rows of floats, `stride` bytes apart.
CSIMD_INLINE f32x4 csimd_column_f32x4(const void *_Nonnull p, ptrdiff_t stride) {
    const char *row = (const char *)p;
    return (f32x4){csimd_load_f32(row), csimd_load_f32(row + stride), csimd_load_f32(row + 2 * stride),
                   csimd_load_f32(row + 3 * stride)};
}
// Every other float of 2 * count - 1, `count` of them (1...4), zeros in the other lanes.
CSIMD_INLINE f32x4 csimd_load_even_f32x4(const void *_Nonnull p, ptrdiff_t count) {
    f32x4 v = {0, 0, 0, 0};
    for (ptrdiff_t lane = 0; lane < count; lane++) v[lane] = csimd_load_f32((const char *)p + 8 * lane);
    return v;
}
// Lanes first..<end from p[lane], zeros in the others; reads no others. Both are 0...4.
CSIMD_INLINE f32x4 csimd_load_range_f32x4(const void *_Nonnull p, ptrdiff_t first, ptrdiff_t end) {
    f32x4 v = {0, 0, 0, 0};
    for (ptrdiff_t lane = first; lane < end; lane++) v[lane] = csimd_load_f32((const char *)p + 4 * lane);
    return v;
}
