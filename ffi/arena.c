/*
 * An arena is one anonymous private mapping: perf reads its map file for no other
 * kind. It is filled with trampolines while writable, then made executable and
 * never changed. So it is never writable and executable at once.
 */
#define _GNU_SOURCE
#include "arena.h"

#include <errno.h>
#include <sys/mman.h>

#include "emit.h"
#include "entry.h"
#include "fault.h"
#include "xp_lock.h"

_Static_assert(XP_ARENA_SIZE % XP_SLOT_SIZE == 0, "slots fill an arena");
_Static_assert(XP_SLOTS_PER_ARENA == 1u << XP_ARENA_SHIFT, "entry_<arch>.S splits an index");
_Static_assert(XP_SLOT_SIZE == 1u << XP_SLOT_SHIFT, "entry_<arch>.S finds a slot");
_Static_assert(sizeof(uint8_t *) == 1u << XP_POINTER_SHIFT, "entry_<arch>.S finds an arena");
_Static_assert((uint64_t)XP_MAX_ARENAS * XP_SLOTS_PER_ARENA <= INT32_MAX, "an index is an int32_t");

uint8_t *xp_arenas[XP_MAX_ARENAS];

static atomic_flag lock = ATOMIC_FLAG_INIT;
static _Atomic uint32_t registered;

static uint8_t *map_arena(uint32_t first_index, int *error)
{
    uint8_t *arena = XP_SYSTEM("mmap", MAP_FAILED,
                               mmap(NULL, XP_ARENA_SIZE, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (arena == MAP_FAILED) {
        *error = errno;
        return NULL;
    }
    for (uint32_t i = 0; i < XP_SLOTS_PER_ARENA; i++)
        xp_emit_host(arena + i * XP_SLOT_SIZE, XP_SLOT_SIZE, first_index + i);
    if (XP_SYSTEM("mprotect", -1, mprotect(arena, XP_ARENA_SIZE, PROT_READ | PROT_EXEC)) != 0) {
        *error = errno;
        munmap(arena, XP_ARENA_SIZE);
        return NULL;
    }
    __builtin___clear_cache((char *)arena, (char *)arena + XP_ARENA_SIZE);
    /* So that no region covers it: its trampolines are described one by one. */
    xp_claim((uint64_t)(uintptr_t)arena, XP_ARENA_SIZE);
    return arena;
}

static int32_t register_locked(uint32_t slots)
{
    uint32_t index = atomic_load_explicit(&registered, memory_order_relaxed);
    const uint32_t left = XP_SLOTS_PER_ARENA - index % XP_SLOTS_PER_ARENA;
    if (slots > left)
        index += left;
    uint32_t arena = index / XP_SLOTS_PER_ARENA;
    if (arena >= XP_MAX_ARENAS)
        return -ENOMEM;
    if (xp_arenas[arena] == NULL) {
        int error = 0;
        xp_arenas[arena] = map_arena(arena * XP_SLOTS_PER_ARENA, &error);
        if (xp_arenas[arena] == NULL)
            return -error;
    }
    atomic_store_explicit(&registered, index + slots, memory_order_release);
    return (int32_t)index;
}

int32_t xp_register(uint32_t size)
{
    if (size == 0 || size > XP_ARENA_SIZE)
        return -EINVAL;
    xp_lock(&lock);
    int32_t index = register_locked((size + XP_SLOT_SIZE - 1) / XP_SLOT_SIZE);
    xp_unlock(&lock);
    return index;
}

uint64_t xp_trampoline_address(uint32_t index)
{
    if (index >= atomic_load_explicit(&registered, memory_order_acquire))
        return 0;
    return (uint64_t)(uintptr_t)(xp_arenas[index / XP_SLOTS_PER_ARENA] +
                                 index % XP_SLOTS_PER_ARENA * XP_SLOT_SIZE);
}

uint32_t xp_trampoline_size(void)
{
    uint8_t slot[XP_SLOT_SIZE];
    return (uint32_t)xp_emit_host(slot, sizeof slot, 0);
}
