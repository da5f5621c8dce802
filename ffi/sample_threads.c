/*
 * The threads of the process, and where CPU time is sampled a timer for each. It
 * counts the CPU time of its thread, and signals that thread. Only the draining
 * thread calls these functions.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "sampler.h"

#define MAX_THREADS 4096u
#define NO_TIMER (-1)

struct entry {
    pid_t thread; /* 0 in a free entry */
    int timer;    /* the kernel's number, or NO_TIMER */
    uint32_t scans;
    int named;
    uint32_t seen; /* the last scan that found the thread */
    struct xp_watch watch;
};

static struct entry entries[MAX_THREADS];
static uint32_t used; /* entries beyond are free */
static uint32_t current_scan;
static uint64_t unarmed;
static uint64_t links; /* count_links() at the last scan */

/*
 * The kernel's number for the CPU clock of a thread (MAKE_THREAD_CPUCLOCK,
 * include/linux/posix-timers_types.h).
 */
static int32_t cpu_clock_of(pid_t thread)
{
    const uint32_t per_thread = 4, scheduler = 2;
    return (int32_t)(~(uint32_t)thread << 3 | per_thread | scheduler);
}

/* A pseudo-random first expiry, so that the timers of threads do not fire together. */
static uint32_t first_expiry(uint32_t interval)
{
    static uint32_t state = 0x9e3779b9;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return 1 + state % interval;
}

static struct timespec nanoseconds(uint32_t count)
{
    return (struct timespec){count / 1000000000u, count % 1000000000u};
}

static int arm(pid_t thread, int signal, uint32_t interval)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal;
    event.sigev_value.sival_ptr =
        (void *)(uintptr_t)((uint64_t)XP_TIMER_MARK << 32 | (uint32_t)thread);
    event._sigev_un._tid = thread;
    int timer;
    /* glibc's timer_create() has no clocks of other threads. Before 2.34 it was in librt. */
    if (XP_SYSTEM("timer_create", -1, syscall(SYS_timer_create, cpu_clock_of(thread), &event, &timer)) != 0)
        return NO_TIMER;
    const struct itimerspec times = {nanoseconds(interval), nanoseconds(first_expiry(interval))};
    if (XP_SYSTEM("timer_settime", -1, syscall(SYS_timer_settime, timer, 0, &times, NULL)) == 0)
        return timer;
    syscall(SYS_timer_delete, timer);
    return NO_TIMER;
}

static struct entry *find(pid_t thread)
{
    for (uint32_t i = 0; i < used; i++)
        if (entries[i].thread == thread)
            return &entries[i];
    return NULL;
}

static struct entry *add(pid_t thread)
{
    struct entry *entry = find(0);
    if (entry == NULL) {
        if (used == MAX_THREADS)
            return NULL;
        entry = &entries[used++];
    }
    *entry = (struct entry){.thread = thread, .timer = NO_TIMER, .watch = {.thread = thread}};
    return entry;
}

static void forget(struct entry *entry)
{
    if (entry->timer != NO_TIMER)
        syscall(SYS_timer_delete, entry->timer);
    entry->thread = 0;
}

static int is_alive(pid_t thread)
{
    return syscall(SYS_tgkill, getpid(), thread, 0) == 0;
}

static void visit(pid_t thread, int signal, uint32_t interval)
{
    struct entry *entry = find(thread);
    if (entry == NULL) {
        entry = add(thread);
        if (entry != NULL && interval != 0)
            entry->timer = arm(thread, signal, interval);
        if ((entry == NULL || (interval != 0 && entry->timer == NO_TIMER)) && is_alive(thread))
            unarmed++;
    }
    if (entry != NULL) {
        entry->seen = current_scan;
        entry->scans++;
    }
}

/* Changes with the number of threads: each directory in a directory adds a link to it. */
static uint64_t count_links(void)
{
    struct stat state;
    const long result = syscall(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &state, 0);
    return result == 0 ? (uint64_t)state.st_nlink : 0;
}

int xp_threads_have_changed(void)
{
    return count_links() != links;
}

int32_t xp_threads_scan(int signal, uint32_t interval, pid_t except)
{
    const int directory = XP_SYSTEM("open", -1, open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory < 0)
        return -errno;
    current_scan++;
    links = count_links();
    static _Alignas(struct dirent64) char buffer[32768];
    long size;
    while ((size = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const struct dirent64 *found = (const void *)(buffer + at);
            const pid_t thread = atoi(found->d_name);
            if (thread > 0 && thread != except)
                visit(thread, signal, interval);
            at += found->d_reclen;
        }
    }
    const int error = size < 0 ? errno : 0;
    close(directory);
    if (error != 0)
        return -error;
    for (uint32_t i = 0; i < used; i++)
        if (entries[i].thread != 0 && entries[i].seen != current_scan)
            forget(&entries[i]);
    return 0;
}

void xp_threads_each(void (*visit_watch)(struct xp_watch *watch))
{
    for (uint32_t i = 0; i < used; i++)
        if (entries[i].thread != 0)
            visit_watch(&entries[i].watch);
}

struct xp_watch *xp_threads_watch(pid_t thread)
{
    struct entry *entry = find(thread);
    return entry == NULL ? NULL : &entry->watch;
}

uint64_t xp_threads_cpu(pid_t thread)
{
    struct timespec time;
    if (clock_gettime(cpu_clock_of(thread), &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void xp_threads_clear(void)
{
    for (uint32_t i = 0; i < used; i++)
        if (entries[i].thread != 0)
            forget(&entries[i]);
    used = 0;
    unarmed = 0;
}

uint64_t xp_threads_unarmed(void)
{
    return unarmed;
}

static void write_decimal(char *to, uint32_t number)
{
    char digits[10];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        *to++ = digits[--count];
    *to = '\0';
}

void xp_threads_path(char path[64], pid_t thread, const char *file)
{
    strcpy(path, "/proc/self/task/");
    write_decimal(path + strlen(path), (uint32_t)thread);
    strcat(path, file);
}

static void name(struct entry *entry)
{
    struct xp_thread record = {
        .record = {.kind = XP_RECORD_THREAD, .size = sizeof record},
        .thread = (uint32_t)entry->thread,
    };
    char path[64];
    xp_threads_path(path, entry->thread, "/comm");
    const int file = XP_SYSTEM("open", -1, open(path, O_RDONLY | O_CLOEXEC));
    if (file < 0)
        return;
    const ssize_t size = read(file, record.name, sizeof record.name);
    close(file);
    if (size <= 1)
        return;
    record.name[size - 1] = '\0'; /* in the place of the line break */
    xp_samples_append(&record, sizeof record);
    entry->named = 1;
}

void xp_threads_name(int all)
{
    for (uint32_t i = 0; i < used; i++) {
        struct entry *entry = &entries[i];
        /* A thread gets its name a moment after it has begun. */
        if (entry->thread != 0 && !entry->named && (all || entry->scans > 1))
            name(entry);
    }
}
