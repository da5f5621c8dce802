/*
 * Samples real time. The draining thread looks at every thread at each tick. A
 * thread that has run since its last sample is signalled, and its handler writes
 * its stack. A thread that has not run has its old stack still, and is left alone:
 * a signal would end its system call with EINTR, and would cost CPU time. So a
 * thread that waits is signalled once, at the beginning of its wait.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"
#include "sampler.h"
#include "xp_clock.h"

/*
 * CPU time that a thread uses after its handler to wait again, nanoseconds: it returns from the
 * signal, finds EINTR, and calls the kernel once more.
 */
#define XP_SETTLING 50000u

/* A thread that blocks the signal for so long is not asked again, nanoseconds. */
#define XP_DEAF_AFTER 1000000000u

static int signal_of_ticks;
static uint64_t now;

static void write_repeat(struct xp_watch *watch)
{
    if (watch->repeated == 0)
        return;
    const struct xp_repeat repeat = {
        .record = {.kind = XP_RECORD_REPEAT, .size = sizeof repeat},
        .thread = (uint32_t)watch->thread,
        .weight = watch->repeated,
        .time = watch->until,
    };
    xp_samples_append(&repeat, sizeof repeat);
    watch->repeated = 0;
}

/* The state of another thread, from /proc/self/task/<thread>/syscall: `running`, or a number. */
static int32_t state_of(pid_t thread)
{
    char path[64], text[32];
    xp_threads_path(path, thread, "/syscall");
    const int file = XP_SYSTEM("open", -1, open(path, O_RDONLY | O_CLOEXEC));
    if (file < 0)
        return XP_STATE_RUNNING;
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0 || text[0] == 'r')
        return XP_STATE_RUNNING;
    text[size] = '\0';
    const long call = strtol(text, NULL, 10);
    return call < 0 ? XP_STATE_WAITING : (int32_t)call;
}

/*
 * The state of a thread whose CPU time was `cpu` a moment ago. A thread that runs shows by its
 * clock, which takes a tenth of the time that a file of /proc takes.
 */
static int32_t state_after(pid_t thread, uint64_t cpu)
{
    return xp_threads_cpu(thread) > cpu ? XP_STATE_RUNNING : state_of(thread);
}

static void ask(struct xp_watch *watch, uint64_t cpu, uint32_t elapsed)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_value.sival_ptr =
        (void *)(uintptr_t)((uint64_t)XP_TIMER_MARK << 32 | (uint32_t)watch->thread);
    watch->state = state_after(watch->thread, cpu);
    watch->asked = watch->until == 0 ? now : watch->until + (uint64_t)elapsed * 1000;
    watch->owed = elapsed;
    watch->pending =
        syscall(SYS_rt_tgsigqueueinfo, info.si_pid, watch->thread, signal_of_ticks, &info) == 0;
}

static void look(struct xp_watch *watch)
{
    const uint64_t cpu = xp_threads_cpu(watch->thread);
    const uint32_t elapsed = watch->until == 0 ? 0 : (uint32_t)((now - watch->until) / 1000);
    if (watch->pending) {
        /* It has not run yet. A thread that blocks the signal is no longer accounted for. */
        if (now - watch->asked < XP_DEAF_AFTER)
            watch->repeated += elapsed;
    } else {
        const int has_run =
            watch->settling ? cpu - watch->cpu > XP_SETTLING : cpu != watch->cpu;
        if (has_run || watch->until == 0) {
            write_repeat(watch);
            ask(watch, cpu, elapsed);
        } else {
            watch->repeated += elapsed;
        }
        watch->settling = 0;
        watch->cpu = cpu;
    }
    /* Whole microseconds, so that nothing is lost in between. */
    watch->until = watch->until == 0 ? now : watch->until + (uint64_t)elapsed * 1000;
}

void xp_wall_tick(int signal)
{
    signal_of_ticks = signal;
    now = xp_clock();
    xp_threads_each(look);
}

void xp_wall_complete(struct xp_slot *slot)
{
    struct xp_watch *watch = xp_threads_watch((pid_t)slot->sample.thread);
    if (watch == NULL)
        return;
    slot->sample.weight = watch->owed;
    slot->sample.time = watch->asked;
    slot->sample.state = watch->state;
    watch->pending = 0;
    watch->settling = watch->state != XP_STATE_RUNNING;
    watch->cpu = slot->cpu;
}

void xp_wall_completed(const struct xp_sample *sample)
{
    struct xp_watch *watch = xp_threads_watch((pid_t)sample->thread);
    if (watch != NULL)
        write_repeat(watch);
}

static void flush(struct xp_watch *watch)
{
    /* Time of a pending sample belongs behind it. */
    if (!watch->pending)
        write_repeat(watch);
}

void xp_wall_flush(void)
{
    xp_threads_each(flush);
}
