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

#define XP_ABI_VERSION 7u

/* Every trampoline takes one slot of this size, in bytes, whatever the architecture needs. */
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

/* The user whose files this process makes (geteuid), which a runtime may not tell. Any thread; cannot fail. */
XP_EXPORT uint32_t xp_user_id(void);

/* CLOCK_MONOTONIC in nanoseconds, which a runtime may not tell. Any thread, signal handlers too; cannot fail. */
XP_EXPORT uint64_t xp_clock(void);

/*
 * Maps the first page of a file as executable and takes the page away at once: the kernel tells
 * perf, where perf records this process, the file's path and the time. The file can be empty; the
 * descriptor is open for reading and stays the caller's. Any thread.
 * -EPERM, -EACCES: mapped files must not be executable here. Else the -errno of mmap.
 */
XP_EXPORT int32_t xp_map_marker(int32_t descriptor);

/*
 * Reserves a trampoline and returns its index. `size` is in bytes: the code, and
 * behind it memory that no other trampoline takes. Any thread.
 * -EINVAL: size is 0, or more than an arena. -ENOMEM: no memory, or XP_MAX_ARENAS arenas are full.
 * -EACCES, -EPERM: the system refuses executable memory.
 */
XP_EXPORT int32_t xp_register(uint32_t size);

/* The address of a registered trampoline, 0 for an index that is not. Any thread. */
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
 * Calls the context's body inside trampoline `index`: 0 once it returned,
 * 1 when the stack budget is used up, and then the body has not been called.
 * The attached thread only; both numbers must come from xp_register and xp_attach.
 */
XP_EXPORT uint32_t xp_call(uint32_t index, uint32_t context);

/*
 * Learns from the frame it is called from whether libffi breaks the
 * frame-pointer chain here, and where it returns to: 1 it does, 0 it does not.
 * To be called once, through libffi, before the first xp_call. Any thread.
 */
XP_EXPORT uint32_t xp_probe(void);

/* The address in libffi that xp_probe has learnt, 0 where the chain is not broken. Any thread. */
XP_EXPORT uint64_t xp_ffi_return_address(void);

/* How much of its stack the calling thread has used, in bytes; 0 where that cannot be known. Any thread. */
XP_EXPORT uint32_t xp_stack_used(void);

/*
 * Walks the frame pointers from the caller outwards: writes at most `capacity`
 * return addresses to `addresses` (the caller's memory), innermost first, and
 * returns how many. Reads nothing outside the calling thread's stack. Any thread.
 */
XP_EXPORT uint32_t xp_walk(uint64_t *addresses, uint32_t capacity);

/*
 * The same walk, all of each frame record: where it is, the caller's record, the
 * return address; `capacity` counts records of three numbers. Any thread.
 */
XP_EXPORT uint32_t xp_walk_records(uint64_t *records, uint32_t capacity);

/*
 * Appends one line to the perf map of this process, in one write; its first number
 * can get zeros in front, so that a process that is killed leaves whole lines. The
 * caller opens and closes the file, for appending; `line` stays the caller's. Any
 * thread, each with a descriptor of its own.
 * -ENOSPC: the file system is full. -EFBIG: the file would be larger than the
 * process may make one. Else the -errno of fstat or write. After a failure the file
 * ends where it did.
 */
XP_EXPORT int32_t xp_append(int32_t descriptor, const uint8_t *line, uint32_t size);

/*
 * The dump of this process for `perf inject --jit`, in a file that is open for
 * reading and appending. The caller opens and closes it; any number of threads
 * may have descriptors of the one file. What goes into the file and when is
 * decided here under one lock, so that whichever thread writes, records are
 * whole, and their order is the order of their times.
 */

/*
 * Makes an empty file the dump of this process: maps its first page as
 * executable, the mark by which perf finds it, for good, and writes the header
 * (with the time at byte 24). Without effect for the file that is the dump
 * already. Any thread.
 * -EEXIST: the file is not empty. -EPERM, -EACCES: mapped files must not be
 * executable here. Else the -errno of fstat, mmap or write; then nothing is
 * mapped, and the file is empty.
 */
XP_EXPORT int32_t xp_dump_open(int32_t descriptor, uint8_t *header, uint32_t size);

/*
 * Appends records to the dump in one write, and `hole` bytes behind them that
 * read as zeros and take no space. Fills in each record's time, CLOCK_MONOTONIC
 * in nanoseconds, and in a JIT_CODE_LOAD the thread and the code's index. The last record's size
 * counts the hole. In the same step claims the addresses from range[0] up to
 * range[1], if there are any: what is claimed is written, and what others write
 * comes before or behind both. `records` and `range` stay the caller's. Any thread.
 * -EALREADY: some of the range is claimed. -EINVAL: the sizes do not add up.
 * -ENOSPC, -EFBIG: as xp_append. Else the -errno of fstat, write or ftruncate.
 * After a failure nothing is claimed, and the file ends where it did.
 */
XP_EXPORT int32_t xp_dump_append(int32_t descriptor, uint8_t *records, uint32_t size, uint32_t hole,
                                 const uint64_t *range);

/*
 * Of the addresses from range[0] up to range[1], finds the lowest part that
 * nobody in this process has claimed: 1, with that part in `range` (the
 * caller's memory), or 0 when there is none. Any thread.
 */
XP_EXPORT uint32_t xp_unclaimed(uint64_t *range);

/*
 * Claims of `size` bytes at `address` what nobody in this process has claimed.
 * The arenas of trampolines are claimed. Any thread; cannot fail.
 */
XP_EXPORT void xp_claim(uint64_t address, uint32_t size);

/*
 * Copies `size` bytes of this process's memory at `address` to `target` (the
 * caller's memory). The caller answers for both. Any thread; cannot fail.
 */
XP_EXPORT void xp_copy(uint8_t *target, uint64_t address, uint32_t size);

/*
 * The same, asking the system, so that nothing can happen: returns how many bytes from
 * `address` on can be read, at most `size`. Any thread.
 * -EFAULT: not one. -EPERM, -ENOSYS: a sandbox forbids process_vm_readv.
 */
XP_EXPORT int32_t xp_read(uint8_t *target, uint64_t address, uint32_t size);

/*
 * Samples the CPU time of all threads of this process, wherever they are, into
 * a file that is open for appending: a stack for every `interval_ns` (10 000 at
 * least) that a thread has run, as far as the kernel's tick allows; a sample
 * says how many intervals it stands for. sample_file.h has the format. The
 * descriptor stays the caller's, and is not needed any more. Any thread.
 * -EALREADY: it is on. -EINVAL: the interval is too short. -EAGAIN: no
 * real-time signal is free, or no thread can be made. Else the -errno of what
 * it needs: the descriptor, memory, /proc/self/task, or leave to read its own
 * stack (process_vm_readv or /proc/self/mem).
 */
XP_EXPORT int32_t xp_sampler_start(int32_t descriptor, uint32_t interval_ns);

/*
 * Ends it, and returns once the file is complete. It ends with the process of
 * its own accord, unless that is killed. Any thread.
 * -ESRCH: it is not on. Else the -errno of the first write that failed.
 */
XP_EXPORT int32_t xp_sampler_stop(void);

/* Whether samples are taken while it is on: 0 no, else yes, as from the start. Any thread; cannot fail. */
XP_EXPORT void xp_sampler_enable(uint32_t on);

#endif
