/*
 * Samples the CPU time or the real time of all threads of this process.
 *
 *     timer of a thread ---signal---> that thread: on_signal() walks its stack into the ring
 *     the draining thread, every XP_PERIOD: looks for new threads, writes the ring to the file
 *
 * For real time the draining thread sends the signals itself (sample_wall.c).
 *
 * The handler takes no lock, allocates no memory, uses a few words of stack only,
 * and preserves errno. The draining thread is made once and waits when it is not
 * needed; it blocks all signals, and is not sampled. The handler stays installed:
 * a signal may still be pending after its timer was deleted.
 */
#define _GNU_SOURCE
#include "sampler.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "xp_clock.h"
#include "xp_lock.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* The oldest version, and the only one before glibc 2.34, when pthread_create was in libpthread. */
#if defined(__x86_64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.17");
#else
#error "no version of pthread_create for this architecture: add its first glibc"
#endif
#endif

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#else
#error "no e_machine for this architecture"
#endif

/* Between two drains of the ring, nanoseconds. */
#define XP_PERIOD 20000000l
/* Periods between two writes, two scans of the threads, and two looks for mapped files. */
#define XP_WRITE_EVERY 5u
#define XP_THREADS_EVERY 10u
#define XP_MAPS_EVERY 50u

/* Nanoseconds; a shorter interval would leave no CPU time for the program. */
#define XP_SHORTEST_INTERVAL 10000u

enum state {
    IDLE,
    STARTING,
    RUNNING,
    STOPPING,
};

static atomic_flag lock = ATOMIC_FLAG_INIT; /* one caller at a time starts, stops or enables */
static uint32_t state; /* a futex: written by start and stop, and by the draining thread */
static uint32_t enabled;
static int32_t answer; /* the draining thread's result, for start and stop */
static pid_t process, drainer;
static int timer_signal;
static uint32_t interval;
static uint32_t event; /* enum xp_event */
static struct sigaction earlier; /* the signal's action before ours */
static uint64_t runs, dropped;
static uint64_t enabled_since, enabled_sum; /* CPU time of the process; since is 0 while paused */

static void take_sample(const siginfo_t *info, const void *context)
{
    const uint32_t weight = 1 + (info->si_overrun > 0 ? (uint32_t)info->si_overrun : 0);
    uint8_t *window = xp_window_claim();
    struct xp_slot *slot = window == NULL ? NULL : xp_ring_claim();
    if (slot != NULL) {
        const pid_t thread = (pid_t)(uint32_t)(uintptr_t)info->si_value.sival_ptr;
        xp_walk_context(slot, window, context, thread, event == XP_EVENT_WALL);
        slot->sample.weight = weight;
        slot->sample.time = xp_clock();
        slot->sample.state = XP_STATE_RUNNING;
        slot->sample.unused = 0;
        /* The last thing: all CPU time until here is the handler's. */
        slot->cpu = event == XP_EVENT_WALL ? xp_read_clock(CLOCK_THREAD_CPUTIME_ID) : 0;
        xp_ring_commit(slot);
    } else {
        __atomic_fetch_add(&dropped, weight, __ATOMIC_RELAXED);
    }
    if (window != NULL)
        xp_window_release(window);
}

static void hand_on(int signal, siginfo_t *info, void *context)
{
    if (earlier.sa_flags & SA_SIGINFO)
        earlier.sa_sigaction(signal, info, context);
    else if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN)
        earlier.sa_handler(signal);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    const int error = errno;
    if ((info->si_code != SI_TIMER && info->si_code != SI_QUEUE) ||
        (uint64_t)(uintptr_t)info->si_value.sival_ptr >> 32 != XP_TIMER_MARK) {
        hand_on(signal, info, context);
    } else {
        __atomic_fetch_add(&runs, 1, __ATOMIC_RELAXED);
        if (__atomic_load_n(&enabled, __ATOMIC_RELAXED))
            take_sample(info, context);
    }
    errno = error;
}

/* Takes a real-time signal without a handler. Not SIGPROF: other profilers use it. */
static int32_t take_signal(void)
{
    if (timer_signal != 0)
        return 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    /* qemu's user mode does not have the last two. */
    for (int signal = SIGRTMAX - 2; signal >= SIGRTMIN; signal--) {
        if (sigaction(signal, NULL, &earlier) != 0 || earlier.sa_handler != SIG_DFL)
            continue;
        if (XP_SYSTEM("sigaction", -1, sigaction(signal, &action, &earlier)) != 0)
            continue;
        timer_signal = signal;
        return 0;
    }
    return -EAGAIN;
}

/*
 * Whether the signal still has our handler. Otherwise the timers must go: a signal would run
 * another handler, or kill the process.
 */
static int has_signal(void)
{
    struct sigaction now;
    return sigaction(timer_signal, NULL, &now) == 0 && now.sa_sigaction == on_signal;
}

static void wait_while(uint32_t value, const struct timespec *limit)
{
    syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, value, limit, NULL, 0);
}

static void change_state(uint32_t value)
{
    __atomic_store_n(&state, value, __ATOMIC_RELEASE);
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void drain(void)
{
    struct xp_slot *slot;
    while ((slot = xp_ring_next()) != NULL) {
        struct xp_sample *sample = &slot->sample;
        if (event == XP_EVENT_WALL)
            xp_wall_complete(slot);
        _Static_assert(offsetof(struct xp_slot, addresses) ==
                           offsetof(struct xp_slot, sample) + sizeof(struct xp_sample),
                       "the addresses follow the sample in memory as in the file");
        xp_samples_append(sample, sample->record.size);
        if (event == XP_EVENT_WALL)
            xp_wall_completed(sample);
        xp_ring_release(slot);
    }
}

static void append_start(void)
{
    const struct xp_start start = {
        .record = {.kind = XP_RECORD_START, .size = sizeof start},
        .version = XP_SAMPLE_FILE_VERSION,
        .machine = MACHINE,
        .process = (uint32_t)process,
        .interval = interval,
        .time = xp_clock(),
        .real_time = xp_read_clock(CLOCK_REALTIME),
        .event = event,
    };
    xp_samples_append(&start, sizeof start);
}

/* The interval of timers; real time has none. */
static uint32_t timer_interval(void)
{
    return event == XP_EVENT_WALL ? 0 : interval;
}

/* CPU time of the process while sampling was on, since the start. */
static uint64_t cpu_time(void)
{
    const uint64_t since = __atomic_load_n(&enabled_since, __ATOMIC_RELAXED);
    const uint64_t sum = __atomic_load_n(&enabled_sum, __ATOMIC_RELAXED);
    return since == 0 ? sum : sum + xp_read_clock(CLOCK_PROCESS_CPUTIME_ID) - since;
}

static void append_status(uint64_t cpu, uint64_t unarmed)
{
    const struct xp_status status = {
        .record = {.kind = XP_RECORD_STATUS, .size = sizeof status},
        .time = xp_clock(),
        .cpu_time = cpu,
        .runs = __atomic_load_n(&runs, __ATOMIC_RELAXED),
        .dropped = __atomic_load_n(&dropped, __ATOMIC_RELAXED),
        .unarmed = unarmed,
    };
    xp_samples_append(&status, sizeof status);
}

/* Samples real time for a period. */
static void tick_for_a_period(void)
{
    const uint64_t end = xp_clock() + XP_PERIOD;
    const struct timespec tick = {interval / 1000000000u, interval % 1000000000u};
    do {
        wait_while(RUNNING, &tick);
        drain();
        if (__atomic_load_n(&enabled, __ATOMIC_RELAXED))
            xp_wall_tick(timer_signal);
    } while (xp_clock() < end && __atomic_load_n(&state, __ATOMIC_ACQUIRE) == RUNNING);
}

static void record_until_stopped(void)
{
    const struct timespec period = {0, XP_PERIOD};
    for (uint32_t turn = 1; __atomic_load_n(&state, __ATOMIC_ACQUIRE) == RUNNING; turn++) {
        if (turn % XP_WRITE_EVERY == 1) {
            xp_wall_flush();
            xp_samples_flush();
        }
        if (event == XP_EVENT_WALL)
            tick_for_a_period();
        else
            wait_while(RUNNING, &period);
        drain();
        if (!has_signal() || xp_samples_has_failed()) {
            xp_threads_clear();
        } else if (turn % XP_THREADS_EVERY == 0 || xp_threads_have_changed()) {
            xp_threads_scan(timer_signal, timer_interval(), drainer);
            xp_threads_name(0);
        }
        if (turn % XP_MAPS_EVERY == 0) {
            xp_samples_maps();
            append_status(cpu_time(), xp_threads_unarmed());
        }
    }
    const uint64_t cpu = cpu_time();
    xp_threads_name(1);
    xp_samples_maps();
    drain();
    xp_wall_flush();
    const uint64_t unarmed = xp_threads_unarmed();
    xp_threads_clear();
    /* Waits for running handlers, 20 ms at most: a thread in one may get no CPU. */
    for (int i = 0; i < 20 && xp_ring_is_busy(); i++) {
        drain();
        wait_while(STOPPING, &(struct timespec){0, 1000000});
    }
    append_status(cpu, unarmed);
}

/* One recording, from STARTING to IDLE. */
static void record(void)
{
    append_start();
    xp_samples_maps();
    const int32_t error = xp_threads_scan(timer_signal, timer_interval(), drainer);
    if (error == 0) {
        change_state(RUNNING);
        record_until_stopped();
    }
    const int32_t failure = xp_samples_close();
    answer = error != 0 ? error : failure;
    change_state(IDLE);
}

static void *drain_for_ever(void *unused)
{
    (void)unused;
    drainer = (pid_t)syscall(SYS_gettid);
    prctl(PR_SET_NAME, "xperf-sampler");
    for (;;) {
        const uint32_t now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
        if (now != STARTING) {
            wait_while(now, NULL);
            continue;
        }
        record();
    }
    return NULL;
}

static int32_t make_drainer(void)
{
    static pid_t made;
    if (made == process)
        return 0;
    /* The thread blocks all signals, so that it never runs handlers of the program. */
    uint64_t all = ~(uint64_t)0, mask;
    pthread_t thread;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof mask);
    const int error = XP_SYSTEM("pthread_create", EAGAIN, pthread_create(&thread, NULL, drain_for_ever, NULL));
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
    if (error == 0)
        made = process;
    return -error;
}

static void set_enabled(uint32_t on)
{
    const uint64_t now = xp_read_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (enabled_since != 0)
        __atomic_store_n(&enabled_sum, enabled_sum + now - enabled_since, __ATOMIC_RELAXED);
    __atomic_store_n(&enabled_since, on ? now : 0, __ATOMIC_RELAXED);
    __atomic_store_n(&enabled, on, __ATOMIC_RELAXED);
}

static int32_t start(int32_t descriptor, uint32_t every, uint32_t what)
{
    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != IDLE)
        return -EALREADY;
    process = getpid();
    int32_t error = xp_ring_open();
    if (error == 0)
        error = xp_reader_open();
    if (error == 0)
        error = take_signal();
    if (error == 0)
        error = make_drainer();
    if (error != 0)
        return error;
    /* A descriptor of our own: the program may close the other, and open a file with its number. */
    const int file = XP_SYSTEM("fcntl", -1, fcntl(descriptor, F_DUPFD_CLOEXEC, 64));
    if (file < 0)
        return -errno;
    xp_samples_open(file);
    interval = every;
    event = what;
    runs = dropped = enabled_sum = enabled_since = 0;
    set_enabled(1);
    change_state(STARTING);
    while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STARTING)
        wait_while(STARTING, NULL);
    return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == RUNNING ? 0 : answer;
}

static int32_t stop(void)
{
    /* A forked process has no draining thread, and the file belongs to its parent. */
    if (process != getpid() || __atomic_load_n(&state, __ATOMIC_ACQUIRE) != RUNNING)
        return -ESRCH;
    change_state(STOPPING);
    while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STOPPING)
        wait_while(STOPPING, NULL);
    set_enabled(0);
    return answer;
}

int32_t xp_sampler_start(int32_t descriptor, uint32_t interval_ns, uint32_t what)
{
    if (interval_ns < XP_SHORTEST_INTERVAL || what > XP_EVENT_WALL)
        return -EINVAL;
    xp_lock(&lock);
    const int32_t result = start(descriptor, interval_ns, what);
    xp_unlock(&lock);
    return result;
}

int32_t xp_sampler_stop(void)
{
    xp_lock(&lock);
    const int32_t result = stop();
    xp_unlock(&lock);
    return result;
}

void xp_sampler_enable(uint32_t on)
{
    xp_lock(&lock);
    set_enabled(on != 0);
    xp_unlock(&lock);
}

/* Stops the sampler when the program exits without doing so. */
__attribute__((destructor)) static void finish(void)
{
    xp_sampler_stop();
}
