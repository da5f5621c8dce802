/*
 * The parts of the sampler, from the timer's signal to the file:
 *
 *     sampler.c         starts and stops; the signal's handler; the thread that drains
 *     sample_threads.c  a timer for every thread of the process
 *     sample_stack.c    the walk from where the signal struck
 *     sample_ring.c     between the handlers and the thread that drains
 *     sample_file.c     the file
 */
#ifndef XPERF_SAMPLER_H
#define XPERF_SAMPLER_H

#include <signal.h>

#include "sample_file.h"
#include "xperf.h"

/* Bytes of stack that one system call reads at most: two pages of memory. */
#define XP_WINDOW_SIZE 8192u

/* One place in the ring. */
struct xp_slot {
    struct xp_sample sample;
    uint64_t addresses[XP_SAMPLE_DEPTH];
};

/* Allocates the ring's memory, once. 0, or -ENOMEM. */
XP_HIDDEN int32_t xp_ring_open(void);

/* Claims a free slot, which the same handler must commit; NULL if all are full. Signal handlers. */
XP_HIDDEN struct xp_slot *xp_ring_claim(void);
XP_HIDDEN void xp_ring_commit(struct xp_slot *slot);

/*
 * The oldest complete slot, which the caller must release; NULL if there is none. The one draining
 * thread.
 */
XP_HIDDEN struct xp_slot *xp_ring_next(void);
XP_HIDDEN void xp_ring_release(struct xp_slot *slot);

/* Whether some slot is claimed and not yet committed, or committed and not yet drained. */
XP_HIDDEN int xp_ring_is_busy(void);

/*
 * Claims memory to read a stack into, which the caller must release; NULL if too many handlers run
 * at once. Signal handlers.
 */
XP_HIDDEN uint8_t *xp_window_claim(void);
XP_HIDDEN void xp_window_release(const uint8_t *window);

/* Finds a way to read this process's memory that fails where a load would fault. 0, or -errno. */
XP_HIDDEN int32_t xp_reader_open(void);

/*
 * Walks the stack from the point that a signal interrupted. Writes the sample into the slot, and
 * reads the stack into `window`. Signal handlers; `thread` is the id of the calling thread.
 */
XP_HIDDEN void xp_walk_context(struct xp_slot *slot, uint8_t *window, const void *context, pid_t thread);

/* Upper half of the value of this library's timers; the lower half is the thread's id. */
#define XP_TIMER_MARK 0x78706572u /* "xper" */

/* Whether the number of threads has changed since the last scan. */
XP_HIDDEN int xp_threads_have_changed(void);

/* Gives each new thread a timer, and deletes the timers of ended threads. 0, or -errno. */
XP_HIDDEN int32_t xp_threads_scan(int signal, uint32_t interval, pid_t except);

/* Deletes all timers. */
XP_HIDDEN void xp_threads_clear(void);

/* The number of threads that could not be given a timer. */
XP_HIDDEN uint64_t xp_threads_unarmed(void);

/* Writes the names of threads that have none in the file yet; of the newest too if `all`. */
XP_HIDDEN void xp_threads_name(int all);

/* The file, for the one draining thread. After a failure nothing more is written. */
XP_HIDDEN void xp_samples_open(int descriptor);
XP_HIDDEN void xp_samples_append(const void *record, uint32_t size);
XP_HIDDEN void xp_samples_maps(void);
XP_HIDDEN void xp_samples_flush(void);
/* 0, or the -errno of the first write that failed. */
XP_HIDDEN int32_t xp_samples_close(void);
XP_HIDDEN int xp_samples_has_failed(void);

#endif
