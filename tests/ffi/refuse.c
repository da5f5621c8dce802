/*
 * Runs a program that the kernel refuses some system calls, as sandboxes do: they
 * fail with EPERM. Compiled by tests/support/refuse.ts.
 *
 *     refuse CALL[,CALL]... COMMAND [ARGUMENT]...
 */
#include <string.h>

#include "seccomp.h"

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    {"perf_event_open", SYS_perf_event_open},
    {"process_vm_readv", SYS_process_vm_readv},
    {"timer_create", SYS_timer_create},
};

enum { CALLS = sizeof calls / sizeof *calls };

static int number_of(const char *name)
{
    for (int i = 0; i < CALLS; i++)
        if (strcmp(calls[i].name, name) == 0)
            return (int)calls[i].number;
    return -1;
}

int main(int count, char **arguments)
{
    struct sock_filter filter[5 + 2 * CALLS] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        LOAD(nr),
    };
    unsigned short size = 4;
    if (count < 3)
        return 125;
    for (char *name = strtok(arguments[1], ","); name != NULL; name = strtok(NULL, ",")) {
        const int number = number_of(name);
        if (number < 0 || size + 3 > (int)(sizeof filter / sizeof *filter)) {
            fprintf(stderr, "refuse: no such call: %s\n", name);
            return 125;
        }
        filter[size++] = (struct sock_filter)UNLESS(BPF_JEQ, (unsigned)number, 1);
        filter[size++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
    }
    filter[size++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    return run_filtered(filter, size, arguments + 2);
}
