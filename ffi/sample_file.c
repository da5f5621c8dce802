/* Writes the file of the sampler, always whole records. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "append.h"
#include "fault.h"
#include "sampler.h"

static int file = -1;
static struct xp_end end_of_file;
static int32_t failure;
static uint8_t buffer[1u << 16];
static uint32_t filled;

#define MAPS_SIZE (sizeof buffer - sizeof(struct xp_maps))

/* The maps that were written last. */
static char last[MAPS_SIZE];
static size_t last_size;

void xp_samples_open(int descriptor)
{
    file = descriptor;
    end_of_file = (struct xp_end){0};
    failure = 0;
    filled = 0;
    last_size = 0;
}

void xp_samples_flush(void)
{
    if (filled > 0 && failure == 0)
        failure = xp_write_whole(file, buffer, filled, 0, &end_of_file);
    filled = 0;
}

void xp_samples_append(const void *record, uint32_t size)
{
    if (size > sizeof buffer - filled)
        xp_samples_flush();
    if (size > sizeof buffer)
        return;
    memcpy(buffer + filled, record, size);
    filled += size;
}

int xp_samples_has_failed(void)
{
    return failure != 0;
}

int32_t xp_samples_close(void)
{
    xp_samples_flush();
    close(file);
    file = -1;
    return failure;
}

/* Whether a line of /proc/self/maps is code in a file: `start-end r-xp offset dev inode path`. */
static int is_code_in_file(const char *line, size_t size)
{
    const char *permissions = memchr(line, ' ', size);
    if (permissions == NULL || line + size - permissions < 5 || permissions[3] != 'x')
        return 0;
    return memchr(permissions, '/', (size_t)(line + size - permissions)) != NULL ||
           memchr(permissions, '[', (size_t)(line + size - permissions)) != NULL;
}

/*
 * Moves the lines of code in files from text[from..end) to behind the `kept` bytes at the front of
 * `text`, and an incomplete last line behind them. Returns the new `kept`; `rest` gets the new end.
 */
static size_t keep_lines(char *text, size_t kept, size_t from, size_t end, size_t *rest)
{
    char *line_end;
    while ((line_end = memchr(text + from, '\n', end - from)) != NULL) {
        const size_t size = (size_t)(line_end + 1 - (text + from));
        if (is_code_in_file(text + from, size)) {
            memmove(text + kept, text + from, size);
            kept += size;
        }
        from += size;
    }
    memmove(text + kept, text + from, end - from);
    *rest = kept + (end - from);
    return kept;
}

void xp_samples_maps(void)
{
    static struct {
        struct xp_maps head;
        char text[MAPS_SIZE];
    } maps;
    const int source = XP_SYSTEM("open", -1, open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    if (source < 0)
        return;
    size_t kept = 0, end = 0;
    ssize_t size;
    while (end < MAPS_SIZE && (size = read(source, maps.text + end, MAPS_SIZE - end)) > 0) {
        end += (size_t)size;
        kept = keep_lines(maps.text, kept, kept, end, &end);
    }
    close(source);
    if (kept == last_size && memcmp(last, maps.text, kept) == 0)
        return;
    memcpy(last, maps.text, kept);
    last_size = kept;
    const size_t padded = (kept + 7) / 8 * 8;
    memset(maps.text + kept, 0, padded - kept);
    maps.head = (struct xp_maps){
        .record = {.kind = XP_RECORD_MAPS, .size = (uint32_t)(sizeof maps.head + padded)},
        .time = xp_clock(),
    };
    xp_samples_append(&maps, maps.head.record.size);
}
