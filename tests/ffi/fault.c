/*
 * Makes system calls fail. Preloaded (LD_PRELOAD) into a runtime whose native
 * library was compiled with -DXP_FAULTS, it counts, in one sequence, the calls of
 * that library and the calls of the runtime on the files that trampolines need:
 * the map, the dump, and files in /proc. Used by tests/e2e/fault_test.ts.
 *
 *     XP_FAULT_LOG=FILE   appends the name of every call to FILE, one a line
 *     XP_FAULT=N:E        the Nth call fails with errno E
 *     XP_FAULT=N+:E       so do all calls after it
 *     XP_FAULT=N:short    the Nth call, a write, does half of it
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK __attribute__((visibility("default")))
#define REAL(name) real_##name
#define DECLARE(name) static __typeof__(&name) real_##name
#define FIND(name) real_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

enum { MAX_DESCRIPTORS = 4096 };

/* The states of a descriptor: only the first read of a file is counted. */
enum { OTHER, UNREAD, READ };

DECLARE(open);
DECLARE(close);
DECLARE(read);
DECLARE(write);
DECLARE(ftruncate);
DECLARE(statx);
DECLARE(unlink);

/* Runs once, before any call: a library's destructors may wait for a thread that calls. */
__attribute__((constructor)) static void find_all(void)
{
    FIND(open);
    FIND(close);
    FIND(read);
    FIND(write);
    FIND(ftruncate);
    FIND(statx);
    FIND(unlink);
}

static atomic_int count;
static atomic_char watched[MAX_DESCRIPTORS];
/* The library's own call has been counted, and comes through here once more. */
static _Thread_local int counted;
static _Thread_local int halved;

static void log_call(const char *name)
{
    const char *path = getenv("XP_FAULT_LOG");
    if (path == NULL)
        return;
    char line[256];
    const int length = snprintf(line, sizeof line, "%s\n", name);
    const int file = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || REAL(write)(file, line, (size_t)length) != length)
        abort();
    REAL(close)(file);
}

static int fails(const char *name)
{
    const int saved = errno;
    const int number = ++count;
    log_call(name);
    errno = saved;
    const char *fault = getenv("XP_FAULT");
    if (fault == NULL)
        return 0;
    char *rest;
    const long first = strtol(fault, &rest, 10);
    const int onwards = *rest == '+';
    if (number != first && !(onwards && number > first))
        return 0;
    const char *how = rest + onwards + 1;
    if (strcmp(how, "short") == 0) {
        halved = 1;
        return 0;
    }
    errno = atoi(how);
    return 1;
}

HOOK int xp_fault(const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "library %s", name);
    halved = 0;
    const int failed = fails(text);
    counted = !failed && (strcmp(name, "write") == 0 || strcmp(name, "ftruncate") == 0);
    return failed;
}

HOOK size_t xp_fault_size(const char *name, size_t size)
{
    (void)name;
    const int half = halved;
    halved = 0;
    return half ? size / 2 : size;
}

static int is_watched_path(const char *path)
{
    static const char *const prefixes[] = {"/tmp/perf-", "/tmp/jit-", "/proc/self/maps",
                                           "/proc/self/stat", "/proc/uptime"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
            return 1;
    return 0;
}

static int is_watched(int file)
{
    if (counted) {
        counted = 0;
        return 0;
    }
    return file >= 0 && file < MAX_DESCRIPTORS && watched[file];
}

/* Whether a call on a path or a file of ours fails. */
static int call_fails(const char *name, const char *path)
{
    char text[256];
    /* Without the pid, which differs from run to run. */
    if (path == NULL)
        snprintf(text, sizeof text, "runtime %s", name);
    else if (strncmp(path, "/proc", 5) == 0)
        snprintf(text, sizeof text, "runtime %s %s", name, path);
    else
        snprintf(text, sizeof text, "runtime %s %s", name, strrchr(path, '.'));
    return fails(text);
}

static int opened(const char *path, int flags, mode_t mode)
{
    /* Before a program starts the runtime itself reads its memory maps, without O_CLOEXEC. */
    const int ours = is_watched_path(path) && flags & O_CLOEXEC;
    if (ours && call_fails("open", path))
        return -1;
    const int file = REAL(open)(path, flags, mode);
    if (ours && file >= 0 && file < MAX_DESCRIPTORS)
        watched[file] = UNREAD;
    return file;
}

HOOK int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

HOOK int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

HOOK int close(int file)
{
    if (is_watched(file)) {
        watched[file] = OTHER;
        if (call_fails("close", NULL)) {
            const int error = errno;
            REAL(close)(file);
            errno = error;
            return -1;
        }
    }
    return REAL(close)(file);
}

HOOK ssize_t write(int file, const void *bytes, size_t size)
{
    if (is_watched(file)) {
        halved = 0;
        if (call_fails("write", NULL))
            return -1;
        size = xp_fault_size("write", size);
    }
    return REAL(write)(file, bytes, size);
}

HOOK ssize_t read(int file, void *bytes, size_t size)
{
    if (is_watched(file) && watched[file] == UNREAD) {
        watched[file] = READ;
        if (call_fails("read", NULL))
            return -1;
    }
    return REAL(read)(file, bytes, size);
}

HOOK int ftruncate(int file, off_t size)
{
    if (is_watched(file) && call_fails("ftruncate", NULL))
        return -1;
    return REAL(ftruncate)(file, size);
}

HOOK int ftruncate64(int file, off64_t size)
{
    if (is_watched(file) && call_fails("ftruncate", NULL))
        return -1;
    return REAL(ftruncate)(file, size);
}

HOOK int fstat(int file, struct stat *state)
{
    if (is_watched(file) && call_fails("fstat", NULL))
        return -1;
    return fstatat(file, "", state, AT_EMPTY_PATH);
}

HOOK int fstat64(int file, struct stat64 *state)
{
    if (is_watched(file) && call_fails("fstat", NULL))
        return -1;
    return fstatat64(file, "", state, AT_EMPTY_PATH);
}

HOOK int statx(int directory, const char *restrict path, int flags, unsigned mask,
               struct statx *restrict state)
{
    /* The declaration says that the path is never NULL, but callers do pass NULL. */
    const char *volatile text = path;
    if (text != NULL && *text == 0 && is_watched(directory) && call_fails("fstat", NULL))
        return -1;
    return REAL(statx)(directory, path, flags, mask, state);
}

HOOK int unlink(const char *path)
{
    if (is_watched_path(path) && call_fails("unlink", path))
        return -1;
    return REAL(unlink)(path);
}
