/*
 * Every system call of the library that can fail stands inside XP_SYSTEM, so that
 * a test build can make any of them fail at its Nth call. In a release build
 * XP_SYSTEM is the plain call, and the library does not change by a byte.
 *
 *     if (XP_SYSTEM("mprotect", -1, mprotect(arena, size, PROT_READ)) != 0)
 *
 * means: make the call, or set errno and yield `-1` instead. A call that can also
 * succeed in part passes its size through XP_SIZE:
 *
 *     written = XP_SYSTEM("write", -1, write(file, bytes, XP_SIZE("write", size)));
 *
 * tests/ffi/fault.c chooses the call that fails, by environment variables.
 */
#ifndef XPERF_FAULT_H
#define XPERF_FAULT_H

#ifdef XP_FAULTS

#include <stddef.h>

/* Counts a call that is about to be made. Returns 0 to let it pass; otherwise sets errno. */
int xp_fault(const char *name);

/* Returns the part of `size` that the next call may do: all of it, or less. */
size_t xp_fault_size(const char *name, size_t size);

#define XP_SYSTEM(name, failure, call) (xp_fault(name) ? (failure) : (call))
#define XP_SIZE(name, size) xp_fault_size(name, size)

#else

#define XP_SYSTEM(name, failure, call) (call)
#define XP_SIZE(name, size) (size)

#endif

#endif
