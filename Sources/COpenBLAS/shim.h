#pragma once

#include <cblas.h>

// Ends the library's threads. Builds without threads of their own do not have it.
extern int blas_thread_shutdown_(void) __attribute__((weak));

// Has calls computed by the thread that makes them, from now on. The library starts its threads when it is
// loaded; they would spin for a tenth of a second before they sleep.
static inline void openblas_use_calling_thread(void) {
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
