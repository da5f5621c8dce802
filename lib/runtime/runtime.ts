/*
 * Which runtime this is, on which machine, and what it may do. Nothing else asks.
 */
import { readFileSync, realpathSync } from "node:fs";
import process from "node:process";

import { denoHost } from "./deno_host.ts";
import type { Host, Permission, RuntimeName } from "./host.ts";
import { parseProcessStart } from "./process_start.ts";
import { bunHost, nodeHost } from "./node_host.ts";

export type { Permission, RuntimeName };

/** Where this process runs. */
export interface Platform {
  /** Operating system, as `uname -s` has it, in small letters. */
  os: string;
  /** Architecture, as `uname -m` has it. */
  arch: string;
  /** The runtime and its version. */
  runtime: { name: RuntimeName; version: string };
}

const versions: Readonly<Record<string, string | undefined>> = process.versions;

/** What is particular to this runtime. */
export const host: Host = versions["deno"] !== undefined
  ? denoHost
  : versions["bun"] !== undefined
  ? bunHost
  : nodeHost;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** Where this process runs. */
export function currentPlatform(): Platform {
  return {
    os: process.platform,
    arch: ARCHITECTURES[process.arch] ?? process.arch,
    runtime: { name: host.name, version: versions[host.name] ?? "" },
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

/** This process's number in its own pid namespace. */
export function processId(): number {
  return process.pid;
}

/** The directory that relative paths start from. */
export function workingDirectory(): string {
  return process.cwd();
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

/** Whether something is allowed without asking anybody; always, outside of Deno. */
export function isGranted(permission: Permission): boolean {
  return host.isGranted(permission);
}

/** The flag that grants the first of some permissions that is missing; `undefined` where none is. */
export function missingPermission(needed: readonly Permission[]): string | undefined {
  const missing = needed.find((permission) => !isGranted(permission));
  if (missing === undefined) return undefined;
  // Deno gives every descriptor that it is asked about a path, if only an undefined one.
  const what = "path" in missing ? missing.path : "host" in missing ? missing.host : undefined;
  const scope = what === undefined ? "" : `=${what}`;
  return `--allow-${missing.name}${scope}`;
}

/** Whether an error is the runtime's refusal for want of a permission. */
export function isPermissionError(error: unknown): boolean {
  return host.isPermissionError(error);
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
  if (host.isMainThread()) host.onProcessEnd(listener);
}

let knownProcessStart: number | undefined;

/**
 * When this process started, in milliseconds since the epoch, at most 30 ms too early. Where /proc
 * must not be read it is when the runtime was ready, and in a Worker, which comes later, the
 * beginning of time.
 */
export function processStart(): number {
  return knownProcessStart ??= readProcessStart() ??
    (host.isMainThread() ? performance.timeOrigin - 30 : -Infinity);
}

function readProcessStart(): number | undefined {
  try {
    for (const path of ["/proc/self/stat", "/proc/uptime"]) {
      if (!isGranted({ name: "read", path })) return undefined;
    }
    const stat = readFileSync("/proc/self/stat", "utf8");
    return parseProcessStart(stat, readFileSync("/proc/uptime", "utf8"), Date.now());
  } catch {
    return undefined;
  }
}
