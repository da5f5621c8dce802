/*
 * Runs a program in which no memory can be made executable, as SELinux without
 * `execmem` has it: mprotect(PROT_EXEC) fails with EACCES. Compiled by
 * tests/support/refuse.ts.
 *
 *     no_exec COMMAND [ARGUMENT]...
 */
#include <sys/mman.h>

#include "seccomp.h"

int main(int count, char **arguments)
{
    struct sock_filter filter[] = {
        LOAD(arch),
        UNLESS(BPF_JEQ, ARCHITECTURE, 5),
        LOAD(nr),
        UNLESS(BPF_JEQ, SYS_mprotect, 3),
        LOAD(args[2]),
        UNLESS(BPF_JSET, PROT_EXEC, 1),
        RETURN(SECCOMP_RET_ERRNO | EACCES),
        RETURN(SECCOMP_RET_ALLOW),
    };
    if (count < 2)
        return 125;
    return run_filtered(filter, sizeof filter / sizeof *filter, arguments + 1);
}
