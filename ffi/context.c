#define _GNU_SOURCE
#include "context.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entry.h"
#include "stack.h"

_Static_assert(sizeof(struct xp_context) == 1u << XP_CONTEXT_SHIFT, "entry_<arch>.S finds a context");
_Static_assert(offsetof(struct xp_context, body) == 0, "entry_<arch>.S reads it there");
_Static_assert(offsetof(struct xp_context, stack_floor) == XP_CONTEXT_STACK_FLOOR, "entry_<arch>.S reads it there");

struct xp_context xp_contexts[XP_MAX_CONTEXTS];

uint32_t xp_abi_version(void)
{
    return XP_ABI_VERSION;
}

/* The thread that each context belongs to, 0 for a free one. */
static pid_t owners[XP_MAX_CONTEXTS];

/* A terminated Worker does not detach, so the contexts of ended threads are reused. */
static int has_ended(pid_t thread)
{
    return syscall(SYS_tgkill, getpid(), thread, 0) != 0 && errno == ESRCH;
}

/* Gives this thread a context if it still belongs to `owner`. Returns whether it did. */
static int take(int32_t i, pid_t owner)
{
    const pid_t own = (pid_t)syscall(SYS_gettid);
    return __atomic_compare_exchange_n(&owners[i], &owner, own, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

static int32_t take_any(void)
{
    for (int32_t i = 0; i < (int32_t)XP_MAX_CONTEXTS; i++)
        if (take(i, 0))
            return i;
    for (int32_t i = 0; i < (int32_t)XP_MAX_CONTEXTS; i++) {
        const pid_t owner = __atomic_load_n(&owners[i], __ATOMIC_ACQUIRE);
        if (has_ended(owner) && take(i, owner))
            return i;
    }
    return -EAGAIN;
}

int32_t xp_attach(void (*body)(void), uint32_t stack_budget)
{
    if (body == NULL)
        return -EINVAL;
    const int32_t i = take_any();
    if (i < 0)
        return i;
    const uintptr_t base = xp_stack_base();
    xp_contexts[i].stack_floor = base > stack_budget ? base - stack_budget : 0;
    xp_contexts[i].body = body;
    return i;
}
