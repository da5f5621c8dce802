/*
 * The walk of the stack that a signal interrupted. The kernel reads the stack for
 * us, and reports an error where a load would fault: a word that looks like a frame
 * record may be anything, and the thread may run on a stack that is not its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include "fault.h"
#include "sampler.h"
#include "stack.h"

/* /proc/self/mem where process_vm_readv(2) is refused, otherwise -1. */
static int memory_file = -1;
static pid_t process;

/* Copies what can be read of `size` bytes: how many, from the first on. */
static size_t copy_memory(void *to, uint64_t from, size_t size)
{
    ssize_t copied;
    if (memory_file >= 0) {
        copied = pread(memory_file, to, size, (off_t)from);
    } else {
        const struct iovec local = {to, size};
        const struct iovec remote = {(void *)(uintptr_t)from, size};
        copied = syscall(SYS_process_vm_readv, process, &local, 1L, &remote, 1L, 0L);
    }
    return copied > 0 ? (size_t)copied : 0;
}

int32_t xp_reader_open(void)
{
    const uint64_t probe = 0x1122334455667788;
    uint64_t copy = 0;
    process = getpid();
    if (copy_memory(&copy, (uint64_t)(uintptr_t)&probe, sizeof probe) == sizeof probe && copy == probe)
        return 0;
    if (memory_file < 0)
        memory_file = XP_SYSTEM("open", -1, open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    if (memory_file < 0)
        return -errno;
    if (copy_memory(&copy, (uint64_t)(uintptr_t)&probe, sizeof probe) == sizeof probe && copy == probe)
        return 0;
    return -EACCES;
}

/* The registers of a thread when the signal interrupted it. */
struct position {
    uint64_t code, stack, frame;
};

static struct position position_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    const greg_t *registers = context->uc_mcontext.gregs;
    return (struct position){
        .code = (uint64_t)registers[REG_RIP],
        .stack = (uint64_t)registers[REG_RSP],
        .frame = (uint64_t)registers[REG_RBP],
    };
#elif defined(__aarch64__)
    return (struct position){
        .code = context->uc_mcontext.pc,
        .stack = context->uc_mcontext.sp,
        .frame = context->uc_mcontext.regs[29],
    };
#else
#error "no registers of a signal's context for this architecture"
#endif
}

/* Strips the signature off a return address (pointer authentication of Armv8.3). */
static uint64_t plain_address(uint64_t address)
{
#if defined(__aarch64__)
    register uint64_t signed_address __asm__("x30") = address;
    __asm__("hint #7" : "+r"(signed_address)); /* xpaclri */
    return signed_address;
#elif defined(__x86_64__)
    return address;
#else
#error "are return addresses signed on this architecture?"
#endif
}

/* The part of the stack that has been read. */
struct window {
    uint8_t *bytes;
    uint64_t start, end;
    uint64_t base; /* of the stack */
};

static int is_frame(const struct window *window, uint64_t at, uint64_t above)
{
    return at >= above && at % sizeof at == 0 && at < window->base &&
           window->base - at >= sizeof(struct xp_frame);
}

static uint64_t caller_of(const struct xp_frame *frame)
{
    return (uint64_t)(uintptr_t)frame->caller;
}

/* Whether the record could be read. `at` is a frame's. */
static int read_record(struct window *window, uint64_t at, struct xp_frame *frame)
{
    if (at < window->start || at + sizeof *frame > window->end) {
        /* Whole pages but the first: each costs the kernel a look. */
        const uint64_t end = (at + XP_WINDOW_SIZE) & ~(uint64_t)(XP_WINDOW_SIZE / 2 - 1);
        window->start = at;
        window->end = at + copy_memory(window->bytes, at, (end < window->base ? end : window->base) - at);
        if (at + sizeof *frame > window->end)
            return 0;
    }
    memcpy(frame, window->bytes + (at - window->start), sizeof *frame);
    return 1;
}

/* The frame outside of libffi: ffi_call_unix64's record stands 16 bytes above rbp (stack.c). */
static uint64_t behind_libffi(struct window *window, uint64_t at)
{
    struct xp_frame frame;
    if (!is_frame(window, at, 0) || !read_record(window, at, &frame) ||
        is_frame(window, caller_of(&frame), at + sizeof frame))
        return at;
    const uint64_t shifted = at + sizeof frame;
    const int is_hidden = is_frame(window, shifted, 0) && read_record(window, shifted, &frame) &&
                          is_frame(window, caller_of(&frame), shifted + sizeof frame);
    return is_hidden ? shifted : at;
}

/* Walks the records from `at` on, which must not be below `above`. Returns the number of frames. */
static uint32_t walk(struct xp_slot *slot, struct window *window, uint64_t at, uint64_t above)
{
    uint32_t count = 1;
    struct xp_frame frame;
    while (count < XP_SAMPLE_DEPTH && is_frame(window, at, above) && read_record(window, at, &frame)) {
        const uint64_t address = plain_address((uint64_t)(uintptr_t)frame.return_address);
        if (address == 0)
            break;
        slot->addresses[count++] = address;
        above = at + sizeof frame;
        at = caller_of(&frame);
        if (xp_ffi_return != NULL && address == (uint64_t)(uintptr_t)xp_ffi_return)
            at = behind_libffi(window, at);
    }
    return count;
}

/* A chain with fewer frames is taken for broken, and one that is found must have as many. */
#define XP_FEW_FRAMES 4u

/*
 * Bytes of stack in which a chain may begin: libuv keeps 12 kB of events on the stack while it
 * waits (uv__io_poll).
 */
#define XP_SEARCHED 24576u

/* Whether a record can be a frame's: the caller's is further out, and the address is no stack's. */
static int is_likely(struct window *window, uint64_t at, uint64_t above, struct xp_frame *frame)
{
    if (!is_frame(window, at, above) || !read_record(window, at, frame))
        return 0;
    const uint64_t address = plain_address((uint64_t)(uintptr_t)frame->return_address);
    const uint64_t caller = caller_of(frame);
    return address > 65536 && address < (uint64_t)1 << 48 && !(address >= above && address < window->base) &&
           (caller == 0 || is_frame(window, caller, at + sizeof *frame));
}

/*
 * Finds a chain in the stack above `from`. The C library is compiled without frame pointers, but
 * its functions save the frame pointer of their caller: the innermost word that points at a chain
 * of records further out. 0 if there is none.
 */
static uint64_t search_chain(struct window *window, uint64_t from)
{
    for (uint64_t at = from; at < from + XP_SEARCHED && at + sizeof(struct xp_frame) < window->base;
         at += sizeof at) {
        struct xp_frame words;
        if (!read_record(window, at, &words))
            return 0;
        const uint64_t found = caller_of(&words);
        uint64_t record = found, above = at + sizeof at;
        uint32_t length = 0;
        while (length < XP_FEW_FRAMES && is_likely(window, record, above, &words)) {
            above = record + sizeof words;
            record = caller_of(&words);
            length++;
        }
        if (length == XP_FEW_FRAMES)
            return found;
    }
    return 0;
}

void xp_walk_context(struct xp_slot *slot, uint8_t *bytes, const void *context, pid_t thread, int waits)
{
    const struct position position = position_of(context);
    struct window window = {.bytes = bytes, .base = xp_stack_base_of(thread == process)};
    slot->addresses[0] = position.code;
    uint32_t count = walk(slot, &window, position.frame, position.stack);
    if (waits && count < XP_FEW_FRAMES) {
        const uint64_t start = search_chain(&window, position.stack & ~(uint64_t)7);
        if (start != 0)
            count = walk(slot, &window, start, position.stack);
    }
    slot->sample.record.kind = XP_RECORD_SAMPLE;
    slot->sample.record.size = (uint32_t)(sizeof slot->sample + count * sizeof *slot->addresses);
    slot->sample.thread = (uint32_t)thread;
}
