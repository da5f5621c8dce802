/* The calling thread's stack. */
#ifndef XPERF_STACK_H
#define XPERF_STACK_H

#include "xperf.h"

/* A frame record, the same on both architectures: the frame pointer points at it. */
struct xp_frame {
    const struct xp_frame *caller;
    void *return_address;
};

/* The first address above the frames of the calling thread. */
XP_HIDDEN uintptr_t xp_stack_base(void);

/* The same for callers that know whether they are the main thread; signal handlers may. */
XP_HIDDEN uintptr_t xp_stack_base_of(int is_main);

/* Where libffi returns to when its frame hides its caller, else NULL; read by entry_x86_64.S. */
extern XP_HIDDEN void *xp_ffi_return;

#endif
