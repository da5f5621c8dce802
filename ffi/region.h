/* Which addresses of this process have been described to perf, or will be. */
#ifndef XPERF_REGION_H
#define XPERF_REGION_H

#include "xperf.h"

/* Claims all addresses from `start` up to `end` that nobody has claimed. Any thread. */
XP_HIDDEN void xp_claim_all(uint64_t start, uint64_t end);

#endif
