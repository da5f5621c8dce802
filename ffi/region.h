/* Claims on the addresses of this process that have been described to perf, or will be. */
#ifndef XPERF_REGION_H
#define XPERF_REGION_H

#include "xperf.h"

/*
 * Whether the addresses from range[0] up to range[1] can be claimed as a whole: none of them is
 * claimed, and there is room for one more claim. If so, this thread holds the lock of the claims
 * until xp_claim_end. Any thread.
 */
XP_HIDDEN int xp_claim_begin(const uint64_t *range);

/* Ends what xp_claim_begin has begun: claims `range`, or, where it is NULL, nothing. */
XP_HIDDEN void xp_claim_end(const uint64_t *range);

#endif
