/*
 * The aarch64 trampoline. In: x1 = the function to call, x0 = its argument.
 *
 *     d503245f    bti  c
 *     a9bf7bfd    stp  x29, x30, [sp, #-16]!
 *     910003fd    mov  x29, sp
 *     d63f0020    blr  x1
 *     a8c17bfd    ldp  x29, x30, [sp], #16
 *     d65f03c0    ret
 *
 * Words from `aarch64-linux-gnu-objdump -d` of the same lines given to GNU as
 * 2.40; instructions are little-endian whatever the data order.
 */
#include "emit.h"

static const uint8_t code[] = {
    0x5f, 0x24, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91,
    0x20, 0x00, 0x3f, 0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6,
};

int32_t xp_emit_aarch64(uint8_t *buffer, uint32_t capacity, uint32_t index)
{
    /* 00000000 is `udf #0`: nothing runs behind the ret. */
    return xp_emit_slot(buffer, capacity, code, sizeof code, 0x00, index);
}
