/*
 * The module that a Worker of an instrumented program starts with, in the place of the program's
 * own module, which this module's address names. It loads that module instrumented, and hides from
 * it that another module ran first.
 */
import { activation } from "./activation/activation.ts";
import { startInstrumenting } from "./instrument/start.ts";
import { readWorkerAddress } from "./instrument/workers/worker_address.ts";
import { WorkerInbox } from "./instrument/workers/worker_inbox.ts";
import { pretendAddress } from "./instrument/workers/worker_location.ts";

const start = readWorkerAddress(import.meta.url);
const inbox = new WorkerInbox();
activation.entered = () => inbox.open();
pretendAddress(start);
startInstrumenting({ read: (name) => start.variables[name], entry: start.url });
try {
  await import(start.url);
} finally {
  inbox.open();
}
