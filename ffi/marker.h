/*
 * When a process maps a file as executable, the kernel records the file's path and the time
 * (PERF_RECORD_MMAP2, perf_event_open(2)).
 */
#ifndef XPERF_MARKER_H
#define XPERF_MARKER_H

#include "xperf.h"

/* Maps the first page of a file as executable. NULL with errno set where that fails. Any thread. */
XP_HIDDEN void *xp_map_first_page(int32_t descriptor);

/* Unmaps a page of xp_map_first_page. Any thread. */
XP_HIDDEN void xp_unmap_first_page(void *page);

#endif
