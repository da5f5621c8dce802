#include "context.h"

#include <errno.h>

#include "stack.h"

_Static_assert(sizeof(struct xp_context) == 16, "entry_<arch>.S scales by 16");
_Static_assert(offsetof(struct xp_context, stack_floor) == 8, "entry_<arch>.S reads it there");

struct xp_context xp_contexts[XP_MAX_CONTEXTS];

uint32_t xp_abi_version(void)
{
    return XP_ABI_VERSION;
}

int32_t xp_attach(void (*body)(void), uint32_t stack_budget)
{
    if (body == NULL)
        return -EINVAL;
    for (int32_t i = 0; i < (int32_t)XP_MAX_CONTEXTS; i++) {
        void (*unused)(void) = NULL;
        if (!__atomic_compare_exchange_n(&xp_contexts[i].body, &unused, body, 0, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        const uintptr_t base = xp_stack_base();
        xp_contexts[i].stack_floor = base > stack_budget ? base - stack_budget : 0;
        return i;
    }
    return -EAGAIN;
}

void xp_detach(uint32_t context)
{
    if (context < XP_MAX_CONTEXTS)
        __atomic_store_n(&xp_contexts[context].body, NULL, __ATOMIC_RELEASE);
}
