/*
 * Runs a program that the kernel refuses some system calls, as sandboxes do: they
 * fail with EPERM. Compiled by tests/support/refuse.ts.
 *
 *     refuse CALL[,CALL]... COMMAND [ARGUMENT]...
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
/* Skips one instruction unless the accumulator is `value`. */
#define UNLESS(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)

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
        filter[size++] = (struct sock_filter)UNLESS((unsigned)number);
        filter[size++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
    }
    filter[size++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {size, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("refuse");
        return 125;
    }
    execvp(arguments[2], arguments + 2);
    perror(arguments[2]);
    return 126;
}
