/* One context per attached isolate. */
#ifndef XPERF_CONTEXT_H
#define XPERF_CONTEXT_H

#include "xperf.h"

struct xp_context {
    void (*body)(void);
    uintptr_t stack_floor; /* below it xp_call refuses */
};

/* Read by entry_<arch>.S. */
extern XP_HIDDEN struct xp_context xp_contexts[XP_MAX_CONTEXTS];

#endif
