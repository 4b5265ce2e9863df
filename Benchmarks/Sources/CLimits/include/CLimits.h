#pragma once

#include <stdint.h>

// Multiplies and adds in registers alone, 24 chains of additions of 512 (AVX-512) or 12 of 256 bits.
// Returns the number of floating-point operations.
double limit_fma_avx512(int64_t rounds);
double limit_fma_avx2(int64_t rounds);
