/* Shared by the emitters of all architectures. */
#ifndef XPERF_EMIT_H
#define XPERF_EMIT_H

#include "xperf.h"

/* The architecture this library is built for. */
#if defined(__x86_64__)
#define xp_emit_host xp_emit_x86_64
#elif defined(__aarch64__)
#define xp_emit_host xp_emit_aarch64
#else
#error "no trampoline for this architecture: add emit_<arch>.c and entry_<arch>.S"
#endif

/*
 * The emitters: one trampoline as machine code. Pure; available on every host.
 * Writes exactly XP_SLOT_SIZE bytes to `buffer` (the caller's memory) and
 * returns how many of them are code, or -ENOSPC when `capacity` is too small.
 * `index` is stored behind the code, so that no two slots are equal.
 */
XP_HIDDEN int32_t xp_emit_x86_64(uint8_t *buffer, uint32_t capacity, uint32_t index);
XP_HIDDEN int32_t xp_emit_aarch64(uint8_t *buffer, uint32_t capacity, uint32_t index);

/* Fills a slot: code, then filler, then the index in the last four bytes. */
XP_HIDDEN int32_t xp_emit_slot(uint8_t *buffer, uint32_t capacity, const uint8_t *code,
                               uint32_t size, uint8_t filler, uint32_t index);

#endif
