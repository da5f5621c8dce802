/*
 * Runs a program in which no memory can be made executable, as SELinux without
 * `execmem` has it: mprotect(PROT_EXEC) fails with EACCES. Compiled and used by
 * tests/limits_test.ts.
 *
 *     no_exec COMMAND [ARGUMENT]...
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
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
/* Skips `count` instructions unless the comparison holds. */
#define UNLESS(comparison, value, count) BPF_JUMP(BPF_JMP | comparison | BPF_K, value, 0, count)

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
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("no_exec");
        return 125;
    }
    execvp(arguments[1], arguments + 1);
    perror(arguments[1]);
    return 126;
}
