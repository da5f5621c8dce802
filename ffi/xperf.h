/*
 * @x/perf: trampolines, small pieces of native code that stand on the stack
 * while a JavaScript function runs, so that perf(1) can see it.
 *
 * A call travels like this, innermost frame last:
 *
 *     JavaScript caller        compiled or interpreted by V8
 *     [libffi]                 only while the caller is not optimised
 *     xp_call                  entry_<arch>.S: repairs the chain, picks the trampoline
 *     trampoline               one per function, the address that perf samples
 *     xp_call_body             entry_<arch>.S: a frame of its own under the trampoline
 *     [libffi, runtime]        the runtime's way back into JavaScript
 *     JavaScript body
 *
 * Conventions. Functions that can fail return a value >= 0 on success and
 * -errno on failure; they never print, exit or abort. Memory that the library
 * maps stays mapped until the process ends: perf resolves a sampled address
 * long after the call, so an address is never given out twice.
 */
#ifndef XPERF_H
#define XPERF_H

#include <stddef.h>
#include <stdint.h>

#define XP_ABI_VERSION 8u

/* Bytes in the slot of a trampoline, on every architecture. */
#define XP_SLOT_SIZE 32u

/* Bytes per arena: one mmap, made executable once, then never changed. */
#define XP_ARENA_SIZE 65536u
#define XP_SLOTS_PER_ARENA (XP_ARENA_SIZE / XP_SLOT_SIZE)
#define XP_MAX_ARENAS 16384u

/* Isolates (the main thread and Workers) that can be attached at one time. */
#define XP_MAX_CONTEXTS 4096u

#define XP_EXPORT __attribute__((visibility("default")))
#define XP_HIDDEN __attribute__((visibility("hidden")))

/* The version of this interface. Any thread; cannot fail. */
XP_EXPORT uint32_t xp_abi_version(void);

/*
 * The effective user id, which owns the files that this process makes. A runtime may refuse to tell
 * it. Any thread; cannot fail.
 */
XP_EXPORT uint32_t xp_user_id(void);

/*
 * CLOCK_MONOTONIC in nanoseconds. A runtime may not provide it. Any thread, signal handlers too;
 * cannot fail.
 */
XP_EXPORT uint64_t xp_clock(void);

/*
 * Maps the first page of a file as executable and unmaps it at once. If perf records this process,
 * the kernel tells perf the file's path and the time. The file can be empty; the descriptor is open
 * for reading and stays the caller's. Any thread.
 * -EPERM, -EACCES: mapped files must not be executable here. Otherwise the -errno of mmap.
 */
XP_EXPORT int32_t xp_map_marker(int32_t descriptor);

/*
 * Reserves a trampoline and returns its index. `size` counts the code and the memory
 * behind it that no other trampoline may take, in bytes. Any thread.
 * -EINVAL: size is 0, or more than an arena. -ENOMEM: no memory, or XP_MAX_ARENAS arenas are full.
 * -EACCES, -EPERM: the system refuses executable memory.
 */
XP_EXPORT int32_t xp_register(uint32_t size);

/* The address of a registered trampoline, 0 for an index that is not registered. Any thread. */
XP_EXPORT uint64_t xp_trampoline_address(uint32_t index);

/* Bytes of code in one trampoline, the same for all. Any thread; cannot fail. */
XP_EXPORT uint32_t xp_trampoline_size(void);

/*
 * Attaches the calling thread's isolate and returns its context.
 * `body` is called on this thread by every xp_call with this context; the
 * caller keeps it alive until the thread ends. `stack_budget` is how far, in bytes
 * from the base of this thread's stack, trampolines may reach.
 * The context of a thread that has ended is given to another.
 * -EINVAL: no body. -EAGAIN: XP_MAX_CONTEXTS threads are attached.
 */
XP_EXPORT int32_t xp_attach(void (*body)(void), uint32_t stack_budget);

/*
 * Calls the context's body inside trampoline `index`. Returns 0 after the body
 * returned. Returns 1 without calling the body if the stack budget is used up.
 * The attached thread only; both numbers must come from xp_register and xp_attach.
 */
XP_EXPORT uint32_t xp_call(uint32_t index, uint32_t context);

/*
 * Learns from its caller's frame whether libffi breaks the frame-pointer chain
 * here: 1 if it does, and then xp_ffi_return_address() is known; otherwise 0.
 * The caller calls it once, through libffi, before the first xp_call. Any thread.
 */
XP_EXPORT uint32_t xp_probe(void);

/* The return address in libffi that xp_probe has learnt, 0 where the chain is whole. Any thread. */
XP_EXPORT uint64_t xp_ffi_return_address(void);

/* Bytes of stack that the calling thread has used; 0 where that cannot be known. Any thread. */
XP_EXPORT uint32_t xp_stack_used(void);

/*
 * Walks the frame pointers from the caller outwards: writes at most `capacity`
 * return addresses to `addresses` (the caller's memory), innermost first, and
 * returns how many. Reads nothing outside the calling thread's stack. Any thread.
 */
XP_EXPORT uint32_t xp_walk(uint64_t *addresses, uint32_t capacity);

/*
 * Walks like xp_walk, and writes three numbers for each frame record: its address,
 * the address of the caller's record, the return address. `capacity` counts records.
 * Any thread.
 */
XP_EXPORT uint32_t xp_walk_records(uint64_t *records, uint32_t capacity);

/*
 * Appends one line to the perf map of this process, in one write. Zeros may be put
 * in front of its first number, so that a killed process leaves whole lines
 * (append.c). The caller opens the file for appending, and closes it; `line` stays
 * the caller's. Any thread, each with a descriptor of its own.
 * -ENOSPC: the file system is full. -EFBIG: the file would exceed the process's
 * limit on file sizes. Otherwise the -errno of fstat or write. After a failure the
 * file ends where it did.
 */
XP_EXPORT int32_t xp_append(int32_t descriptor, const uint8_t *line, uint32_t size);

/*
 * The dump of this process for `perf inject --jit`, in a file that is open for
 * reading and appending. The caller opens and closes it; any number of threads
 * may have descriptors of the one file. One lock guards the time stamps and the
 * writes of all threads, so records are whole and stand in the order of their
 * times.
 */

/*
 * Makes an empty file the dump of this process. Maps its first page as
 * executable, for good: perf finds the dump by that mapping. Writes the header,
 * and fills in its time (at byte 24). Without effect for the file that is the
 * dump already. Any thread.
 * -EEXIST: the file is not empty. -EPERM, -EACCES: mapped files must not be
 * executable here. Otherwise the -errno of fstat, mmap or write; then nothing
 * is mapped, and the file is empty.
 */
XP_EXPORT int32_t xp_dump_open(int32_t descriptor, uint8_t *header, uint32_t size);

/*
 * Appends records to the dump in one write, and `hole` bytes behind them that
 * read as zeros and take no space. Fills in each record's time, CLOCK_MONOTONIC
 * in nanoseconds, and the thread and the code's index of a JIT_CODE_LOAD. The
 * last record's size counts the hole. Claims the addresses from range[0] up to
 * range[1], unless the range is empty, in one step with the write: no record of
 * another thread comes between. `records` and `range` stay the caller's. Any
 * thread.
 * -EALREADY: some of the range is claimed. -EINVAL: the sizes do not add up.
 * -ENOSPC, -EFBIG: as xp_append. Otherwise the -errno of fstat, write or
 * ftruncate. After a failure nothing is claimed, and the file ends where it did.
 */
XP_EXPORT int32_t xp_dump_append(int32_t descriptor, uint8_t *records, uint32_t size, uint32_t hole,
                                 const uint64_t *range);

/*
 * Finds the lowest part of the addresses from range[0] up to range[1] that no
 * thread of this process has claimed. Returns 1 with that part in `range` (the
 * caller's memory), or 0 if there is none. Any thread.
 */
XP_EXPORT uint32_t xp_unclaimed(uint64_t *range);

/*
 * Claims all unclaimed parts of the `size` bytes at `address`. The library itself
 * claims the arenas of trampolines. Any thread; cannot fail.
 */
XP_EXPORT void xp_claim(uint64_t address, uint32_t size);

/*
 * Copies `size` bytes of this process's memory at `address` to `target` (the
 * caller's memory). The caller guarantees that `size` bytes can be read and
 * written there. Any thread; cannot fail.
 */
XP_EXPORT void xp_copy(uint8_t *target, uint64_t address, uint32_t size);

/*
 * Copies like xp_copy, by a system call that fails where a load would fault. Returns
 * the number of bytes that could be read from `address` on, at most `size`. Any thread.
 * -EFAULT: no byte can be read. -EPERM, -ENOSYS: a sandbox forbids process_vm_readv.
 */
XP_EXPORT int32_t xp_read(uint8_t *target, uint64_t address, uint32_t size);

/*
 * Starts the sampler. It samples the CPU time (`event` 0) or the real time (1) of
 * all threads of this process, in any code, into a file that is open for appending.
 * Of CPU time a thread gives one stack for every `interval_ns` (at least 10 000) that
 * it has run. The kernel's tick may be longer, so a sample says how many intervals it
 * stands for. Of real time every thread is looked at once an interval, and gives a
 * stack if it has run since the last one; a signal ends a system call in which it
 * waits, once for each wait. sample_file.h has the format. The descriptor stays the
 * caller's, who may close it. Any thread.
 * -EALREADY: the sampler is on. -EINVAL: the interval is too short, or the event is
 * another. -EAGAIN: no
 * real-time signal is free, or no thread can be made. Otherwise the -errno of what
 * the sampler needs: the descriptor, memory, /proc/self/task, or permission to read
 * its own stack (process_vm_readv or /proc/self/mem).
 */
XP_EXPORT int32_t xp_sampler_start(int32_t descriptor, uint32_t interval_ns, uint32_t event);

/*
 * Stops the sampler, and returns once the file is complete. The sampler also stops
 * when the process exits, but not when the process is killed. Any thread.
 * -ESRCH: the sampler is not on. Otherwise the -errno of the first write that failed.
 */
XP_EXPORT int32_t xp_sampler_stop(void);

/*
 * Pauses the sampler (0) or resumes it (any other value); it starts resumed. Any thread; cannot
 * fail.
 */
XP_EXPORT void xp_sampler_enable(uint32_t on);

#endif
