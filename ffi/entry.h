/*
 * Sizes as entry_<arch>.S needs them: shifts and offsets. The assembler reads no C, so the numbers
 * stand here once more; arena.c and context.c assert that they fit xperf.h and context.h.
 */
#ifndef XPERF_ENTRY_H
#define XPERF_ENTRY_H

/* An index is arena << XP_ARENA_SHIFT | slot; a slot begins at slot << XP_SLOT_SHIFT. */
#define XP_ARENA_SHIFT 11
#define XP_ARENA_MASK ((1 << XP_ARENA_SHIFT) - 1)
#define XP_SLOT_SHIFT 5

/* xp_arenas holds pointers. */
#define XP_POINTER_SHIFT 3

/* struct xp_context: its size, and where stack_floor is. `body` comes first. */
#define XP_CONTEXT_SHIFT 4
#define XP_CONTEXT_STACK_FLOOR 8

#endif
