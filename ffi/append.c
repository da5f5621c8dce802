/*
 * Writes each record or line in one write: the process can be killed, or the disk be full, at any
 * moment.
 */
#define _GNU_SOURCE
#include "append.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"
#include "xp_lock.h"

/* A system call: the symbol fstat needs glibc 2.33. Here glibc's struct stat is the kernel's. */
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

/* Does xp_write_whole() for a file whose state is known. */
static int32_t write_behind(const struct stat *file, int32_t descriptor, const uint8_t *bytes, uint32_t size,
                            uint32_t hole, struct xp_end *end)
{
    const int is_torn = end->inode == file->st_ino && end->device == file->st_dev;
    const off_t before = is_torn ? end->size : file->st_size;
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
        *end = (struct xp_end){file->st_dev, file->st_ino, before};
    return -error;
}

int32_t xp_write_whole(int32_t descriptor, const uint8_t *bytes, uint32_t size, uint32_t hole,
                       struct xp_end *end)
{
    struct stat file;
    if (xp_file_state(descriptor, &file) != 0)
        return -errno;
    return write_behind(&file, descriptor, bytes, size, hole, end);
}

uint32_t xp_user_id(void)
{
    return (uint32_t)geteuid();
}

/*
 * If a process is killed while it writes, the kernel ends the write at a page
 * boundary (generic_perform_write, mm/filemap.c). So no line may cross one: if less
 * than MARGIN would be left of the page behind a line, zeros in front of its first
 * number fill the page. Only a line longer than MARGIN can still be cut in two.
 */
enum { PAGE = 4096, MARGIN = 256 };

static uint32_t fill(off_t end)
{
    const uint32_t left = (uint32_t)(-end & (PAGE - 1));
    return left < MARGIN ? left : 0;
}

static atomic_flag lock = ATOMIC_FLAG_INIT;
static struct xp_end map_end;

static int32_t append_locked(int32_t descriptor, const uint8_t *line, uint32_t size)
{
    uint8_t filled[MARGIN + PAGE];
    if (size > PAGE)
        return xp_write_whole(descriptor, line, size, 0, &map_end);
    struct stat file;
    if (xp_file_state(descriptor, &file) != 0)
        return -errno;
    const uint32_t zeros = fill(file.st_size + size);
    memset(filled, '0', zeros);
    memcpy(filled + zeros, line, size);
    return write_behind(&file, descriptor, filled, zeros + size, 0, &map_end);
}

int32_t xp_append(int32_t descriptor, const uint8_t *line, uint32_t size)
{
    xp_lock(&lock);
    const int32_t result = append_locked(descriptor, line, size);
    xp_unlock(&lock);
    return result;
}
