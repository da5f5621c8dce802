import type { EngineName } from "../../engines/engine.ts";
import type { Feature } from "../../api/support.ts";
import type { Facts, Outcome } from "./doctor_facts.ts";

/** One line of the doctor's findings. */
export interface Check {
  /** The subject of the check. */
  name: string;
  /** `failed` only where a profile cannot be recorded, or shows no JavaScript. */
  status: "ok" | "limited" | "failed";
  /** The finding. */
  detail: string;
  /** The command that mends it. */
  hint?: string;
}

/**
 * Judges the facts of a machine.
 *
 * @param facts The facts.
 */
export function checkFacts(facts: Facts): Check[] {
  return [
    checkTrampolines(facts),
    checkFramePointers(facts),
    checkEngines(facts),
    checkPerf(facts),
    checkRecording(facts),
    checkSampler(facts),
    checkJit(facts),
    checkParanoid(facts),
    checkMaxStack(facts),
    checkKptrRestrict(facts),
    checkTmpWritable(facts),
    checkTmpExecutable(facts),
    checkPermissions(facts),
  ];
}

/** Whether a profile can be recorded: nothing has failed. */
export function canProfile(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== "failed");
}

function checkTrampolines({ support }: Facts): Check {
  const { os, arch, runtime, trampolines } = support;
  return {
    name: "HAVE_PERF_TRAMPOLINE",
    status: trampolines.available ? "ok" : "failed",
    detail: trampolines.reason ?? `${os} ${arch}, ${runtime.name} ${runtime.version}`,
  };
}

function checkFramePointers({ support: { framePointers } }: Facts): Check {
  return {
    name: "frame pointers",
    status: framePointers.available ? "ok" : "limited",
    detail: describe(framePointers, "whole from inside a trampoline to the program's start"),
  };
}

function checkEngines({ support: { engines } }: Facts): Check {
  const usable = Object.values(engines).some(({ available }) => available);
  return {
    name: "engines",
    status: usable ? "ok" : "failed",
    detail: Object.entries(engines)
      .map(([name, feature]) => `${name}: ${describe(feature, "available")}`)
      .concat(usable ? [`auto takes ${cheapest(engines)}`] : []).join("; "),
  };
}

/** The engine that `auto` takes. */
function cheapest({ wasm }: Facts["support"]["engines"]): EngineName {
  return wasm.available ? "wasm" : "native";
}

function checkPerf({ perf, sampler }: Facts): Check {
  const name = "perf";
  if ("error" in perf) return without(name, perf, sampler);
  return { name, status: "ok", detail: `version ${perf.value.name}` };
}

function checkRecording({ recording, sampler }: Facts): Check {
  const name = "recording";
  if ("error" in recording) return without(name, recording, sampler);
  const { event, isFallback } = recording.value;
  return {
    name,
    status: "ok",
    detail: isFallback
      ? `works with -e ${event}; this machine has no hardware events for perf`
      : "works with hardware events",
  };
}

type Failure = Extract<Outcome<unknown>, { error: string }>;

/**
 * Without perf `profile` uses the built-in sampler, so this is a failure only if that fails too.
 */
function without(name: string, { error, hint }: Failure, sampler: Outcome<true>): Check {
  return { name, status: "error" in sampler ? "failed" : "limited", detail: error, hint };
}

function checkSampler({ sampler, recording }: Facts): Check {
  const name = "built-in sampler";
  const isNeeded = "error" in recording;
  if ("error" in sampler) {
    const { error, hint } = sampler;
    return { name, status: isNeeded ? "failed" : "limited", detail: error, hint };
  }
  return {
    name,
    status: "ok",
    detail: isNeeded
      ? "works, profile uses it; it sees nothing of the kernel"
      : "works, for where perf does not (--sampler builtin)",
  };
}

function checkJit({ perf, newerPerf }: Facts): Check {
  const name = "perf's abilities";
  if ("error" in perf) return { name, status: "limited", detail: "unknown without perf" };
  const { version, unwindsDwarf } = perf.value;
  const abilities = {
    "perf map": true,
    "jitdump with unwinding (6.7.2 or newer)": version.unwindsJitdump,
    "--call-graph dwarf": unwindsDwarf,
  };
  const all = Object.values(abilities).every((able) => able);
  return {
    name,
    status: all ? "ok" : "limited",
    detail: Object.entries(abilities)
      .map(([ability, able]) => able ? ability : `no ${ability}`).join("; "),
    hint: version.unwindsJitdump ? undefined : newerPerf,
  };
}

function checkParanoid({ kernel: { paranoid }, isRoot }: Facts): Check {
  const name = "perf_event_paranoid";
  if (paranoid === undefined) return unreadable(name);
  const reach = paranoid <= 1 || isRoot
    ? "kernel and user code"
    : paranoid === 2
    ? "user code only, no kernel frames"
    : "nothing for this user on most systems";
  return {
    name,
    status: paranoid <= 1 || isRoot ? "ok" : "limited",
    detail: `${paranoid}${isRoot ? " (as root)" : ""}: ${reach}`,
    hint: paranoid <= 1 || isRoot ? undefined : "sudo sysctl kernel.perf_event_paranoid=1",
  };
}

/** The number of frames of one instrumented call, with the function's own. */
const FRAMES_PER_CALL: Readonly<Record<EngineName, number>> = { wasm: 4, native: 14 };

/** The kernel's default (PERF_MAX_STACK_DEPTH, linux/perf_event.h). */
const USUAL_MAX_STACK = 127;

function checkMaxStack({ kernel: { maxStack }, support: { engines } }: Facts): Check {
  const name = "perf_event_max_stack";
  if (maxStack === undefined) return unreadable(name);
  return {
    name,
    status: maxStack >= USUAL_MAX_STACK ? "ok" : "limited",
    detail: `${maxStack} frames, some ${
      Math.floor(maxStack / FRAMES_PER_CALL[cheapest(engines)])
    } instrumented calls deep`,
    hint: maxStack > USUAL_MAX_STACK ? undefined : "sudo sysctl kernel.perf_event_max_stack=1024",
  };
}

function checkKptrRestrict({ kernel: { kptrRestrict }, isRoot }: Facts): Check {
  const name = "kptr_restrict";
  if (kptrRestrict === undefined) return unreadable(name);
  const shown = kptrRestrict === 0 || (kptrRestrict === 1 && isRoot);
  return {
    name,
    status: shown ? "ok" : "limited",
    detail: `${kptrRestrict}: kernel frames ${shown ? "have" : "lack"} their names`,
    hint: shown ? undefined : "sudo sysctl kernel.kptr_restrict=0",
  };
}

function checkTmpWritable({ tmp: { write } }: Facts): Check {
  const name = "/tmp writable";
  if ("error" in write) {
    return { name, status: "failed", detail: write.error, hint: "sudo chmod 1777 /tmp; df /tmp" };
  }
  return { name, status: "ok", detail: "perf maps can be written" };
}

function checkTmpExecutable({ tmp: { mountOptions } }: Facts): Check {
  const name = "/tmp executable";
  if (mountOptions.includes("noexec")) {
    return {
      name,
      status: "limited",
      detail: "mounted noexec: the native library and a jitdump cannot be mapped",
      hint: "sudo mount -o remount,exec /tmp",
    };
  }
  return { name, status: "ok", detail: "the native library and a jitdump can be mapped" };
}

function checkPermissions({ missingPermissions: missing }: Facts): Check {
  return {
    name: "permissions",
    status: missing.length === 0 ? "ok" : "failed",
    detail: missing.length === 0
      ? "all that is needed"
      : `missing: ${missing.map((name) => `--allow-${name}`).join(" ")}`,
    hint: missing.length === 0 ? undefined : "deno run -A …",
  };
}

function describe({ available, reason }: Feature, whenAvailable: string): string {
  if (available) return whenAvailable;
  return `${available === undefined ? "not tested" : "no"}: ${reason}`;
}

function unreadable(name: string): Check {
  return { name, status: "limited", detail: `unknown: /proc/sys/kernel/${name} cannot be read` };
}
