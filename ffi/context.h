/* One context per attached isolate. */
#ifndef XPERF_CONTEXT_H
#define XPERF_CONTEXT_H

#include "xperf.h"

struct xp_context {
    void (*body)(void);     /* NULL: not attached */
    uintptr_t stack_floor;  /* xp_call refuses if sp is below it */
};

/* Read by entry_<arch>.S. */
extern XP_HIDDEN struct xp_context xp_contexts[XP_MAX_CONTEXTS];

#endif
