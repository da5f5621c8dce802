/* A lock for work of a few instructions or one system call. No signal handler takes one. */
#ifndef XPERF_LOCK_H
#define XPERF_LOCK_H

#include <sched.h>
#include <stdatomic.h>

static inline void xp_lock(atomic_flag *lock)
{
    while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire))
        sched_yield();
}

static inline void xp_unlock(atomic_flag *lock)
{
    atomic_flag_clear_explicit(lock, memory_order_release);
}

#endif
