/*
 * Native memory as perf records it: the kernel gives a program memory page by page, when the program
 * touches a page first, and perf samples these page faults. The event's name says so in the file, since
 * perf's own name for it would stand for a number of faults.
 */
import { readFileSync } from "node:fs";

/** The event of such a recording, in reports. */
export const NATIVE_MEMORY = "native-memory";

/** The name in perf's files: with the bytes of a page, which the files have nowhere else. */
const EVENT_NAME = /^native-memory-([1-9]\d{2,7})(?=$|:)/;

/**
 * The event for `perf record -e`.
 *
 * @param interval Bytes between two samples; a page at least.
 * @param pageSize Bytes of a page.
 */
export function nativeMemoryEvent(interval: number, pageSize: number = pageBytes()): string {
  const faults = Math.max(1, Math.round(interval / pageSize));
  return `page-faults/name=${NATIVE_MEMORY}-${pageSize},period=${faults}/`;
}

/**
 * The bytes that one fault stands for.
 *
 * @param name An event's name in perf's file.
 * @returns `undefined` where it is another event.
 */
export function nativeMemoryPage(name: string): number | undefined {
  const bytes = EVENT_NAME.exec(name)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

/** The type of the entry that has the bytes of a page (linux/auxvec.h). */
const AT_PAGESZ = 6n;

/** The bytes of a page of this machine: 4096 on x86_64, up to 65536 on aarch64. */
function pageBytes(): number {
  try {
    const { buffer, byteOffset, byteLength } = readFileSync("/proc/self/auxv");
    const entries = new BigUint64Array(buffer.slice(byteOffset, byteOffset + byteLength));
    for (let i = 0; i + 1 < entries.length; i += 2) {
      if (entries[i] === AT_PAGESZ) return Number(entries[i + 1]);
    }
  } catch {
    // Without /proc there is no perf either.
  }
  return 4096;
}

/** The kernel's choice of large pages (Documentation/admin-guide/mm/transhuge.rst). */
const HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled";

/**
 * A warning where the kernel gives memory in large pages: one fault then stands for 2 MiB, and nothing in a
 * sample says so.
 *
 * @param file Where the choice is. @default {the kernel's}
 */
export function hugePagesWarning(file: string = HUGE_PAGES): string | undefined {
  try {
    if (!readFileSync(file, "utf8").includes("[always]")) return undefined;
  } catch {
    return undefined;
  }
  return "warning: the kernel gives programs pages of 2 MiB, so these amounts are far too small: " +
    `echo madvise | sudo tee ${HUGE_PAGES}`;
}
