/* One write for each record or line: a process can be killed at any moment, and a disk be full. */
#define _GNU_SOURCE
#include "append.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"

/* Not by name: fstat asks for GLIBC 2.33. On these architectures its structure is the kernel's. */
int xp_file_state(int32_t descriptor, struct stat *state)
{
    return (int)XP_SYSTEM("fstat", -1, syscall(SYS_fstat, descriptor, state));
}

static int set_size(int32_t descriptor, off_t size)
{
    return XP_SYSTEM("ftruncate", -1, ftruncate(descriptor, size));
}

/* Beyond this limit the kernel ends the process with SIGXFSZ. */
static int is_allowed_size(off_t size)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || (rlim_t)size <= limit.rlim_cur;
}

int32_t xp_write_whole(int32_t descriptor, const uint8_t *bytes, uint32_t size, uint32_t hole,
                       struct xp_end *end)
{
    struct stat file;
    if (xp_file_state(descriptor, &file) != 0)
        return -errno;
    const int is_torn = end->inode == file.st_ino && end->device == file.st_dev;
    const off_t before = is_torn ? end->size : file.st_size;
    if (is_torn && set_size(descriptor, before) != 0)
        return -errno;
    *end = (struct xp_end){0, 0, 0};
    if (!is_allowed_size(before + size + hole))
        return -EFBIG;
    const ssize_t written = XP_SYSTEM("write", -1, write(descriptor, bytes, XP_SIZE("write", size)));
    if (written == (ssize_t)size && (hole == 0 || set_size(descriptor, before + size + hole) == 0))
        return 0;
    const int error = written == (ssize_t)size || written < 0 ? errno : ENOSPC;
    if (written > 0 && set_size(descriptor, before) != 0)
        *end = (struct xp_end){file.st_dev, file.st_ino, before};
    return -error;
}

uint32_t xp_user_id(void)
{
    return (uint32_t)geteuid();
}

static atomic_flag lock = ATOMIC_FLAG_INIT;
static struct xp_end map_end;

int32_t xp_append(int32_t descriptor, const uint8_t *line, uint32_t size)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        sched_yield();
    const int32_t result = xp_write_whole(descriptor, line, size, 0, &map_end);
    atomic_flag_clear_explicit(&lock, memory_order_release);
    return result;
}
