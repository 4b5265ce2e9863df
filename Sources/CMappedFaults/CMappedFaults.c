// In C, because a handler may call little more than write and _exit, and Swift code does not show what it calls.
#define _GNU_SOURCE
#include "CMappedFaults.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 256, PATH_SIZE = 1024, EXIT_BAD_MODEL = 78 };

struct slot {
    // 0 while the slot is free. Written last, and read first by the handler, which takes no lock.
    _Atomic uintptr_t start;
    size_t length;
    char path[PATH_SIZE];
};

static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int installed;
static struct sigaction previous;

int mapped_faults_add(const void *start, size_t length, const char *path) {
    int result = -1;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < SLOTS; i++) {
        if (atomic_load_explicit(&slots[i].start, memory_order_relaxed) != 0) continue;
        slots[i].length = length;
        strncpy(slots[i].path, path, PATH_SIZE - 1);
        atomic_store_explicit(&slots[i].start, (uintptr_t)start, memory_order_release);
        result = i;
        break;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void mapped_faults_remove(int slot) {
    if (slot < 0 || slot >= SLOTS) return;
    pthread_mutex_lock(&lock);
    atomic_store_explicit(&slots[slot].start, 0, memory_order_release);
    pthread_mutex_unlock(&lock);
}

// What the handler says is put together here: nothing of stdio may be called in it.
struct text {
    size_t length;
    char bytes[PATH_SIZE + 256];
};

static void append(struct text *text, const char *part) {
    while (*part != 0 && text->length < sizeof text->bytes) text->bytes[text->length++] = *part++;
}

static void append_number(struct text *text, uint64_t value) {
    char digits[21];
    size_t first = sizeof digits - 1;
    digits[first] = 0;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    append(text, digits + first);
}

static void report(const struct slot *slot) {
    struct text text = {0};
    struct stat status;
    append(&text, "Error: ");
    append(&text, slot->path);
    if (stat(slot->path, &status) == 0 && (uint64_t)status.st_size < slot->length) {
        append(&text, ": truncated while in use: file has ");
        append_number(&text, (uint64_t)status.st_size);
        append(&text, " bytes, needs ");
        append_number(&text, slot->length);
        append(&text, "\n");
    } else {
        append(&text, ": cannot be read any more: truncated, or a read error of the disk\n");
    }
    ssize_t written = write(STDERR_FILENO, text.bytes, text.length);
    (void)written;
}

static void handle(int signal, siginfo_t *info, void *context) {
    static atomic_flag reporting = ATOMIC_FLAG_INIT;
    // A positive code means that the processor faulted; others are sent by processes and have no address.
    uintptr_t address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0;
    for (int i = 0; i < SLOTS && address != 0; i++) {
        uintptr_t start = atomic_load_explicit(&slots[i].start, memory_order_acquire);
        if (start == 0 || address < start || address - start >= slots[i].length) continue;
        // Several threads read the weights: the first to fault reports, the rest wait for the end.
        while (atomic_flag_test_and_set(&reporting)) pause();
        report(&slots[i]);
        _exit(EXIT_BAD_MODEL);
    }

    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        // After the return the instruction faults again, and the default ends the process with that address in
        // its core dump. A signal that was sent must be sent again.
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(SIGBUS, &standard, NULL);
        if (info->si_code <= 0) raise(SIGBUS);
    }
}

int mapped_faults_install(void) {
    int result = 0;
    pthread_mutex_lock(&lock);
    if (!installed) {
        struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigemptyset(&action.sa_mask);
        // `previous` must be there before the first fault.
        if (sigaction(SIGBUS, NULL, &previous) == 0 && sigaction(SIGBUS, &action, NULL) == 0) {
            installed = 1;
        } else {
            result = errno;
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}
