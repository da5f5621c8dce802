#define _GNU_SOURCE
#include "marker.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void *xp_map_first_page(int32_t descriptor)
{
    void *page = XP_SYSTEM("mmap", MAP_FAILED,
                           mmap(NULL, page_size(), PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0));
    return page == MAP_FAILED ? NULL : page;
}

void xp_unmap_first_page(void *page)
{
    munmap(page, page_size());
}

int32_t xp_map_marker(int32_t descriptor)
{
    void *page = xp_map_first_page(descriptor);
    if (page == NULL)
        return -errno;
    xp_unmap_first_page(page);
    return 0;
}
