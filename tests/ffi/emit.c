/*
 * Prints one trampoline as tests/ffi/emit_test.ts asks for it:
 *
 *     emit ARCHITECTURE CAPACITY INDEX
 *
 * writes what the emitter has returned, a space, and its buffer in hexadecimal digits. The buffer
 * is larger than a slot and was filled with aa.
 */
#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

int main(int count, char **arguments)
{
    assert(count == 4);
    uint8_t buffer[XP_SLOT_SIZE + 16];
    memset(buffer, 0xaa, sizeof buffer);
    int32_t (*const emit)(uint8_t *, uint32_t, uint32_t) =
        strcmp(arguments[1], "aarch64") == 0 ? xp_emit_aarch64 : xp_emit_x86_64;
    printf("%d ", emit(buffer, (uint32_t)strtoul(arguments[2], NULL, 0),
                       (uint32_t)strtoul(arguments[3], NULL, 0)));
    for (size_t i = 0; i < sizeof buffer; i++)
        printf("%02x", buffer[i]);
    return 0;
}
