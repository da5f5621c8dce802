/*
 * Records the memory of this program: starts V8's sampler, and writes what it has seen when the
 * program ends, at a signal, and now and again in between, so that a program that is killed loses
 * little.
 */
import * as fs from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers";

import type { Activation } from "../../activation/activation.ts";
import type { ReadVariable } from "../../activation/switches.ts";
import { systemReason } from "../../base/system_reason.ts";
import { warn } from "../../base/warnings.ts";
import { encodeHeapFile } from "../../recording/heap/heap_file.ts";
import { host } from "../../runtime/runtime.ts";
import { followScope } from "../followed_scope.ts";
import { onEndingSignal } from "./ending_signals.ts";
import { HeapSampler } from "./heap_sampler.ts";
import { HeapSession } from "./heap_session.ts";
import {
  HEAP_VARIABLE,
  heapFileName,
  type HeapWish,
  snapshotFileName,
  unfinishedName,
} from "./heap_wish.ts";

/** Milliseconds from one write to the next, at least. */
const PERIOD = 5000;

/** Writes take at most this share of the time. */
const MOST_WRITING = 0.02;

/**
 * Records the memory of this thread until it ends, if the environment asks for it. An obstacle
 * becomes a warning, and the program goes on.
 *
 * @param read Reads the environment.
 * @param activation Its trampolines decide in the scope `active`, and are needed for it only.
 */
export function recordThisHeap(read: ReadVariable, activation?: Activation): void {
  const value = read(HEAP_VARIABLE);
  if (!value) return;
  try {
    const wish: HeapWish = JSON.parse(value);
    if (wish.pid !== undefined && wish.pid !== process.pid) return;
    // Workers inherit it with this number; so do other processes, which have another.
    process.env[HEAP_VARIABLE] = JSON.stringify({ ...wish, pid: process.pid });
    record(wish, activation);
  } catch (error) {
    warn(error, "memory is not recorded");
  }
}

function record(wish: HeapWish, activation: Activation | undefined): void {
  const isMain = host.isMainThread();
  const thread = isMain ? "main" : `worker ${threadNumber()}`;
  const { kind, interval, directory, denoCache, scope, snapshotSignal } = wish;
  const sampler = new HeapSampler(new HeapSession(), { kind, interval, thread, denoCache });
  const write = writerOf(sampler, directory);
  const writeEnd = () => write(heapFileName(thread), { isExact: true });
  let snapshots = 0;
  if (isMain) {
    host.onProcessEnd(writeEnd);
    onEndingSignal(writeEnd);
    // Not unhandled errors in Deno: it fires no `unload` for them.
    if (host.name === "deno") onDenoFailure(writeEnd);
    if (snapshotSignal !== undefined) {
      process.on(
        snapshotSignal,
        () => write(snapshotFileName(++snapshots), { isExact: true }),
      );
    }
  } else process.once("exit", writeEnd);
  writeAgain(() => write(heapFileName(thread), { isExact: false }));
  followScope(scope, activation, sampler.switch);
}

/** Returns a function that writes what was sampled up to now to a file. */
function writerOf(sampler: HeapSampler, directory: string) {
  let hasFailed = false;
  return (name: string, options: { isExact: boolean }): void => {
    const unfinished = `${directory}/${unfinishedName(name)}`;
    try {
      fs.writeFileSync(unfinished, encodeHeapFile(sampler.take(options)), { mode: 0o600 });
      fs.renameSync(unfinished, `${directory}/${name}`);
    } catch (error) {
      if (!hasFailed) warn(`Cannot write the memory that was sampled: ${systemReason(error)}`);
      hasFailed = true;
    }
  };
}

function writeAgain(write: () => void): void {
  const wait = (milliseconds: number) => {
    const timer = setTimeout(() => {
      const start = performance.now();
      write();
      wait(Math.max(PERIOD, (performance.now() - start) / MOST_WRITING));
    }, milliseconds);
    timer.unref();
  };
  wait(PERIOD);
}

function onDenoFailure(write: () => void): void {
  for (const type of ["error", "unhandledrejection"]) globalThis.addEventListener(type, write);
}

function threadNumber(): number {
  return process.getBuiltinModule("node:worker_threads").threadId;
}
