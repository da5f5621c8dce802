/* Writing at the end of a file: all, or nothing. */
#ifndef XPERF_APPEND_H
#define XPERF_APPEND_H

#include <sys/stat.h>

#include "xperf.h"

/* Where a file is to be cut back to, if half of something stands behind it; all 0 where none does. */
struct xp_end {
    dev_t device;
    ino_t inode;
    off_t size;
};

/* fstat(2). */
XP_HIDDEN int xp_file_state(int32_t descriptor, struct stat *state);

/*
 * Appends `size` bytes in one write, and `hole` bytes behind them that take no
 * space: 0, or -errno, and then the file ends where it did. Where it could not be
 * cut back, `end` remembers, and the next call does it first. One thread at a time
 * for one file and its `end`.
 */
XP_HIDDEN int32_t xp_write_whole(int32_t descriptor, const uint8_t *bytes, uint32_t size, uint32_t hole,
                                 struct xp_end *end);

#endif
