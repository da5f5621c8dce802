/*
 * A bounded queue with many producers, which are signal handlers, and one
 * consumer. A slot's sequence tells its state: P, the position at which it may be
 * claimed; P + 1 once it is complete; P + XP_RING_SLOTS once it is drained.
 * No operation waits: a full ring drops the newest sample.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "fault.h"
#include "sampler.h"

#define XP_RING_SLOTS 512u
#define XP_WINDOWS 64u
_Static_assert((XP_RING_SLOTS & (XP_RING_SLOTS - 1)) == 0, "positions wrap by mask");

static struct xp_slot *ring;
/* Not in the slots, so that an unused slot takes no memory. */
static uint64_t sequences[XP_RING_SLOTS];
static uint8_t *windows;
static uint64_t windows_in_use; /* a bit for each window */
static uint64_t head; /* the next position to be claimed */
static uint64_t tail; /* the next position to be drained */

static struct xp_slot *slot_at(uint64_t position)
{
    return &ring[position & (XP_RING_SLOTS - 1)];
}

int32_t xp_ring_open(void)
{
    if (ring != NULL)
        return 0;
    struct xp_slot *memory =
        XP_SYSTEM("mmap", MAP_FAILED,
                  mmap(NULL, XP_RING_SLOTS * sizeof *memory + XP_WINDOWS * XP_WINDOW_SIZE,
                       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (memory == MAP_FAILED)
        return -errno;
    for (uint64_t i = 0; i < XP_RING_SLOTS; i++)
        sequences[i] = i;
    windows = (uint8_t *)(memory + XP_RING_SLOTS);
    ring = memory;
    return 0;
}

struct xp_slot *xp_ring_claim(void)
{
    uint64_t position = __atomic_load_n(&head, __ATOMIC_RELAXED);
    for (;;) {
        struct xp_slot *slot = slot_at(position);
        const uint64_t sequence = __atomic_load_n(&sequences[slot - ring], __ATOMIC_ACQUIRE);
        if (sequence == position) {
            if (__atomic_compare_exchange_n(&head, &position, position + 1, 0, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
                return slot;
        } else if (sequence < position) {
            return NULL;
        } else {
            position = __atomic_load_n(&head, __ATOMIC_RELAXED);
        }
    }
}

void xp_ring_commit(struct xp_slot *slot)
{
    uint64_t *sequence = &sequences[slot - ring];
    __atomic_store_n(sequence, *sequence + 1, __ATOMIC_RELEASE);
}

struct xp_slot *xp_ring_next(void)
{
    struct xp_slot *slot = slot_at(tail);
    return __atomic_load_n(&sequences[slot - ring], __ATOMIC_ACQUIRE) == tail + 1 ? slot : NULL;
}

void xp_ring_release(struct xp_slot *slot)
{
    __atomic_store_n(&sequences[slot - ring], tail + XP_RING_SLOTS, __ATOMIC_RELEASE);
    tail++;
}

int xp_ring_is_busy(void)
{
    return __atomic_load_n(&head, __ATOMIC_ACQUIRE) != tail;
}

uint8_t *xp_window_claim(void)
{
    uint64_t used = __atomic_load_n(&windows_in_use, __ATOMIC_RELAXED);
    while (~used != 0) {
        const int free = __builtin_ctzll(~used);
        if (__atomic_compare_exchange_n(&windows_in_use, &used, used | (uint64_t)1 << free, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return windows + (size_t)free * XP_WINDOW_SIZE;
    }
    return NULL;
}

void xp_window_release(const uint8_t *window)
{
    const uint64_t bit = (uint64_t)1 << ((size_t)(window - windows) / XP_WINDOW_SIZE);
    __atomic_fetch_and(&windows_in_use, ~bit, __ATOMIC_RELEASE);
}
