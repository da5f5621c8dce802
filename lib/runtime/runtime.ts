/*
 * The runtime, the machine and the permissions of this process, for all other modules.
 */
import process from "node:process";

import { readFileSync, realpathSync } from "../base/file_system.ts";
import { denoHost } from "./deno_host.ts";
import type { Host, Permission, RuntimeName, StartOptions } from "./host.ts";
import { parseProcessStart } from "./process_start.ts";
import { bunHost, nodeHost } from "./node_host.ts";

export type { Permission, RuntimeName, StartOptions };

/** The platform of a process. */
export interface Platform {
  /** Operating system, as `uname -s` prints it, in lower case. */
  os: string;
  /** Architecture, as `uname -m` prints it. */
  arch: string;
  /** The runtime and its version. */
  runtime: { name: RuntimeName; version: string };
}

const versions: Readonly<Record<string, string | undefined>> = process.versions;

/** The functions that are particular to this runtime. */
export const host: Host = versions["deno"] !== undefined
  ? denoHost
  : versions["bun"] !== undefined
  ? bunHost
  : nodeHost;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The platform of this process. */
export function currentPlatform(): Platform {
  return {
    os: process.platform,
    arch: ARCHITECTURES[process.arch] ?? process.arch,
    runtime: { name: host.name, version: versions[host.name] ?? "" },
  };
}

/** The architectures that have an emitter and an entry stub. */
export const TRAMPOLINE_ARCHITECTURES: readonly string[] = ["x86_64", "aarch64"];

/** The reason why a platform has no trampolines; `undefined` if it has. */
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

/** The path of the runtime's program, as in the memory maps. */
export function runtimePath(): string {
  return realpathSync(process.execPath);
}

/** The effective user id of this process; `undefined` without permission to ask. Never prompts. */
export function userId(): number | undefined {
  const mayAsk = typeof Deno === "undefined" ||
    Deno.permissions.querySync({ name: "sys", kind: "uid" }).state === "granted";
  return mayAsk ? process.geteuid!() : undefined;
}

/** Whether a permission is granted; always true outside of Deno. Never prompts. */
export function isGranted(permission: Permission): boolean {
  return host.isGranted(permission);
}

/** The flag that grants the first missing permission; `undefined` if none is missing. */
export function missingPermission(needed: readonly Permission[]): string | undefined {
  const missing = needed.find((permission) => !isGranted(permission));
  if (missing === undefined) return undefined;
  // Deno adds `path` to the descriptors that it is asked about, if need be an undefined one.
  const what = "path" in missing ? missing.path : undefined;
  const scope = what === undefined ? "" : `=${what}`;
  return `--allow-${missing.name}${scope}`;
}

/** Whether the runtime threw an error because a permission is missing. */
export function isPermissionError(error: unknown): boolean {
  return host.isPermissionError(error);
}

/** Reads an environment variable; `undefined` too without permission to read it. Never prompts. */
export function readVariable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? process.env[name] : undefined;
}

/**
 * Calls a function when the process ends of its own accord. In a Worker it does nothing: a Worker's
 * end is not the process's.
 */
export function onProcessEnd(listener: () => void): void {
  if (host.isMainThread()) host.onProcessEnd(listener);
}

let knownProcessStart: number | undefined;

/**
 * The start of this process, in milliseconds since the epoch, at most 30 ms too early. Without
 * permission to read /proc, it is the time at which the runtime was ready. A Worker cannot know
 * that time, so there it is -Infinity.
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
