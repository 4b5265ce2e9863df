#pragma once
#include <stddef.h>

/// Remembers a mapped file, for the message of the handler. A path longer than the handler has room for is cut.
///
/// \returns a slot for `mapped_faults_remove`, or -1 if all are taken: a fault in that mapping ends the process
/// as if there were no handler.
int mapped_faults_add(const void *start, size_t length, const char *path);

/// Forgets a mapping; must be called before it is unmapped. Does nothing with -1.
void mapped_faults_remove(int slot);

/// Installs the handler of SIGBUS, once; later calls do nothing.
///
/// \returns 0, or the error number.
int mapped_faults_install(void);
