#define _GNU_SOURCE
#include "xp_clock.h"

uint64_t xp_read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t xp_clock(void)
{
    return xp_read_clock(CLOCK_MONOTONIC);
}
