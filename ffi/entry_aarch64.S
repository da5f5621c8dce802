/*
 * aarch64: from the runtime into a trampoline. AAPCS64: w0 = index, w1 = context.
 *
 * Every frame here keeps a frame record {x29, x30} at x29, libffi's too, so
 * unlike on x86_64 there is nothing to repair.
 */
#include "entry.h"

    .text

    .globl  xp_call
    .type   xp_call, %function
    .p2align 4
xp_call:
    .cfi_startproc
    hint    #34                         /* bti c */
    adrp    x2, xp_contexts
    add     x2, x2, :lo12:xp_contexts
    add     x2, x2, w1, uxtw #XP_CONTEXT_SHIFT
    ldp     x3, x4, [x2]                /* context.body, context.stack_floor */
    mov     x5, sp
    cmp     x5, x4
    b.lo    .Lrefuse
    stp     x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov     x29, sp
    .cfi_def_cfa_register x29
    lsr     w5, w0, #XP_ARENA_SHIFT
    and     w6, w0, #XP_ARENA_MASK
    adrp    x7, xp_arenas
    add     x7, x7, :lo12:xp_arenas
    ldr     x7, [x7, w5, uxtw #XP_POINTER_SHIFT]
    add     x7, x7, x6, lsl #XP_SLOT_SHIFT
    mov     x0, x3
    adrp    x1, xp_call_body
    add     x1, x1, :lo12:xp_call_body
    blr     x7
    mov     w0, #0
    ldp     x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret

.Lrefuse:
    mov     w0, #1
    ret
    .cfi_endproc
    .size   xp_call, . - xp_call

/*
 * x0 = the body. A frame of its own under the trampoline, so that the
 * trampoline's return address is in the chain whatever the callback stub does.
 */
    .hidden xp_call_body
    .globl  xp_call_body
    .type   xp_call_body, %function
    .p2align 4
xp_call_body:
    .cfi_startproc
    hint    #34                         /* bti c */
    stp     x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov     x29, sp
    .cfi_def_cfa_register x29
    blr     x0
    ldp     x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    ret
    .cfi_endproc
    .size   xp_call_body, . - xp_call_body

    .section .note.GNU-stack, "", %progbits
