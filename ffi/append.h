/* Appends to a file all of something or nothing. */
#ifndef XPERF_APPEND_H
#define XPERF_APPEND_H

#include <sys/stat.h>

#include "xperf.h"

/* The size that a file must be cut back to, to remove half a write; all 0 if there is none. */
struct xp_end {
    dev_t device;
    ino_t inode;
    off_t size;
};

/* fstat(2). */
XP_HIDDEN int xp_file_state(int32_t descriptor, struct stat *state);

/*
 * Appends `size` bytes in one write, and `hole` bytes behind them that take no
 * space. Returns 0, or -errno, and then the file ends where it did. If half a write
 * could not be cut off, `end` remembers that, and the next call cuts it off first.
 * One thread at a time for one file and its `end`.
 */
XP_HIDDEN int32_t xp_write_whole(int32_t descriptor, const uint8_t *bytes, uint32_t size, uint32_t hole,
                                 struct xp_end *end);

#endif
