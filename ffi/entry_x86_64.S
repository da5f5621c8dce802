/*
 * x86_64: from the runtime into a trampoline. System V: edi = index, esi = context.
 *
 * The kernel walks frame records: [rbp] = the caller's record, [rbp+8] = the
 * return address. libffi's ffi_call_unix64 keeps its record at rbp+16, so a
 * plain `push %rbp` here would link ours to garbage and end every stack at this
 * call. If the return address is xp_ffi_return, libffi is the caller: there the
 * record is linked 16 bytes higher, and rbp is put back on the way out.
 */
#include "entry.h"

    .text

    .macro enter_trampoline
    mov     %edi, %ecx
    shr     $XP_ARENA_SHIFT, %ecx
    and     $XP_ARENA_MASK, %edi
    shl     $XP_SLOT_SHIFT, %edi
    lea     xp_arenas(%rip), %rdx
    add     (%rdx,%rcx,1 << XP_POINTER_SHIFT), %rdi
    mov     %rdi, %rdx
    mov     (%r8), %rdi                 /* context.body */
    lea     xp_call_body(%rip), %rsi
    call    *%rdx
    xor     %eax, %eax
    .endm

    .globl  xp_call
    .type   xp_call, @function
    .p2align 4
xp_call:
    .cfi_startproc
    endbr64
    mov     %esi, %eax
    shl     $XP_CONTEXT_SHIFT, %rax
    lea     xp_contexts(%rip), %r8
    add     %rax, %r8
    cmp     XP_CONTEXT_STACK_FLOOR(%r8), %rsp                /* context.stack_floor */
    jb      .Lrefuse
    mov     xp_ffi_return(%rip), %rax
    cmp     (%rsp), %rax
    je      .Lfrom_libffi
    push    %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov     %rsp, %rbp
    .cfi_def_cfa_register rbp
    enter_trampoline
    pop     %rbp
    .cfi_def_cfa rsp, 8
    .cfi_restore rbp
    ret

.Lfrom_libffi:
    lea     16(%rbp), %rax
    push    %rax
    .cfi_def_cfa_offset 16
    /* rbp was *(CFA - 16) - 16: DW_CFA_val_expression(rbp) lit16 minus deref lit16 minus */
    .cfi_escape 0x16, 6, 5, 0x40, 0x1c, 0x06, 0x40, 0x1c
    mov     %rsp, %rbp
    .cfi_def_cfa_register rbp
    enter_trampoline
    pop     %rbp
    sub     $16, %rbp
    .cfi_def_cfa rsp, 8
    .cfi_restore rbp
    ret

.Lrefuse:
    mov     $1, %eax
    ret
    .cfi_endproc
    .size   xp_call, . - xp_call

/*
 * rdi = the body. The runtime's callback stub has no frame record, which hides
 * its caller: this frame is the one that gets hidden, not the trampoline.
 */
    .hidden xp_call_body
    .globl  xp_call_body
    .type   xp_call_body, @function
    .p2align 4
xp_call_body:
    .cfi_startproc
    endbr64
    push    %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov     %rsp, %rbp
    .cfi_def_cfa_register rbp
    call    *%rdi
    pop     %rbp
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size   xp_call_body, . - xp_call_body

    .section .note.GNU-stack, "", @progbits
