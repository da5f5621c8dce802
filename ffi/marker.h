/* perf_event_open(2): mapping a file as executable makes the kernel record its path and the time (MMAP2). */
#ifndef XPERF_MARKER_H
#define XPERF_MARKER_H

#include "xperf.h"

/* Maps the first page of a file as executable. NULL with errno set where that fails. Any thread. */
XP_HIDDEN void *xp_map_first_page(int32_t descriptor);

/* Takes such a page away. Any thread. */
XP_HIDDEN void xp_unmap_first_page(void *page);

#endif
