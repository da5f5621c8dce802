/* Bounds of the stack, and the walk along its frame pointers. */
#define _GNU_SOURCE
#include "stack.h"

/* The dynamic loader's record of the main thread's stack; musl has none. */
extern void *__libc_stack_end __attribute__((weak));

void *xp_ffi_return;

uintptr_t xp_stack_base_of(int is_main)
{
    if (is_main)
        return &__libc_stack_end != NULL ? (uintptr_t)__libc_stack_end : 0;
    /* The C library keeps a thread's control block at the high end of its stack. */
    return (uintptr_t)__builtin_thread_pointer();
}

uintptr_t xp_stack_base(void)
{
    /* Of both bases, this thread's is the nearest one above, wherever the system puts stacks. */
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    const uintptr_t main_thread = xp_stack_base_of(1);
    const uintptr_t other_thread = xp_stack_base_of(0);
    if (main_thread < here)
        return other_thread > here ? other_thread : 0;
    return other_thread > here && other_thread < main_thread ? other_thread : main_thread;
}

static int is_frame(const void *at, const void *below, uintptr_t base)
{
    uintptr_t address = (uintptr_t)at;
    return address > (uintptr_t)below && address % sizeof(void *) == 0 && base >= sizeof(struct xp_frame) &&
           address <= base - sizeof(struct xp_frame);
}

/*
 * ffi_call_unix64 (libffi, src/x86/unix64.S) points rbp at {flags, result
 * address, caller's rbp, return address}. So its frame record stands 16 bytes
 * above rbp, and the word at rbp is not an address.
 */
static const struct xp_frame *hidden_record(const struct xp_frame *at, uintptr_t base)
{
    if (!is_frame(at, at - 1, base) || is_frame(at->caller, at, base))
        return NULL;
    const struct xp_frame *record = at + 1;
    return is_frame(record, at, base) && is_frame(record->caller, record, base) ? record : NULL;
}

uint32_t xp_probe(void)
{
    const struct xp_frame *own = __builtin_frame_address(0);
    const uint32_t hides = hidden_record(own->caller, xp_stack_base()) != NULL;
    if (hides)
        __atomic_store_n(&xp_ffi_return, own->return_address, __ATOMIC_RELAXED);
    return hides;
}

uint64_t xp_ffi_return_address(void)
{
    return (uint64_t)(uintptr_t)__atomic_load_n(&xp_ffi_return, __ATOMIC_RELAXED);
}

/* Calls `visit` for `frame`, the exported function's record, and for all records outside it. */
static inline uint32_t walk(const struct xp_frame *frame, uint32_t capacity,
                            void (*visit)(const struct xp_frame *, uint64_t *), uint64_t *to, uint32_t width)
{
    const uintptr_t base = xp_stack_base();
    const struct xp_frame *next = frame->caller;
    const void *hiding = __atomic_load_n(&xp_ffi_return, __ATOMIC_RELAXED);
    if (hiding != NULL && frame->return_address == hiding)
        next = hidden_record(next, base);
    uint32_t count = 0;
    while (count < capacity) {
        visit(frame, to + width * count++);
        if (!is_frame(next, frame, base))
            break;
        frame = next;
        next = frame->caller;
    }
    return count;
}

static void take_address(const struct xp_frame *frame, uint64_t *to)
{
    to[0] = (uint64_t)(uintptr_t)frame->return_address;
}

static void take_record(const struct xp_frame *frame, uint64_t *to)
{
    to[0] = (uint64_t)(uintptr_t)frame;
    to[1] = (uint64_t)(uintptr_t)frame->caller;
    to[2] = (uint64_t)(uintptr_t)frame->return_address;
}

uint32_t xp_stack_used(void)
{
    const uintptr_t base = xp_stack_base();
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return here < base ? (uint32_t)(base - here) : 0;
}

uint32_t xp_walk(uint64_t *addresses, uint32_t capacity)
{
    return walk(__builtin_frame_address(0), capacity, take_address, addresses, 1);
}

uint32_t xp_walk_records(uint64_t *records, uint32_t capacity)
{
    return walk(__builtin_frame_address(0), capacity, take_record, records, 3);
}
