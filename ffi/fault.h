/*
 * Every system call of the library that can fail stands inside XP_SYSTEM, so that
 * a test build can make any of them fail at its Nth call. In a release build
 * XP_SYSTEM is the plain call, and the library is the same byte for byte.
 *
 *     if (XP_SYSTEM("mprotect", -1, mprotect(arena, size, PROT_READ)) != 0)
 *
 * reads: the call, or `-1` with errno set instead of it. A call that can also be
 * done by halves passes its size through XP_SIZE:
 *
 *     written = XP_SYSTEM("write", -1, write(file, bytes, XP_SIZE("write", size)));
 *
 * tests/ffi/fault.c decides which call fails, by the environment: see there.
 */
#ifndef XPERF_FAULT_H
#define XPERF_FAULT_H

#ifdef XP_FAULTS

#include <stddef.h>

/* Counts a call about to be made: 0 lets it pass, otherwise errno is set and it fails. */
int xp_fault(const char *name);

/* How much of `size` the call about to be made may do: all, or less than that. */
size_t xp_fault_size(const char *name, size_t size);

#define XP_SYSTEM(name, failure, call) (xp_fault(name) ? (failure) : (call))
#define XP_SIZE(name, size) xp_fault_size(name, size)

#else

#define XP_SYSTEM(name, failure, call) (call)
#define XP_SIZE(name, size) (size)

#endif

#endif
