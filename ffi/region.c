/*
 * Claims on address ranges, one list for all isolates of the process. Every isolate
 * looks through the memory maps; the claims ensure that each region is described once.
 */
#include "region.h"

#include <string.h>

#include "xp_lock.h"

/* Adjoining claims become one, so that a few are enough; beyond that nothing is claimed. */
enum { MAX_CLAIMS = 2048 };

struct claim {
    uint64_t start;
    uint64_t end;
};

/* In order of address, none touching the next. */
static struct claim claims[MAX_CLAIMS];
static uint32_t count;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void insert(uint32_t at, uint64_t start, uint64_t end)
{
    const int joins_last = at > 0 && claims[at - 1].end == start;
    const int joins_next = at < count && claims[at].start == end;
    if (joins_last && joins_next) {
        claims[at - 1].end = claims[at].end;
        count--;
        memmove(&claims[at], &claims[at + 1], (count - at) * sizeof claims[0]);
    } else if (joins_last) {
        claims[at - 1].end = end;
    } else if (joins_next) {
        claims[at].start = start;
    } else {
        memmove(&claims[at + 1], &claims[at], (count - at) * sizeof claims[0]);
        claims[at] = (struct claim){start, end};
        count++;
    }
}

/*
 * Narrows `range` to its lowest unclaimed part. Returns the index for a claim of that part, or -1
 * if there is no such part or the list is full.
 */
static int32_t find_unclaimed(uint64_t *range)
{
    uint32_t at = 0;
    while (at < count && claims[at].end <= range[0])
        at++;
    if (at < count && claims[at].start <= range[0])
        range[0] = claims[at++].end;
    if (at < count && claims[at].start < range[1])
        range[1] = claims[at].start;
    return range[0] < range[1] && count < MAX_CLAIMS ? (int32_t)at : -1;
}

uint32_t xp_unclaimed(uint64_t *range)
{
    xp_lock(&lock);
    const uint32_t found = find_unclaimed(range) >= 0;
    xp_unlock(&lock);
    return found;
}

void xp_claim(uint64_t address, uint32_t size)
{
    const uint64_t end = address + size;
    uint64_t part[2] = {address, end};
    xp_lock(&lock);
    for (int32_t at; (at = find_unclaimed(part)) >= 0; part[0] = part[1], part[1] = end)
        insert((uint32_t)at, part[0], part[1]);
    xp_unlock(&lock);
}

int xp_claim_begin(const uint64_t *range)
{
    uint64_t part[2] = {range[0], range[1]};
    xp_lock(&lock);
    if (find_unclaimed(part) >= 0 && part[0] == range[0] && part[1] == range[1])
        return 1;
    xp_unlock(&lock);
    return 0;
}

void xp_claim_end(const uint64_t *range)
{
    if (range != NULL) {
        uint64_t part[2] = {range[0], range[1]};
        insert((uint32_t)find_unclaimed(part), part[0], part[1]);
    }
    xp_unlock(&lock);
}
