#pragma once

#include <stdint.h>

// Loops of one instruction in registers alone, on 24 chains of 512 (AVX-512) or 12 of 256 bits. They return the
// number of operations, a multiply-add counting as two.

// Float32 multiply-adds.
double limit_fma_avx512(int64_t rounds);
double limit_fma_avx2(int64_t rounds);

// u8 × s8, added to s32: one instruction with VNNI, three with AVX2.
double limit_dot_avx512(int64_t rounds);
double limit_dot_avx2(int64_t rounds);

// Reads memory once from its beginning to its end. Needs AVX2.
void limit_read(const void *bytes, int64_t count);
