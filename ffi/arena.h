/* Executable memory: reserved a slot at a time, never given back, never rewritten. */
#ifndef XPERF_ARENA_H
#define XPERF_ARENA_H

#include "xperf.h"

/* The start of every arena, in order of index; read by entry_<arch>.S. */
extern XP_HIDDEN uint8_t *xp_arenas[XP_MAX_ARENAS];

#endif
