/*
 * Strikes all threads of a process with the signal of the sampler, by the clock and far more
 * often than the sampler does. Compiled as a library by tests/e2e/sampler_stress_test.ts.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../ffi/sampler.h"

enum { MOST = 1024 };

static pid_t threads[MOST];
static timer_t timers[MOST];
static long interval;

static int signal_of_sampler(void)
{
    struct sigaction action;
    for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--)
        if (sigaction(signal, NULL, &action) == 0 && action.sa_flags & SA_SIGINFO)
            return signal;
    return 0;
}

static void strike(int place, pid_t thread, int signal)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal;
    event._sigev_un._tid = thread;
    event.sigev_value.sival_ptr = (void *)((uint64_t)XP_TIMER_MARK << 32 | (uint32_t)thread);
    if (timer_create(CLOCK_MONOTONIC, &event, &timers[place]) != 0)
        return;
    const struct itimerspec times = {{0, interval}, {0, interval}};
    timer_settime(timers[place], 0, &times, NULL);
    threads[place] = thread;
}

static int place_of(pid_t thread)
{
    for (int i = 0; i < MOST; i++)
        if (threads[i] == thread)
            return i;
    return -1;
}

static void *strike_all(void *unused)
{
    const int signal = signal_of_sampler();
    while (signal != 0) {
        DIR *directory = opendir("/proc/self/task");
        const struct dirent *found;
        while (directory != NULL && (found = readdir(directory)) != NULL) {
            const pid_t thread = atoi(found->d_name);
            if (thread > 0 && thread != gettid() && place_of(thread) < 0 && place_of(0) >= 0)
                strike(place_of(0), thread, signal);
        }
        closedir(directory);
        for (int i = 0; i < MOST; i++) {
            if (threads[i] != 0 && tgkill(getpid(), threads[i], 0) != 0 && errno == ESRCH) {
                timer_delete(timers[i]);
                threads[i] = 0;
            }
        }
        usleep(2000);
    }
    return unused;
}

/* Begins, for good; `nanoseconds` between two strikes of a thread. */
__attribute__((visibility("default"))) int32_t strike_begin(uint32_t nanoseconds)
{
    pthread_t thread;
    interval = nanoseconds;
    return pthread_create(&thread, NULL, strike_all, NULL);
}
