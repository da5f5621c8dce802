import { mkdtempSync, rmdirSync } from "node:fs";

import { isGranted, type Permission, userId } from "../../runtime/runtime.ts";
import { trySampling } from "../../sampler/sampler_trial.ts";
import { type Support, testSupport } from "../../api/support.ts";
import { newerPerfCommand } from "../../perf/perf_failure.ts";
import {
  findPerf,
  type PerfTool,
  readLimits,
  readText,
  runPerf,
  tryRecording,
} from "../../perf/perf_tool.ts";

/** The result of a trial: its value, or the error that stopped it. */
export type Outcome<T> = { value: T } | { error: string; hint?: string };

/** The facts that {@linkcode checkFacts} judges. */
export interface Facts {
  /** The abilities of this process. */
  support: Support;
  /** The `perf` command. */
  perf: Outcome<PerfTool & { unwindsDwarf: boolean }>;
  /**
   * The result of a trial recording with `perf`; the event is `undefined` for perf's own choice.
   */
  recording: Outcome<{ event: string | undefined; isFallback: boolean }>;
  /** The result of a trial of the built-in sampler. */
  sampler: Outcome<true>;
  /** The command that installs a newer `perf`. */
  newerPerf: string;
  /** The kernel's settings; `undefined` where one cannot be read. */
  kernel: {
    paranoid: number | undefined;
    maxStack: number | undefined;
    kptrRestrict: number | undefined;
  };
  /** Whether this is the superuser. */
  isRoot: boolean;
  /** The state of /tmp, the directory of maps and jitdumps. */
  tmp: { write: Outcome<true>; mountOptions: readonly string[] };
  /** Permissions that are needed and not granted, as `ffi`. */
  missingPermissions: readonly string[];
}

const PERMISSIONS: readonly Permission["name"][] = [
  "read",
  "write",
  "env",
  "ffi",
  "run",
  "sys",
];

/**
 * Gathers the facts of this machine and this process. Makes no map, and leaves no file behind but that
 * of the native library.
 */
export function gatherFacts(): Facts {
  const perf = attempt(() => ({ ...findPerf(), unwindsDwarf: unwindsDwarf() }));
  return {
    support: testSupport(),
    perf,
    recording: "error" in perf ? perf : attempt(() => tryRecording({}, perf.value.version)),
    sampler: attempt(() => {
      trySampling();
      return true as const;
    }),
    newerPerf: newerPerfCommand(readText("/etc/os-release") ?? ""),
    kernel: {
      paranoid: readLimits().paranoid,
      maxStack: readNumber("/proc/sys/kernel/perf_event_max_stack"),
      kptrRestrict: readNumber("/proc/sys/kernel/kptr_restrict"),
    },
    isRoot: userId() === 0,
    tmp: {
      write: attempt(() => {
        rmdirSync(mkdtempSync("/tmp/xperf-"));
        return true as const;
      }),
      mountOptions: mountOptions("/tmp", readText("/proc/self/mounts") ?? ""),
    },
    missingPermissions: PERMISSIONS.filter((name) => !isGranted({ name })),
  };
}

/**
 * Returns the mount options of the file system that holds a path.
 *
 * @param path An absolute path.
 * @param mounts Content of /proc/self/mounts.
 */
export function mountOptions(path: string, mounts: string): string[] {
  let found = { point: "", options: "" };
  for (const line of mounts.split("\n")) {
    const [, point, , options] = line.split(" ");
    if (point === undefined || options === undefined) continue;
    const holds = `${path}/`.startsWith(point.endsWith("/") ? point : `${point}/`);
    // Of two mounts at one place the later hides the earlier.
    if (holds && point.length >= found.point.length) found = { point, options };
  }
  return found.options.split(",");
}

function unwindsDwarf(): boolean {
  return /(dwarf-unwind|libunwind): \[ on/i.test(runPerf(["version", "--build-options"]).stdout);
}

function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text === undefined ? undefined : Number(text);
}

function attempt<T>(action: () => T): Outcome<T> {
  try {
    return { value: action() };
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    return { error: message, hint };
  }
}
