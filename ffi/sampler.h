/*
 * The parts of the sampler, from the timer's signal to the file:
 *
 *     sampler.c         starts and stops; the signal's handler; the thread that drains
 *     sample_threads.c  the threads of the process; a timer for each, of its CPU time
 *     sample_wall.c     real time: signals the threads that have run
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
    uint64_t cpu; /* CPU time of the thread at the end of the handler; of real time only */
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
 * reads the stack into `window`. Where `waits`, the thread may be in a function without frame
 * pointers, and the walk searches the stack for the frames around it. Signal handlers; `thread` is
 * the id of the calling thread.
 */
XP_HIDDEN void xp_walk_context(struct xp_slot *slot, uint8_t *window, const void *context, pid_t thread,
                               int waits);

/* Upper half of the value of this library's timers; the lower half is the thread's id. */
#define XP_TIMER_MARK 0x78706572u /* "xper" */

/* Whether the number of threads has changed since the last scan. */
XP_HIDDEN int xp_threads_have_changed(void);

/* A thread whose real time is sampled. Zeros are right for a new one. */
struct xp_watch {
    pid_t thread;
    int pending;       /* it was signalled, and the sample has not come yet */
    int settling;      /* it was sampled as it waited, and has to go back to its wait */
    int32_t state;     /* at the last signal, XP_STATE_* or a system call */
    uint64_t cpu;      /* its CPU time when it was looked at last; 0 before */
    uint64_t asked;    /* the time of the last signal */
    uint64_t until;    /* the end of the time that is accounted for, 0 before the first look */
    uint32_t owed;     /* microseconds that the sample stands for */
    uint32_t repeated; /* microseconds since then in which it did not run, and that are not written */
};

/*
 * Finds new and ended threads. With an interval each new thread gets a timer of its CPU time;
 * without one (0) none does. 0, or -errno.
 */
XP_HIDDEN int32_t xp_threads_scan(int signal, uint32_t interval, pid_t except);

/* Calls `visit` for each thread that the last scan has found. */
XP_HIDDEN void xp_threads_each(void (*visit)(struct xp_watch *watch));

/* The watch of a thread, NULL if the last scan has not found it. */
XP_HIDDEN struct xp_watch *xp_threads_watch(pid_t thread);

/* The path of a file that the kernel has for a thread; `file` is short, as `/comm`. */
XP_HIDDEN void xp_threads_path(char path[64], pid_t thread, const char *file);

/* CPU time of a thread of this process in nanoseconds; 0 if it has ended. */
XP_HIDDEN uint64_t xp_threads_cpu(pid_t thread);

/* Looks at all threads, and signals those that have run since they were sampled. */
XP_HIDDEN void xp_wall_tick(int signal);

/* Completes a thread's sample with the time and the state that it stands for. */
XP_HIDDEN void xp_wall_complete(struct xp_slot *slot);

/* Behind a completed sample in the file: the time that its thread waited for a processor. */
XP_HIDDEN void xp_wall_completed(const struct xp_sample *sample);

/* Writes the time in which threads did not run, as far as it is not written. */
XP_HIDDEN void xp_wall_flush(void);

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
