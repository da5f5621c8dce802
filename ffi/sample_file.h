/*
 * The file of the sampler: records one behind the other, each a multiple of 8
 * bytes, in the machine's byte order; the first is a `start`. A process killed
 * at any moment leaves whole records and at most one that is cut off.
 * lib/recording/built_in/sample_file.ts reads it.
 */
#ifndef XPERF_SAMPLE_FILE_H
#define XPERF_SAMPLE_FILE_H

#include <stdint.h>

#define XP_SAMPLE_FILE_VERSION 2u

/* Addresses per sample, at most; the outermost frames of a deeper stack are left out. */
#define XP_SAMPLE_DEPTH 1024u

enum xp_record_kind {
    XP_RECORD_START = 0x31535058, /* "XPS1" */
    XP_RECORD_SAMPLE = 1,
    XP_RECORD_THREAD = 2,
    XP_RECORD_MAPS = 3,
    XP_RECORD_STATUS = 4,
    XP_RECORD_REPEAT = 5,
};

/* The time that is sampled: the CPU time of threads, or real time. */
enum xp_event {
    XP_EVENT_CPU = 0,
    XP_EVENT_WALL = 1,
};

/* States of a thread when it was sampled; from 0 on it waits in the system call of that number. */
#define XP_STATE_RUNNING (-2)
#define XP_STATE_WAITING (-1) /* not in a system call, as for a page of memory */

struct xp_record {
    uint32_t kind;
    uint32_t size; /* of the whole record */
};

struct xp_start {
    struct xp_record record;
    uint32_t version;
    uint32_t machine; /* e_machine of elf(5) */
    uint32_t process;
    uint32_t interval;  /* nanoseconds of CPU time or real time between two samples of a thread */
    uint64_t time;      /* CLOCK_MONOTONIC, nanoseconds, like all times of this file */
    uint64_t real_time; /* CLOCK_REALTIME at the same moment */
    uint32_t event;     /* enum xp_event */
    uint32_t unused;
};
_Static_assert(sizeof(struct xp_start) == 48, "on disk");

/* Followed by addresses, 8 bytes each, innermost first. */
struct xp_sample {
    struct xp_record record;
    uint32_t thread;
    uint32_t weight; /* the number of intervals it stands for; microseconds of real time */
    uint64_t time;   /* of real time the end of that time */
    int32_t state;   /* XP_STATE_*, or a system call */
    uint32_t unused;
};
_Static_assert(sizeof(struct xp_sample) == 32, "on disk");

/*
 * Real time in which a thread has not run since its last sample. If that sample's state is
 * running, the thread waited for a processor.
 */
struct xp_repeat {
    struct xp_record record;
    uint32_t thread;
    uint32_t weight; /* microseconds */
    uint64_t time;   /* the end of that time */
};
_Static_assert(sizeof(struct xp_repeat) == 24, "on disk");

struct xp_thread {
    struct xp_record record;
    uint32_t thread;
    uint32_t unused;
    char name[16]; /* ended by zeros */
};
_Static_assert(sizeof(struct xp_thread) == 32, "on disk");

/* Followed by the lines of /proc/self/maps for code in files, padded with zeros to 8 bytes. */
struct xp_maps {
    struct xp_record record;
    uint64_t time;
};
_Static_assert(sizeof(struct xp_maps) == 16, "on disk");

/* All fields count from the start of sampling. */
struct xp_status {
    struct xp_record record;
    uint64_t time;
    uint64_t cpu_time; /* nanoseconds of the whole process while sampling was on */
    uint64_t runs;     /* runs of the handler for timers of this library */
    uint64_t dropped;  /* intervals whose samples found no free slot or window */
    uint64_t unarmed;  /* threads that could not be given a timer */
};
_Static_assert(sizeof(struct xp_status) == 48, "on disk");

#endif
