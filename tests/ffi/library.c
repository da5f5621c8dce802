/*
 * The C library under the sanitizers, without a JavaScript runtime; compiled and
 * run by tests/ffi/library_sanitizer_test.ts. Ends with 0, or aborts at a failed check.
 */
#define _GNU_SOURCE
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "emit.h"
#include "xperf.h"

static void no_body(void)
{
}

static void test_emitters(void)
{
    int32_t (*const emitters[])(uint8_t *, uint32_t, uint32_t) = {xp_emit_x86_64, xp_emit_aarch64};
    for (size_t i = 0; i < sizeof emitters / sizeof *emitters; i++) {
        /* Exactly as large as it must be: the sanitizer sees a byte too many. */
        uint8_t *slot = malloc(XP_SLOT_SIZE);
        int32_t size = emitters[i](slot, XP_SLOT_SIZE, 0x12345678);
        assert(size > 0 && size <= (int32_t)XP_SLOT_SIZE - 4);
        assert(memcmp(slot + XP_SLOT_SIZE - 4, "\x78\x56\x34\x12", 4) == 0);
        for (uint32_t capacity = 0; capacity < XP_SLOT_SIZE; capacity++)
            assert(emitters[i](slot, capacity, 0) == -ENOSPC);
        free(slot);
    }
}

static void test_addresses(void)
{
    const uint32_t size = xp_trampoline_size();
    assert(size > 0 && size < XP_SLOT_SIZE);
    uint64_t last = 0;
    for (uint32_t i = 0; i < 3 * XP_SLOTS_PER_ARENA; i++) {
        int32_t index = xp_register(1);
        assert(index >= 0);
        uint64_t address = xp_trampoline_address((uint32_t)index);
        assert(address != 0 && address != last);
        /* Slots of one arena follow one another; every arena starts on a page. */
        if ((uint32_t)index % XP_SLOTS_PER_ARENA == 0)
            assert(address % 4096 == 0);
        else
            assert(address == last + XP_SLOT_SIZE);
        uint8_t code[XP_SLOT_SIZE];
        memcpy(code, (const void *)(uintptr_t)address, sizeof code);
        assert(memcmp(code + XP_SLOT_SIZE - 4, &index, 4) == 0);
        last = address;
        assert(xp_trampoline_address((uint32_t)index + 1) == 0);
    }
    assert(xp_trampoline_address(UINT32_MAX) == 0);
}

enum { THREADS = 4, PER_THREAD = 5000 };

static void *register_many(void *indices)
{
    for (int i = 0; i < PER_THREAD; i++) {
        ((int32_t *)indices)[i] = xp_register(1);
        assert(xp_trampoline_address((uint32_t)((int32_t *)indices)[i]) != 0);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static void test_threads(void)
{
    static int32_t indices[THREADS * PER_THREAD];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert(pthread_create(&threads[i], NULL, register_many, indices + i * PER_THREAD) == 0);
    for (int i = 0; i < THREADS; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    qsort(indices, THREADS * PER_THREAD, sizeof *indices, compare);
    for (int i = 1; i < THREADS * PER_THREAD; i++)
        assert(indices[i] == indices[i - 1] + 1);
}

static uint32_t context;
static uint32_t walked_index;
static uint32_t calls;

/* The trampoline's return address is on the stack: the walk has found itself. */
static void walk_body(void)
{
    calls++;
    const uint64_t start = xp_trampoline_address(walked_index);
    const uint64_t end = start + xp_trampoline_size();
    uint64_t *addresses = malloc(64 * sizeof *addresses);
    uint32_t count = xp_walk(addresses, 64);
    assert(count > 3 && count <= 64);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += addresses[i] > start && addresses[i] <= end;
    assert(found == 1);
    /* Not an address more than there is room for. */
    uint64_t *few = malloc(2 * sizeof *few);
    assert(xp_walk(few, 2) == 2);
    assert(few[1] == addresses[1]);
    assert(xp_walk(few, 0) == 0);
    free(few);
    free(addresses);
}

static void *walk_in_thread(void *unused)
{
    (void)unused;
    int32_t own = xp_attach(walk_body, 1 << 20);
    assert(own >= 0);
    assert(xp_call(walked_index, (uint32_t)own) == 0);
    return NULL;
}

static void test_walk(void)
{
    /* Nothing hides a caller where the compiler makes all calls. */
    assert(xp_probe() == 0);
    int32_t attached = xp_attach(walk_body, 1 << 20);
    assert(attached >= 0);
    context = (uint32_t)attached;
    walked_index = (uint32_t)xp_register(1);
    assert(xp_call(walked_index, context) == 0);
    pthread_t thread;
    assert(pthread_create(&thread, NULL, walk_in_thread, NULL) == 0);
    assert(pthread_join(thread, NULL) == 0);
    assert(calls == 2);
}

static uint32_t depth;

static void descend_body(void)
{
    if (++depth < 100000 && xp_call(walked_index, context) == 0)
        return;
}

static void test_budget(void)
{
    int32_t attached = xp_attach(descend_body, 64 * 1024);
    assert(attached >= 0);
    context = (uint32_t)attached;
    assert(xp_call(walked_index, context) == 0);
    assert(depth > 50 && depth < 5000);
    /* No room at all: refused, and the body not called. */
    const uint32_t before = depth;
    attached = xp_attach(descend_body, 0);
    assert(xp_call(walked_index, (uint32_t)attached) == 1);
    assert(depth == before);
}

static pthread_barrier_t attached, full;
static int32_t lent;

static void *attach_until_full(void *unused)
{
    (void)unused;
    lent = xp_attach(no_body, 0);
    assert(lent >= 0);
    pthread_barrier_wait(&attached);
    pthread_barrier_wait(&full);
    return NULL;
}

static void test_contexts(void)
{
    assert(xp_attach(NULL, 0) == -EINVAL);
    pthread_t thread;
    assert(pthread_barrier_init(&attached, NULL, 2) == 0 && pthread_barrier_init(&full, NULL, 2) == 0);
    assert(pthread_create(&thread, NULL, attach_until_full, NULL) == 0);
    pthread_barrier_wait(&attached);
    /* The main thread has some already, and the other thread has one. */
    uint32_t count = 0;
    for (int32_t own; (own = xp_attach(no_body, 0)) >= 0; count++)
        assert(own != lent);
    assert(count < XP_MAX_CONTEXTS - 1 && count > XP_MAX_CONTEXTS - 100);
    assert(xp_attach(no_body, 0) == -EAGAIN);
    pthread_barrier_wait(&full);
    assert(pthread_join(thread, NULL) == 0);
    /* The thread has ended: its context is free again, and no other is. */
    int32_t again;
    /* The kernel may take a moment more than pthread_join(). */
    while ((again = xp_attach(no_body, 0)) == -EAGAIN)
        sched_yield();
    assert(again == lent);
    assert(xp_attach(no_body, 0) == -EAGAIN);
}

static void test_room(void)
{
    assert(xp_register(0) == -EINVAL && xp_register(XP_ARENA_SIZE + 1) == -EINVAL);
    for (int i = 0; i < 2000; i++) {
        int32_t index = xp_register(3 * XP_SLOT_SIZE + 1);
        int32_t next = xp_register(1);
        assert(index >= 0 && next >= index + 4);
        /* All of it is in one arena, and each trampoline is where its index says. */
        const uint64_t start = xp_trampoline_address((uint32_t)index);
        assert(xp_trampoline_address((uint32_t)index + 3) == start + 3 * XP_SLOT_SIZE);
        uint8_t code[XP_SLOT_SIZE];
        xp_copy(code, start, sizeof code);
        assert(memcmp(code + XP_SLOT_SIZE - 4, &index, 4) == 0);
    }
    assert(xp_register(XP_ARENA_SIZE) % (int32_t)XP_SLOTS_PER_ARENA == 0);
}

/* Expects the range from `start` to `end` to be unclaimed, or nothing if they are equal. */
static void expect_unclaimed(uint64_t from, uint64_t to, uint64_t start, uint64_t end)
{
    uint64_t range[2] = {from, to};
    assert(xp_unclaimed(range) == (start < end));
    assert(start == end || (range[0] == start && range[1] == end));
}

static void test_claims(void)
{
    expect_unclaimed(0x1000, 0x2000, 0x1000, 0x2000);
    /* To look is not to claim. */
    expect_unclaimed(0x1000, 0x2000, 0x1000, 0x2000);
    xp_claim(0x1000, 0x1000);
    expect_unclaimed(0x1000, 0x2000, 0, 0);
    expect_unclaimed(0x1800, 0x1900, 0, 0);
    expect_unclaimed(0x1800, 0x2800, 0x2000, 0x2800);
    xp_claim(0x1800, 0x1000);
    xp_claim(0x4000, 0x1000);
    expect_unclaimed(0x800, 0x6000, 0x800, 0x1000);
    expect_unclaimed(0x1000, 0x6000, 0x2800, 0x4000);
    expect_unclaimed(0x4000, 0x6000, 0x5000, 0x6000);
    xp_claim(0x800, 0x5800);
    expect_unclaimed(0x800, 0x6000, 0, 0);
    expect_unclaimed(0x800, 0x7000, 0x6000, 0x7000);
    xp_claim(0x9000, 0);
    expect_unclaimed(0x9000, 0x9001, 0x9000, 0x9001);
    const uint64_t arena = xp_trampoline_address(0);
    expect_unclaimed(arena, arena + XP_ARENA_SIZE, 0, 0);
}

/* More than can be kept: nothing is claimed that is not kept. */
static void test_many_claims(void)
{
    uint64_t last = 0;
    for (uint64_t at = 0x100000; at < 0x100000 + 0x2000 * 4096; at += 0x2000) {
        uint64_t range[2] = {at, at + 0x1000};
        const uint32_t is_free = xp_unclaimed(range);
        assert(!is_free || last == at - 0x2000 || last == 0);
        xp_claim(at, 0x1000);
        if (is_free)
            last = at;
    }
    assert(last > 0x100000 && last < 0x100000 + 0x2000 * 4095);
    /* Without room a range is neither claimed nor written. */
    uint64_t range[2] = {1, 2};
    assert(xp_unclaimed(range) == 0);
    uint8_t records[16] = {3, 0, 0, 0, sizeof records};
    assert(xp_dump_append(-1, records, sizeof records, 0, (uint64_t[]){1, 2}) == -EALREADY);
}

/* For those that claim nothing. */
static const uint64_t nothing[2];

enum { LINES = 2000 };

static char map_path[] = "/tmp/xperf-map-XXXXXX";

/* Each thread writes lines of its own letter, through a descriptor of its own. */
static void *append_lines(void *letter)
{
    int file = open(map_path, O_WRONLY | O_APPEND);
    assert(file >= 0);
    uint8_t line[100];
    for (uint32_t i = 0; i < LINES; i++) {
        const uint32_t size = 2 + i % 98;
        memset(line, *(char *)letter, size);
        line[size - 1] = '\n';
        assert(xp_append(file, line, size) == 0);
    }
    assert(close(file) == 0);
    return NULL;
}

static void test_map(void)
{
    int file = mkstemp(map_path);
    assert(file >= 0);
    char letters[] = "abcd";
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert(pthread_create(&threads[i], NULL, append_lines, &letters[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    FILE *map = fdopen(file, "r");
    assert(map != NULL);
    char line[512];
    uint32_t count = 0;
    for (long at = 0; fgets(line, sizeof line, map) != NULL; count++) {
        const size_t zeros = strspn(line, "0");
        const char letter = line[zeros];
        assert(strchr(letters, letter) != NULL);
        assert(zeros + strspn(line + zeros, (char[]){letter, 0}) + 1 == strlen(line));
        /* All of it in one page, and filled up to the end of one if at all. */
        const long end = at + (long)strlen(line);
        assert(at / 4096 == (end - 1) / 4096 && (zeros == 0 || end % 4096 == 0));
        at = end;
    }
    assert(count == THREADS * LINES);
    assert(fclose(map) == 0);
    assert(xp_append(-1, (const uint8_t *)"a\n", 2) == -EBADF);
    assert(unlink(map_path) == 0);
}

enum { ROUNDS = 200 };

static atomic_uint won;

/* The life of a Worker, at the same time as the others. */
static void *live(void *path)
{
    uint8_t records[16] = {3, 0, 0, 0, sizeof records};
    int file = open(path, O_RDWR | O_APPEND);
    assert(file >= 0);
    int32_t own = xp_attach(no_body, 1 << 20);
    assert(own >= 0);
    for (int i = 0; i < ROUNDS; i++) {
        xp_probe();
        int32_t index = xp_register(1 + (uint32_t)i);
        assert(index >= 0);
        assert(xp_call((uint32_t)index, (uint32_t)own) == 0);
        uint64_t records_walked[3 * 16];
        assert(xp_walk_records(records_walked, 16) > 0);
        const uint64_t start = xp_trampoline_address((uint32_t)index);
        uint64_t range[2] = {start, start + 1};
        assert(xp_unclaimed(range) == 0);
        uint8_t header[40] = {0};
        assert(xp_dump_open(file, header, sizeof header) == 0);
        assert(xp_dump_append(file, records, sizeof records, 0, nothing) == 0);
        /* Of those that describe the same region, one does. */
        const uint64_t shared[2] = {0x50000 + 16 * (uint64_t)i, 0x50000 + 16 * (uint64_t)i + 16};
        const int32_t result = xp_dump_append(file, records, sizeof records, 0, shared);
        assert(result == 0 || result == -EALREADY);
        won += result == 0;
        assert(xp_ffi_return_address() == 0);
    }
    assert(close(file) == 0);
    return NULL;
}

static void test_lives(void)
{
    char path[] = "/tmp/xperf-lives-XXXXXX";
    int file = mkstemp(path);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert(pthread_create(&threads[i], NULL, live, path) == 0);
    for (int i = 0; i < THREADS; i++)
        assert(pthread_join(threads[i], NULL) == 0);
    assert(won == ROUNDS);
    assert(lseek(file, 0, SEEK_END) == 40 + (THREADS + 1) * ROUNDS * 16);
    assert(close(file) == 0);
    assert(unlink(path) == 0);
}

static uint32_t field(const uint8_t *bytes, uint32_t at)
{
    uint32_t value;
    memcpy(&value, bytes + at, sizeof value);
    return value;
}

static void test_dump(void)
{
    char path[] = "/tmp/xperf-dump-XXXXXX";
    int file = mkostemp(path, O_APPEND);
    assert(file >= 0);
    uint8_t header[40] = {0};
    assert(xp_dump_open(file, header, 39) == -EINVAL);
    assert(xp_dump_open(-1, header, sizeof header) == -EBADF);
    assert(write(file, "x", 1) == 1);
    assert(xp_dump_open(file, header, sizeof header) == -EEXIST);
    assert(ftruncate(file, 0) == 0);
    assert(xp_dump_open(file, header, sizeof header) == 0);
    assert(lseek(file, 0, SEEK_END) == 40);
    /* Once is enough. */
    assert(xp_dump_open(file, header, sizeof header) == 0);
    assert(lseek(file, 0, SEEK_END) == 40);

    /* JIT_CODE_CLOSE, then JIT_CODE_LOAD with a hole. */
    uint8_t records[16 + 58] = {3, 0, 0, 0, 16};
    records[16 + 4] = 58 + 100;
    for (uint32_t size = 0; size < sizeof records; size++)
        assert(xp_dump_append(file, records, size, 100, nothing) == -EINVAL || size == 16);
    assert(xp_dump_append(file, records, sizeof records, 99, nothing) == -EINVAL);
    assert(lseek(file, 0, SEEK_END) == 40);
    assert(xp_dump_append(file, records, sizeof records, 100, nothing) == 0);
    assert(xp_dump_append(file, records, sizeof records, 100, nothing) == 0);
    assert(lseek(file, 0, SEEK_END) == 40 + 2 * (16 + 58 + 100));
    uint8_t back[2 * (16 + 58 + 100)];
    assert(pread(file, back, sizeof back, 40) == (ssize_t)sizeof back);
    assert(field(back, 8) == field(back, 24)); /* one time for one write */
    assert(field(back, 16 + 20) == (uint32_t)gettid());
    assert(field(back, 16 + 48) + 1 == field(back, 16 + 58 + 100 + 16 + 48));

    /* A claim is made with the record, or not at all. */
    const off_t written = lseek(file, 0, SEEK_END);
    const uint64_t range[2] = {0x10000, 0x12000};
    assert(xp_dump_append(file, records, sizeof records, 99, range) == -EINVAL);
    expect_unclaimed(0x10000, 0x12000, 0x10000, 0x12000);
    xp_claim(0x11fff, 1);
    assert(xp_dump_append(file, records, sizeof records, 100, range) == -EALREADY);
    expect_unclaimed(0x10000, 0x12000, 0x10000, 0x11fff);
    assert(lseek(file, 0, SEEK_END) == written);
    assert(xp_dump_append(file, records, 16, 0, (uint64_t[]){0x10000, 0x11fff}) == 0);
    expect_unclaimed(0x10000, 0x12000, 0, 0);
    assert(ftruncate(file, written) == 0);

    /* A write that would exceed the limit is not begun, because the kernel would end the process. */
    const struct rlimit limit = {40 + 2 * (16 + 58 + 100) + 20, RLIM_INFINITY};
    assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    assert(xp_dump_append(file, records, sizeof records, 100, (uint64_t[]){0x20000, 0x21000}) == -EFBIG);
    expect_unclaimed(0x20000, 0x21000, 0x20000, 0x21000);
    assert(lseek(file, 0, SEEK_END) == 40 + 2 * (16 + 58 + 100));
    assert(close(file) == 0);
    assert(xp_dump_append(file, records, sizeof records, 100, nothing) == -EBADF);
    assert(unlink(path) == 0);
}

static void test_clock(void)
{
    struct timespec now;
    const uint64_t before = xp_clock();
    assert(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    const uint64_t between = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    assert(before <= between && between <= xp_clock());
}

/* The file is mapped no longer than the call. */
static void test_marker(void)
{
    char path[] = "/tmp/xperf-marker-XXXXXX";
    const int file = mkstemp(path);
    assert(file >= 0);
    assert(xp_map_marker(file) == 0);
    assert(write(file, "x", 1) == 1);
    assert(xp_map_marker(file) == 0);
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    assert(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        assert(strstr(line, path) == NULL);
    assert(fclose(maps) == 0);
    assert(close(file) == 0);
    assert(xp_map_marker(file) == -EBADF);
    assert(unlink(path) == 0);
}

int main(void)
{
    assert(xp_abi_version() == XP_ABI_VERSION);
    assert(xp_user_id() == geteuid());
    test_emitters();
    test_addresses();
    test_threads();
    test_walk();
    test_budget();
    test_lives();
    test_contexts();
    test_room();
    test_claims();
    test_map();
    test_dump();
    test_many_claims();
    test_clock();
    test_marker();
    return 0;
}
