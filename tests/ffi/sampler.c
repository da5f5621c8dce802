/*
 * The sampler under the sanitizers, without a JavaScript runtime; compiled and
 * run by tests/ffi/library_sanitizer_test.ts. Ends with 0, or aborts at a failed check.
 */
#define _GNU_SOURCE
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sampler.h"

enum { INTERVAL = 1000000 };

static int new_file(void)
{
    char path[] = "/tmp/xperf-samples-XXXXXX";
    const int file = mkostemp(path, O_APPEND);
    assert(file >= 0);
    assert(unlink(path) == 0);
    return file;
}

static uint64_t cpu_of_thread(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static volatile uint64_t sum;

/* In a section of its own, whose bounds the linker tells. */
extern const char __start_burning[], __stop_burning[];

__attribute__((noinline, section("burning"))) static void burn(uint64_t milliseconds)
{
    const uint64_t end = cpu_of_thread() + milliseconds * 1000000u;
    errno = 4711;
    while (cpu_of_thread() < end)
        for (int i = 0; i < 100000; i++)
            sum += (uint64_t)i;
    assert(errno == 4711);
}

/* The content of a file. */
struct content {
    uint32_t starts, samples, threads, maps;
    uint64_t weight, in_burn, to_start;
    struct xp_status status;
};

static struct content read_content(int file)
{
    struct content content = {0};
    struct stat stat;
    assert(fstat(file, &stat) == 0);
    uint8_t *bytes = malloc((size_t)stat.st_size);
    assert(pread(file, bytes, (size_t)stat.st_size, 0) == stat.st_size);
    for (off_t at = 0; at < stat.st_size;) {
        struct xp_record record;
        assert(stat.st_size - at >= (off_t)sizeof record);
        memcpy(&record, bytes + at, sizeof record);
        assert(record.size % 8 == 0 && record.size >= 16 && at + record.size <= stat.st_size);
        assert((at == 0) == (record.kind == XP_RECORD_START) || content.starts > 0);
        if (record.kind == XP_RECORD_START) {
            struct xp_start start;
            memcpy(&start, bytes + at, sizeof start);
            assert(start.version == XP_SAMPLE_FILE_VERSION && start.interval == INTERVAL);
            assert(start.process == (uint32_t)getpid());
            content.starts++;
        } else if (record.kind == XP_RECORD_SAMPLE) {
            struct xp_sample sample;
            memcpy(&sample, bytes + at, sizeof sample);
            assert(sample.weight > 0 && record.size > sizeof sample);
            content.samples++;
            content.weight += sample.weight;
            for (uint32_t i = sizeof sample; i < record.size; i += 8) {
                uint64_t address;
                memcpy(&address, bytes + at + i, sizeof address);
                if (address >= (uintptr_t)__start_burning && address <= (uintptr_t)__stop_burning) {
                    content.in_burn += sample.weight;
                    content.to_start += record.size > i + 16 ? sample.weight : 0;
                    break;
                }
            }
        } else if (record.kind == XP_RECORD_THREAD) {
            content.threads++;
        } else if (record.kind == XP_RECORD_MAPS) {
            assert(memmem(bytes + at, record.size, "libc", 4) != NULL);
            content.maps++;
        } else {
            assert(record.kind == XP_RECORD_STATUS && record.size == sizeof content.status);
            memcpy(&content.status, bytes + at, sizeof content.status);
        }
        at += record.size;
    }
    free(bytes);
    close(file);
    return content;
}

static void test_refusals(void)
{
    const int file = new_file();
    assert(xp_sampler_stop() == -ESRCH);
    assert(xp_sampler_start(file, 0, XP_EVENT_CPU) == -EINVAL && xp_sampler_start(file, 9999, XP_EVENT_CPU) == -EINVAL);
    assert(xp_sampler_start(file, INTERVAL, 2) == -EINVAL);
    assert(xp_sampler_start(-1, INTERVAL, XP_EVENT_CPU) == -EBADF);
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == -EALREADY);
    assert(xp_sampler_stop() == 0);
    assert(xp_sampler_stop() == -ESRCH);
    assert(read_content(file).starts == 1);
}

static void *burn_in_thread(void *milliseconds)
{
    burn((uintptr_t)milliseconds);
    return NULL;
}

static void expect_about(uint64_t value, uint64_t expected)
{
    assert(value * 10 > expected * 9 && value * 10 < expected * 11);
}

static void test_time(void)
{
    const int file = new_file();
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    /* The caller may close its own. */
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert(pthread_create(&threads[i], NULL, burn_in_thread, (void *)600) == 0);
    burn(600);
    for (int i = 0; i < 3; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    xp_sampler_enable(0);
    burn(200);
    assert(xp_sampler_stop() == 0);
    const struct content content = read_content(file);
    assert(content.samples > 100 && content.threads >= 4 && content.maps == 1);
    expect_about(content.status.cpu_time / 1000000, 2400);
    expect_about(content.weight, 2400);
    expect_about(content.in_burn, 2400);
    expect_about(content.to_start, 2400);
    assert(content.status.dropped == 0 && content.status.unarmed == 0);
    assert(content.status.runs > content.samples);
}

static int signal_of_sampler(void)
{
    struct sigaction action;
    for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--)
        if (sigaction(signal, NULL, &action) == 0 && action.sa_flags & SA_SIGINFO)
            return signal;
    abort();
}

/* Strikes the calling thread by the clock, far more often than by its CPU time. */
static timer_t strike(long nanoseconds)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal_of_sampler();
    event._sigev_un._tid = gettid();
    event.sigev_value.sival_ptr = (void *)((uint64_t)XP_TIMER_MARK << 32 | (uint32_t)gettid());
    timer_t timer;
    assert(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    const struct itimerspec times = {{0, nanoseconds}, {0, nanoseconds}};
    assert(timer_settime(timer, 0, &times, NULL) == 0);
    return timer;
}

/* Runs for a moment with a frame pointer that is none. */
static void burn_with_frame(uint64_t frame)
{
    uint64_t rounds = 2000000;
#if defined(__x86_64__)
    __asm__ volatile("xchg %%rbp, %0\n1: dec %1\njnz 1b\nxchg %%rbp, %0"
                     : "+r"(frame), "+r"(rounds)
                     :
                     : "cc");
#elif defined(__aarch64__)
    uint64_t kept;
    __asm__ volatile("mov %2, x29\nmov x29, %0\n1: subs %1, %1, #1\nb.ne 1b\nmov x29, %2"
                     : "+r"(frame), "+r"(rounds), "=&r"(kept)
                     :
                     : "cc");
#endif
}

static void *burn_with_bad_frames(void *unused)
{
    (void)unused;
    const timer_t timer = strike(50000);
    uint64_t here;
    const uint64_t at = (uint64_t)(uintptr_t)&here & ~(uint64_t)15;
    const uint64_t frames[] = {0, 1, 8, 0x1000, at + 1, at + 64, at + 4096, at + (1 << 20),
                               (uint64_t)1 << 47, ~(uint64_t)0, ~(uint64_t)15, (uint64_t)1 << 63};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        burn_with_frame(frames[i]);
    /* A record that is its own caller, and one whose caller cannot be read. */
    uint64_t record[4] = {(uint64_t)(uintptr_t)record, 1, 0, 0};
    burn_with_frame((uint64_t)(uintptr_t)record);
    record[0] = (uint64_t)(uintptr_t)&record[2] + (1 << 16);
    burn_with_frame((uint64_t)(uintptr_t)record);
    assert(timer_delete(timer) == 0);
    return NULL;
}

static void burn_inside(int signal)
{
    (void)signal;
    const timer_t timer = strike(50000);
    burn(100);
    char *page = (char *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)4095) + 4096;
    for (int i = 0; i < 8; i++)
        burn_with_frame((uint64_t)(uintptr_t)(page + 4096 * i - 16));
    assert(timer_delete(timer) == 0);
}

/* A stack that is not the thread's, with memory around it that cannot be read. */
static void *burn_on_other_stack(void *unused)
{
    (void)unused;
    const size_t size = 64 * 4096;
    char *memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(memory != MAP_FAILED);
    assert(mprotect(memory + 4096, size - 3 * 4096, PROT_READ | PROT_WRITE) == 0);
    const stack_t stack = {.ss_sp = memory + 4096, .ss_size = size - 3 * 4096};
    stack_t before;
    assert(sigaltstack(&stack, &before) == 0);
    const struct sigaction action = {.sa_handler = burn_inside, .sa_flags = SA_ONSTACK};
    assert(sigaction(SIGUSR1, &action, NULL) == 0);
    assert(pthread_kill(pthread_self(), SIGUSR1) == 0);
    assert(sigaltstack(&before, NULL) == 0);
    assert(munmap(memory, size) == 0);
    return NULL;
}

static void test_bad_stacks(void)
{
    const int file = new_file();
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    void *(*const bodies[])(void *) = {burn_with_bad_frames, burn_on_other_stack};
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        assert(pthread_create(&thread, NULL, bodies[i], NULL) == 0);
        assert(pthread_join(thread, NULL) == 0);
    }
    burn_with_bad_frames(NULL);
    assert(xp_sampler_stop() == 0);
    const struct content content = read_content(file);
    assert(content.samples > 200);
}

static void *start_and_stop(void *unused)
{
    (void)unused;
    for (int i = 0; i < 30; i++) {
        const int file = new_file();
        if (xp_sampler_start(file, 10000, XP_EVENT_CPU) == 0) {
            xp_sampler_enable(i % 3 != 0);
            burn(3);
            assert(xp_sampler_stop() == 0 || errno != 0);
        }
        close(file);
    }
    return NULL;
}

static int stop_striking;

static void *begin_and_end(void *unused)
{
    while (!__atomic_load_n(&stop_striking, __ATOMIC_RELAXED)) {
        pthread_t thread;
        assert(pthread_create(&thread, NULL, burn_in_thread, (void *)2) == 0);
        const timer_t timer = strike(20000);
        assert(pthread_join(thread, NULL) == 0);
        assert(timer_delete(timer) == 0);
    }
    return unused;
}

/* Recordings begin and end while threads do. */
static void test_toggling(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 2; i++) {
        assert(pthread_create(&threads[i], NULL, start_and_stop, NULL) == 0);
        assert(pthread_create(&threads[i + 2], NULL, begin_and_end, NULL) == 0);
    }
    for (int i = 0; i < 2; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    __atomic_store_n(&stop_striking, 1, __ATOMIC_RELAXED);
    for (int i = 2; i < 4; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    xp_sampler_stop();
}

static void test_ring(void)
{
    assert(xp_ring_open() == 0);
    assert(xp_ring_next() == NULL && !xp_ring_is_busy());
    struct xp_slot *slots[1024];
    uint32_t count = 0;
    while (count < 1024 && (slots[count] = xp_ring_claim()) != NULL)
        slots[count]->sample.thread = count + 1, count++;
    assert(count == 512 && xp_ring_is_busy());
    /* The oldest first, and not before it is complete. */
    for (uint32_t i = 1; i < count; i++)
        xp_ring_commit(slots[i]);
    assert(xp_ring_next() == NULL);
    xp_ring_commit(slots[0]);
    for (uint32_t i = 0; i < count; i++) {
        struct xp_slot *slot = xp_ring_next();
        assert(slot == slots[i] && slot->sample.thread == i + 1);
        assert(xp_ring_claim() == NULL);
        xp_ring_release(slot);
        assert((slots[i] = xp_ring_claim()) == slot);
    }
    for (uint32_t i = 0; i < count; i++)
        xp_ring_commit(slots[i]);
    while (xp_ring_next() != NULL)
        xp_ring_release(xp_ring_next());
    assert(!xp_ring_is_busy());
}

/* A signal of that number from another sender does nothing, nor does a timer's after the end. */
static void test_foreign_signals(void)
{
    const int signal = signal_of_sampler();
    assert(kill(getpid(), signal) == 0);
    const timer_t timer = strike(100000);
    burn(20);
    assert(timer_delete(timer) == 0);
    /* A program that takes the signal for itself is not struck any more. */
    const int file = new_file();
    struct sigaction action = {.sa_handler = SIG_IGN}, ours;
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    assert(sigaction(signal, &action, &ours) == 0);
    burn(50);
    action.sa_handler = SIG_DFL;
    assert(sigaction(signal, &action, NULL) == 0);
    burn(50);
    assert(xp_sampler_stop() == 0);
    assert(sigaction(signal, &ours, NULL) == 0);
    close(file);
}

static void test_fork(void)
{
    const int file = new_file();
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    const pid_t child = fork();
    if (child == 0) {
        burn(20);
        exit(xp_sampler_stop() == -ESRCH ? 0 : 1);
    }
    int status;
    assert(waitpid(child, &status, 0) == child && status == 0);
    assert(xp_sampler_stop() == 0);
    assert(read_content(file).starts == 1);
}

/* A write that fails ends the recording, and leaves whole records. */
static void test_full_disk(void)
{
    const int file = new_file();
    const struct rlimit limit = {4000, RLIM_INFINITY};
    struct rlimit before;
    assert(getrlimit(RLIMIT_FSIZE, &before) == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0);
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    const timer_t timer = strike(200000);
    burn(200);
    assert(timer_delete(timer) == 0);
    assert(xp_sampler_stop() == -EFBIG);
    assert(setrlimit(RLIMIT_FSIZE, &before) == 0);
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    assert(xp_sampler_stop() == 0);
    assert(read_content(file).starts == 2);
}

/* Real time of one thread in a file, in microseconds. */
struct real_time {
    uint32_t samples;
    uint64_t running, runnable, in_ppoll, elsewhere;
};

static struct real_time read_real_time(int file, pid_t thread)
{
    struct real_time time = {0};
    struct stat stat;
    assert(fstat(file, &stat) == 0);
    uint8_t *bytes = malloc((size_t)stat.st_size);
    assert(pread(file, bytes, (size_t)stat.st_size, 0) == stat.st_size);
    int32_t state = XP_STATE_RUNNING;
    uint64_t end = 0;
    for (off_t at = 0; at < stat.st_size;) {
        struct xp_record record;
        memcpy(&record, bytes + at, sizeof record);
        struct xp_sample sample;
        memcpy(&sample, bytes + at, record.size < sizeof sample ? record.size : sizeof sample);
        const int is_sample = record.kind == XP_RECORD_SAMPLE;
        if ((is_sample || record.kind == XP_RECORD_REPEAT) && sample.thread == (uint32_t)thread) {
            if (is_sample)
                state = sample.state;
            time.samples += is_sample;
            /* The times of a thread follow each other without a gap. */
            assert(end == 0 || sample.time - sample.weight * (uint64_t)1000 == end);
            end = sample.time;
            *(state == SYS_ppoll ? &time.in_ppoll
              : state != XP_STATE_RUNNING ? &time.elsewhere
              : is_sample ? &time.running : &time.runnable) += sample.weight;
        }
        at += record.size;
    }
    free(bytes);
    return time;
}

struct waiter {
    pid_t thread;
    int pipe, interrupted;
};

static void *wait_for_pipe(void *argument)
{
    struct waiter *waiter = argument;
    waiter->thread = (pid_t)syscall(SYS_gettid);
    struct pollfd descriptor = {.fd = waiter->pipe, .events = POLLIN};
    while (syscall(SYS_ppoll, &descriptor, 1L, NULL, NULL, 8L) < 0) {
        assert(errno == EINTR);
        waiter->interrupted++;
    }
    return NULL;
}

/* A thread that waits is sampled once, and its wait is in the file from the beginning to the end. */
static void test_real_time(void)
{
    const int file = new_file();
    int ends[2];
    assert(pipe(ends) == 0);
    struct waiter waiter = {.pipe = ends[0]};
    pthread_t thread;
    assert(xp_sampler_start(file, 5 * INTERVAL, XP_EVENT_WALL) == 0);
    assert(pthread_create(&thread, NULL, wait_for_pipe, &waiter) == 0);
    burn(300);
    assert(write(ends[1], "x", 1) == 1 && pthread_join(thread, NULL) == 0);
    assert(xp_sampler_stop() == 0);
    const struct real_time waited = read_real_time(file, waiter.thread);
    assert(waited.in_ppoll > 100000 && waited.in_ppoll > 10 * (waited.running + waited.elsewhere));
    assert(waiter.interrupted >= 1 && waiter.interrupted <= (int)waited.samples);
    assert(waited.samples <= 10);
    /* burn() counts CPU time, so real time is more by the time that other processes had. */
    const struct real_time burnt = read_real_time(file, getpid());
    assert(burnt.running + burnt.runnable > 270000 && burnt.samples >= 10);
    close(file);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    test_ring();
    test_refusals();
    test_time();
    test_bad_stacks();
    test_toggling();
    test_foreign_signals();
    test_fork();
    test_full_disk();
    test_real_time();
    /* The end of the process ends the last. */
    const int file = new_file();
    assert(xp_sampler_start(file, INTERVAL, XP_EVENT_CPU) == 0);
    return 0;
}
