/**
 * Finds the system call in which a thread waits.
 *
 * @param names The names of the kernel's frames, outermost first.
 * @returns Its name, as `futex`; `page fault` where the thread waits for memory; empty where the
 * names do not tell.
 */
export function blockingCall(names: readonly string[]): string {
  for (const name of names) {
    const call = SYSTEM_CALL.exec(name)?.[1];
    if (call !== undefined) return call;
    if (PAGE_FAULT.test(name)) return "page fault";
  }
  return "";
}

/**
 * The kernel's functions for system calls: one for each architecture (`__SYSCALL_DEFINEx` in
 * arch/x86/include/asm/syscall_wrapper.h), and one inside of it (include/linux/syscalls.h).
 */
const SYSTEM_CALL = /^__(?:x64|ia32|arm64|do|se)_(?:compat_)?sys_(\w+)$/;

/** The entries for page faults of x86_64 and aarch64. */
const PAGE_FAULT = /^(?:asm_exc_page_fault|do_page_fault|do_translation_fault|do_mem_abort)$/;

/** The system calls in which event loops wait for events. */
const POLLING = new Set([
  ...["epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"],
  "io_uring_enter",
]);

/** Whether an event loop may wait in this system call. */
export function waitsForEvents(call: string): boolean {
  return POLLING.has(call);
}

/** Numbers of system calls in which threads wait, by `e_machine` of elf(5). */
const NUMBERS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  // x86_64: arch/x86/entry/syscalls/syscall_64.tbl
  62: {
    ...{ 0: "read", 1: "write", 7: "poll", 17: "pread64", 18: "pwrite64", 19: "readv" },
    ...{ 20: "writev", 23: "select", 24: "sched_yield", 34: "pause", 35: "nanosleep" },
    ...{ 42: "connect", 43: "accept", 44: "sendto", 45: "recvfrom", 46: "sendmsg" },
    ...{ 47: "recvmsg", 61: "wait4", 72: "fcntl", 73: "flock", 74: "fsync", 75: "fdatasync" },
    ...{ 2: "open", 128: "rt_sigtimedwait", 130: "rt_sigsuspend", 202: "futex" },
    ...{ 230: "clock_nanosleep", 232: "epoll_wait", 247: "waitid", 257: "openat" },
    ...{ 270: "pselect6", 271: "ppoll", 281: "epoll_pwait", 288: "accept4" },
    ...{ 299: "recvmmsg", 426: "io_uring_enter", 441: "epoll_pwait2" },
    ...{ 56: "clone", 58: "vfork", 435: "clone3" },
  },
  // aarch64: include/uapi/asm-generic/unistd.h
  183: {
    ...{ 22: "epoll_pwait", 25: "fcntl", 32: "flock", 56: "openat", 63: "read", 64: "write" },
    ...{ 65: "readv", 66: "writev", 67: "pread64", 68: "pwrite64", 72: "pselect6", 73: "ppoll" },
    ...{ 82: "fsync", 83: "fdatasync", 95: "waitid", 98: "futex", 101: "nanosleep" },
    ...{ 115: "clock_nanosleep", 133: "rt_sigsuspend", 137: "rt_sigtimedwait" },
    ...{ 202: "accept", 203: "connect", 206: "sendto", 207: "recvfrom", 211: "sendmsg" },
    ...{ 212: "recvmsg", 242: "accept4", 243: "recvmmsg", 260: "wait4" },
    ...{ 220: "clone", 426: "io_uring_enter", 435: "clone3", 441: "epoll_pwait2" },
  },
};

/**
 * The name of a system call.
 *
 * @param machine `e_machine` of elf(5).
 * @param number The call's number; below 0 outside of any.
 * @returns Its name, or `system call 123`; `page fault` outside of any, since a thread that waits in
 * no system call waits for memory.
 */
export function systemCallName(machine: number, number: number): string {
  if (number < 0) return "page fault";
  return NUMBERS[machine]?.[number] ?? `system call ${number}`;
}
