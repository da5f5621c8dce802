/* The words of seccomp filters, shared by the programs that run others in a sandbox. */
#ifndef XPERF_SECCOMP_H
#define XPERF_SECCOMP_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
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
/* Skips `count` instructions unless the comparison with the accumulator holds. */
#define UNLESS(comparison, value, count) BPF_JUMP(BPF_JMP | comparison | BPF_K, value, 0, count)

/* Becomes the command under the filter. What it returns is the exit status of a failure. */
static inline int run_filtered(struct sock_filter *filter, unsigned short size, char **command)
{
    const struct sock_fprog program = {size, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("seccomp");
        return 125;
    }
    execvp(command[0], command);
    perror(command[0]);
    return 126;
}

#endif
