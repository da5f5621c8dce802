#include "emit.h"

#include <errno.h>
#include <string.h>

int32_t xp_emit_slot(uint8_t *buffer, uint32_t capacity, const uint8_t *code, uint32_t size,
                     uint8_t filler, uint32_t index)
{
    if (capacity < XP_SLOT_SIZE || size > XP_SLOT_SIZE - sizeof index)
        return -ENOSPC;
    memcpy(buffer, code, size);
    memset(buffer + size, filler, XP_SLOT_SIZE - size);
    for (uint32_t i = 0; i < sizeof index; i++)
        buffer[XP_SLOT_SIZE - sizeof index + i] = (uint8_t)(index >> (8 * i));
    return (int32_t)size;
}
