/*
 * The C library under libFuzzer with the sanitizers, with any bytes and numbers that a caller
 * can pass. Compiled and run by tests/fuzz/library_test.ts.
 *
 * An input is a list of steps: a byte names the step, the bytes after it are its data.
 */
#define _GNU_SOURCE
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emit.h"
#include "xperf.h"

struct input {
    const uint8_t *at;
    size_t left;
};

static void take(struct input *input, void *to, size_t size)
{
    const size_t some = size < input->left ? size : input->left;
    memset(to, 0, size);
    memcpy(to, input->at, some);
    input->at += some;
    input->left -= some;
}

static uint32_t take_u32(struct input *input)
{
    uint32_t value;
    take(input, &value, sizeof value);
    return value;
}

/* In memory, so that a million inputs wear out no disk; the dump once, the map each time. */
static int dump_file(void)
{
    static int file = -1;
    if (file < 0) {
        file = memfd_create("dump", 0);
        uint8_t header[40] = {0};
        assert(file >= 0 && fcntl(file, F_SETFL, O_APPEND) == 0);
        assert(xp_dump_open(file, header, sizeof header) == 0);
    }
    return file;
}

/* Records with sizes that add up, or do not: after a success the file has grown by all of it. */
static void append_records(struct input *input)
{
    const int file = dump_file();
    assert(ftruncate(file, 40) == 0);
    const uint32_t hole = take_u32(input) % 65536;
    const uint32_t size = take_u32(input) % 512;
    uint8_t *records = malloc(size + 1);
    take(input, records, size);
    const uint64_t nothing[2] = {0, 0};
    const int32_t result = xp_dump_append(file, records, size, hole, nothing);
    assert(result == 0 || result == -EINVAL);
    assert(lseek(file, 0, SEEK_END) == (result == 0 ? 40 + (off_t)size + hole : 40));
    free(records);
}

static void append_line(struct input *input)
{
    static int file = -1;
    if (file < 0)
        file = memfd_create("map", 0);
    assert(ftruncate(file, 0) == 0 && fcntl(file, F_SETFL, O_APPEND) == 0);
    const uint32_t size = take_u32(input) % 512;
    uint8_t *line = malloc(size + 1);
    take(input, line, size);
    assert(xp_append(file, line, size) == 0);
    assert(lseek(file, 0, SEEK_END) == (off_t)size);
    /* At the end of a page it fills that up. */
    assert(ftruncate(file, 4096 - 600) == 0 && xp_append(file, line, size) == 0);
    assert(lseek(file, 0, SEEK_END) == (600 - size < 256 ? 4096 : 4096 - 600 + (off_t)size));
    free(line);
}

/* Against a model: a bit for each of 64 places. */
static void claim(struct input *input)
{
    enum { PLACES = 64 };
    static uint64_t base = 1ull << 60;
    uint64_t claimed = 0;
    /* Nothing is claimed there yet. */
    base += 2 * PLACES;
    for (uint32_t count = 1 + take_u32(input) % 32; count > 0; count--) {
        uint8_t bounds[2];
        take(input, bounds, sizeof bounds);
        const uint32_t start = bounds[0] % PLACES, end = bounds[1] % (PLACES + 1);
        uint64_t range[2] = {base + start, base + end};
        uint32_t first = start, last;
        while (first < end && claimed >> first & 1)
            first++;
        for (last = first; last < end && !(claimed >> last & 1); last++)
            claimed |= 1ull << last;
        const uint32_t result = xp_unclaimed(range);
        assert(result == (first < last));
        assert(!result || (range[0] == base + first && range[1] == base + last));
        if (result)
            xp_claim(range[0], (uint32_t)(range[1] - range[0]));
    }
    /* Claims the rest, so that the list of claims stays short. */
    xp_claim(base, 2 * PLACES);
}

static void emit(struct input *input)
{
    const uint32_t capacity = take_u32(input) % (2 * XP_SLOT_SIZE);
    const uint32_t index = take_u32(input);
    int32_t (*const emitters[])(uint8_t *, uint32_t, uint32_t) = {xp_emit_x86_64, xp_emit_aarch64};
    for (int i = 0; i < 2; i++) {
        uint8_t *slot = malloc(capacity + 1);
        const int32_t size = emitters[i](slot, capacity, index);
        assert(size == -ENOSPC ? capacity < XP_SLOT_SIZE
                               : size > 0 && size <= (int32_t)XP_SLOT_SIZE - 4);
        if (size > 0)
            assert(memcmp(slot + XP_SLOT_SIZE - 4, &index, 4) == 0);
        free(slot);
    }
}

static void register_and_look(struct input *input)
{
    static uint32_t registered;
    const uint32_t size = take_u32(input);
    /* There is room for some two million inputs of a page, and no more. */
    const uint32_t bytes = size % 16 == 0 ? size : size % 128;
    const uint64_t unknown = xp_trampoline_address(take_u32(input) | 1u << 31);
    assert(unknown == 0);
    if (registered++ > 100000)
        return;
    const int32_t index = xp_register(bytes);
    assert(bytes == 0 || bytes > XP_ARENA_SIZE ? index == -EINVAL : index >= 0);
    if (index < 0)
        return;
    const uint64_t start = xp_trampoline_address((uint32_t)index);
    uint8_t code[XP_SLOT_SIZE];
    xp_copy(code, start, sizeof code);
    assert(memcmp(code + XP_SLOT_SIZE - 4, &index, 4) == 0);
}

/* A stack with made-up frame records: the walk must not read outside of it. */
static void __attribute__((noinline)) walk(struct input *input)
{
    volatile uintptr_t fake[16];
    const uintptr_t *own = __builtin_frame_address(0);
    for (size_t i = 0; i < 16; i++) {
        const uint32_t what = take_u32(input);
        fake[i] = what % 3 == 0 ? (uintptr_t)&fake[what / 3 % 16] : what % 3 == 1 ? what : (uintptr_t)own + what % 4096;
    }
    uintptr_t *caller = (uintptr_t *)__builtin_frame_address(0);
    const uintptr_t saved = caller[0];
    caller[0] = (uintptr_t)&fake[take_u32(input) % 15];
    uint64_t records[3 * 64];
    const uint32_t count = xp_walk_records(records, 64);
    caller[0] = saved;
    assert(count > 0 && count <= 64);
    /* Outwards, always. */
    for (uint32_t i = 1; i < count; i++)
        assert(records[3 * i] > records[3 * (i - 1)]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void (*const steps[])(struct input *) = {append_records, append_line,       claim,
                                             emit,           register_and_look, walk};
    struct input input = {data, size};
    while (input.left > 0) {
        uint8_t step;
        take(&input, &step, 1);
        steps[step % (sizeof steps / sizeof *steps)](&input);
    }
    return 0;
}
