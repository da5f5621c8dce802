/*
 * Which runtime this is, on which machine, and what it may do. Nothing else asks.
 */
import { readFileSync, realpathSync } from "node:fs";
import process from "node:process";
import * as workerThreads from "node:worker_threads";

import { openByFfi } from "./ffi_library.ts";
import { openByNodeApi } from "./napi_library.ts";
import type { NativeLibrary } from "./native_functions.ts";

/** A JavaScript runtime. */
export type RuntimeName = "deno" | "node" | "bun";

/** Where this process runs. */
export interface Platform {
  /** Operating system, as `uname -s` has it, in small letters. */
  os: string;
  /** Architecture, as `uname -m` has it. */
  arch: string;
  /** The runtime and its version. */
  runtime: { name: RuntimeName; version: string };
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** Where this process runs. */
export function currentPlatform(): Platform {
  const versions: Record<string, string | undefined> = process.versions;
  const name = (["deno", "bun"] as const).find((known) => versions[known] !== undefined) ?? "node";
  return {
    os: process.platform,
    arch: ARCHITECTURES[process.arch] ?? process.arch,
    runtime: { name, version: versions[name] ?? "" },
  };
}

/** The architectures that have an emitter and an entry stub. */
export const TRAMPOLINE_ARCHITECTURES: readonly string[] = ["x86_64", "aarch64"];

/** Why a platform has no trampolines; `undefined` where it has. */
export function trampolineObstacle({ os, arch }: Platform): string | undefined {
  return os === "linux" && TRAMPOLINE_ARCHITECTURES.includes(arch)
    ? undefined
    : `perf trampoline not available on ${os} ${arch}: must be linux ${
      TRAMPOLINE_ARCHITECTURES.join(" or ")
    }`;
}

/** Opens the C library in the way of the runtime. It has been verified. */
export function openLibrary(path: string): NativeLibrary {
  return typeof Deno === "undefined" ? openByNodeApi(path) : openByFfi(path);
}

/** This process's number in its own pid namespace. */
export function processId(): number {
  return process.pid;
}

/** The path of the runtime's program, as the memory maps have it. */
export function runtimePath(): string {
  return realpathSync(process.execPath);
}

/** The user whose files this process makes; `undefined` where it must not be asked. */
export function userId(): number | undefined {
  const mayAsk = typeof Deno === "undefined" ||
    Deno.permissions.querySync({ name: "sys", kind: "uid" }).state === "granted";
  return mayAsk ? process.geteuid!() : undefined;
}

/** A permission of Deno. */
export type Permission =
  | { name: "ffi" }
  | { name: "read" | "write"; path: string }
  | { name: "env"; variable: string };

/** Whether something is allowed without asking anybody; always, outside of Deno. */
export function isGranted(permission: Permission): boolean {
  if (typeof Deno === "undefined") return true;
  return Deno.permissions.querySync(permission).state === "granted";
}

/** The flag that grants the first of some permissions that is missing; `undefined` where none is. */
export function missingPermission(needed: readonly Permission[]): string | undefined {
  const missing = needed.find((permission) => !isGranted(permission));
  if (missing === undefined) return undefined;
  const scope = missing.name === "read" || missing.name === "write" ? `=${missing.path}` : "";
  return `--allow-${missing.name}${scope}`;
}

/** Whether an error is the runtime's refusal for want of a permission. */
export function isPermissionError(error: unknown): boolean {
  return typeof Deno === "undefined"
    ? (error as { code?: string } | undefined)?.code === "ERR_ACCESS_DENIED"
    : error instanceof Deno.errors.NotCapable;
}

/** Reads an environment variable; `undefined` too where it may not be read. Never prompts. */
export function readVariable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? process.env[name] : undefined;
}

/**
 * Calls a function when the process ends of its own accord. A Worker's end is not
 * the process's, and there it is never called.
 */
export function onProcessEnd(listener: () => void): void {
  if (!isMainThread()) return;
  // Deno.exit() is heard by `unload` only, process.exit() of Node by `exit` only.
  if (typeof Deno === "undefined") process.once("exit", listener);
  else globalThis.addEventListener("unload", listener, { once: true });
}

/** Whether this is the thread that the process started with. */
function isMainThread(): boolean {
  // Workers of either kind lack it, and to ask for its value would take a permission.
  if (typeof Deno !== "undefined") return Object.hasOwn(Deno, "mainModule");
  return workerThreads.isMainThread;
}

let knownProcessStart: number | undefined;

/**
 * When this process started, in milliseconds since the epoch, at most 30 ms too early.
 *
 * proc(5): field 22 of /proc/self/stat is the start in ticks of 10 ms since
 * boot, the first of /proc/uptime is now in seconds since boot. Where these must not be read it is
 * when the runtime was ready, and in a Worker, which comes later, the beginning of time.
 */
export function processStart(): number {
  return knownProcessStart ??= readProcessStart() ??
    (isMainThread() ? performance.timeOrigin - 30 : -Infinity);
}

function readProcessStart(): number | undefined {
  try {
    for (const path of ["/proc/self/stat", "/proc/uptime"]) {
      if (!isGranted({ name: "read", path })) return undefined;
    }
    const stat = readFileSync("/proc/self/stat", "utf8");
    // The second field is the program's name and may hold spaces and parentheses.
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    const start = Date.now() - (uptime * 1000 - ticks * 10) - 30;
    return Number.isNaN(start) ? undefined : start;
  } catch {
    return undefined;
  }
}
