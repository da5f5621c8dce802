/*
 * The jitdump file, in the format of
 * tools/perf/Documentation/jitdump-specification.txt. This file does only what
 * needs a lock, or cannot be done in JavaScript. The records are encoded by
 * lib/backends/jitdump/jitdump.ts.
 */
#define _GNU_SOURCE
#include "append.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "marker.h"
#include "region.h"
#include "xp_lock.h"

struct file_header {
    uint32_t magic, version, total_size, elf_mach, pad1, pid;
    uint64_t timestamp, flags;
};

struct record_header {
    uint32_t id, total_size;
    uint64_t timestamp;
};

struct load {
    struct record_header record;
    uint32_t pid, tid;
    uint64_t vma, code_addr, code_size, code_index;
};

_Static_assert(sizeof(struct file_header) == 40, "as the specification has it");
_Static_assert(offsetof(struct file_header, timestamp) == 24, "as the specification has it");
_Static_assert(sizeof(struct record_header) == 16, "as the specification has it");
_Static_assert(sizeof(struct load) == 56, "as the specification has it");

enum { JIT_CODE_LOAD = 0 };

static atomic_flag lock = ATOMIC_FLAG_INIT;

/* All below is guarded by the lock. */
static void *mark;
static struct xp_end end;
static dev_t device;
static ino_t inode;
static uint64_t next_index;

static int32_t open_locked(int32_t descriptor, uint8_t *header, uint32_t size)
{
    struct stat file;
    if (size < sizeof(struct file_header))
        return -EINVAL;
    if (xp_file_state(descriptor, &file) != 0)
        return -errno;
    if (mark != NULL && file.st_dev == device && file.st_ino == inode)
        return 0;
    if (file.st_size != 0)
        return -EEXIST;
    void *mapped = xp_map_first_page(descriptor);
    if (mapped == NULL)
        return -errno;
    const uint64_t now = xp_clock();
    memcpy(header + offsetof(struct file_header, timestamp), &now, sizeof now);
    const int32_t result = xp_write_whole(descriptor, header, size, 0, &end);
    if (result != 0) {
        xp_unmap_first_page(mapped);
        return result;
    }
    mark = mapped;
    device = file.st_dev;
    inode = file.st_ino;
    return 0;
}

int32_t xp_dump_open(int32_t descriptor, uint8_t *header, uint32_t size)
{
    xp_lock(&lock);
    const int32_t result = open_locked(descriptor, header, size);
    xp_unlock(&lock);
    return result;
}

/* Fills in the fields that are known at the moment of writing only. */
static int32_t stamp(uint8_t *records, uint32_t size, uint32_t hole, uint64_t now)
{
    uint32_t at = 0;
    while (at < size) {
        struct load load;
        if (size - at < sizeof load.record)
            return -EINVAL;
        memcpy(&load.record, records + at, sizeof load.record);
        load.record.timestamp = now;
        memcpy(records + at, &load.record, sizeof load.record);
        if (load.record.id == JIT_CODE_LOAD) {
            if (size - at < sizeof load)
                return -EINVAL;
            memcpy(&load, records + at, sizeof load);
            load.tid = (uint32_t)syscall(SYS_gettid);
            load.code_index = next_index++;
            memcpy(records + at, &load, sizeof load);
        }
        const uint32_t left = size - at;
        if (load.record.total_size < sizeof load.record)
            return -EINVAL;
        if (load.record.total_size > left)
            return load.record.total_size - left == hole ? 0 : -EINVAL;
        at += load.record.total_size;
    }
    return hole == 0 ? 0 : -EINVAL;
}

static int32_t append_locked(int32_t descriptor, uint8_t *records, uint32_t size, uint32_t hole,
                             const uint64_t *range)
{
    const int claims = range[0] < range[1];
    int32_t result = stamp(records, size, hole, xp_clock());
    if (result != 0)
        return result;
    if (claims && !xp_claim_begin(range))
        return -EALREADY;
    result = xp_write_whole(descriptor, records, size, hole, &end);
    if (claims)
        xp_claim_end(result == 0 ? range : NULL);
    return result;
}

int32_t xp_dump_append(int32_t descriptor, uint8_t *records, uint32_t size, uint32_t hole,
                       const uint64_t *range)
{
    xp_lock(&lock);
    const int32_t result = append_locked(descriptor, records, size, hole, range);
    xp_unlock(&lock);
    return result;
}
