/*
 * The C library under the sanitizers, without a JavaScript runtime; compiled and
 * run by tests/library_sanitizer_test.ts. Ends with 0, or aborts at what is wrong.
 */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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
    xp_detach((uint32_t)own);
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
    xp_detach(context);
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
    xp_detach(context);
    /* No room at all: refused, and the body not called. */
    const uint32_t before = depth;
    attached = xp_attach(descend_body, 0);
    assert(xp_call(walked_index, (uint32_t)attached) == 1);
    assert(depth == before);
    xp_detach((uint32_t)attached);
}

static void test_contexts(void)
{
    assert(xp_attach(NULL, 0) == -EINVAL);
    for (uint32_t i = 0; i < XP_MAX_CONTEXTS; i++)
        assert(xp_attach(no_body, 0) >= 0);
    assert(xp_attach(no_body, 0) == -EAGAIN);
    xp_detach(17);
    xp_detach(UINT32_MAX);
    assert(xp_attach(no_body, 0) == 17);
}

int main(void)
{
    assert(xp_abi_version() == XP_ABI_VERSION);
    test_emitters();
    test_addresses();
    test_threads();
    test_walk();
    test_budget();
    test_contexts();
    return 0;
}
