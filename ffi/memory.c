/* This process's memory, read by address. */
#define _GNU_SOURCE
#include "xperf.h"

#include "fault.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

void xp_copy(uint8_t *target, uint64_t address, uint32_t size)
{
    memcpy(target, (const void *)(uintptr_t)address, size);
}

int32_t xp_read(uint8_t *target, uint64_t address, uint32_t size)
{
    const struct iovec to = {target, size};
    const struct iovec from = {(void *)(uintptr_t)address, size};
    const ssize_t read = XP_SYSTEM("process_vm_readv", -1, process_vm_readv(getpid(), &to, 1, &from, 1, 0));
    return read < 0 ? -errno : (int32_t)read;
}
