/* The clocks of clock_gettime(2) as one number. xperf.h declares xp_clock, the monotonic one. */
#ifndef XPERF_CLOCK_H
#define XPERF_CLOCK_H

#include <time.h>

#include "xperf.h"

/* A clock in nanoseconds. Any thread, signal handlers too; cannot fail for the clocks of Linux. */
XP_HIDDEN uint64_t xp_read_clock(clockid_t clock);

#endif
