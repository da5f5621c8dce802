/* The calling thread's stack. */
#ifndef XPERF_STACK_H
#define XPERF_STACK_H

#include "xperf.h"

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "where is a frame record on this architecture? On riscv64 it ends at the frame pointer"
#endif

/* A frame record, the same on x86_64 and aarch64: the frame pointer points at it. */
struct xp_frame {
    const struct xp_frame *caller;
    void *return_address;
};

/* The first address above the frames of the calling thread. */
XP_HIDDEN uintptr_t xp_stack_base(void);

/*
 * Like xp_stack_base(), for callers that know whether they run on the main thread. Signal handlers
 * may call it.
 */
XP_HIDDEN uintptr_t xp_stack_base_of(int is_main);

/*
 * The return address in libffi if its frame hides its caller, otherwise NULL. entry_x86_64.S reads
 * it.
 */
extern XP_HIDDEN void *xp_ffi_return;

#endif
