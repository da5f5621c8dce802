/*
 * The x86_64 trampoline. In: rsi = the function to call, rdi = its argument.
 *
 *     f3 0f 1e fa    endbr64
 *     55             push %rbp
 *     48 89 e5       mov  %rsp,%rbp
 *     ff d6          call *%rsi
 *     5d             pop  %rbp
 *     c3             ret
 *
 * Bytes from `objdump -d` of the same lines given to GNU as 2.40.
 */
#include "emit.h"

static const uint8_t code[] = {
    0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd6, 0x5d, 0xc3,
};

int32_t xp_emit_x86_64(uint8_t *buffer, uint32_t capacity, uint32_t index)
{
    /* int3: nothing runs behind the ret. */
    return xp_emit_slot(buffer, capacity, code, sizeof code, 0xcc, index);
}
