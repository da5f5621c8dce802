/*
 * A bounded queue with many producers, which are signal handlers, and one
 * consumer. A slot's sequence says whose it is: the position at which it may be
 * claimed, that + 1 once it is complete, that + XP_RING_SLOTS once it is drained.
 * Nobody ever waits: a full ring drops the newest sample.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "fault.h"
#include "sampler.h"

#define XP_RING_SLOTS 512u
_Static_assert((XP_RING_SLOTS & (XP_RING_SLOTS - 1)) == 0, "positions wrap by mask");

static struct xp_slot *ring;
static uint64_t head; /* the next position to be claimed */
static uint64_t tail; /* the next to be drained */

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
                  mmap(NULL, XP_RING_SLOTS * sizeof *memory, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (memory == MAP_FAILED)
        return -errno;
    for (uint64_t i = 0; i < XP_RING_SLOTS; i++)
        memory[i].sequence = i;
    ring = memory;
    return 0;
}

struct xp_slot *xp_ring_claim(void)
{
    uint64_t position = __atomic_load_n(&head, __ATOMIC_RELAXED);
    for (;;) {
        struct xp_slot *slot = slot_at(position);
        const uint64_t sequence = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
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
    __atomic_store_n(&slot->sequence, slot->sequence + 1, __ATOMIC_RELEASE);
}

struct xp_slot *xp_ring_next(void)
{
    struct xp_slot *slot = slot_at(tail);
    return __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) == tail + 1 ? slot : NULL;
}

void xp_ring_release(struct xp_slot *slot)
{
    __atomic_store_n(&slot->sequence, tail + XP_RING_SLOTS, __ATOMIC_RELEASE);
    tail++;
}

int xp_ring_is_busy(void)
{
    return __atomic_load_n(&head, __ATOMIC_ACQUIRE) != tail;
}
