/*
 * The entry of a Worker of an instrumented program. The Worker starts with a small module of its
 * own (instrument/workers/worker_address.ts), which calls this one and then loads the program's
 * module.
 */
import { activation } from "./activation/activation.ts";
import { startInstrumenting } from "./instrument/start.ts";
import type { WorkerStart } from "./instrument/workers/worker_address.ts";
import { WorkerInbox } from "./instrument/workers/worker_inbox.ts";
import { pretendAddress } from "./instrument/workers/worker_location.ts";

/** The address of this module. */
export const WORKER_ENTRY: string = import.meta.url;

/**
 * Instruments the modules of this Worker that are loaded from here on, and hides from them that
 * another module ran first.
 *
 * @param start The parameters of the Worker's start.
 * @returns A function to call when the program's module has run, or has failed.
 */
export function enterWorker(start: WorkerStart): () => void {
  const inbox = new WorkerInbox();
  activation.entered = () => inbox.open();
  pretendAddress(start);
  startInstrumenting({
    read: (name) => start.variables[name],
    entry: start.url,
    workerEntry: WORKER_ENTRY,
  });
  return () => inbox.open();
}
