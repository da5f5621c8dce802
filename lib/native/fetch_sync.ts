/** The bytes before the content: a state, and the content's length. */
const HEADER = 8;
const STATE = 0, LENGTH = 1;
const UNDER_WAY = 0, DONE = 1;

/** Milliseconds after which nobody wants to wait any more. */
const PATIENCE = 30_000;

/**
 * What the Worker runs. It is no module of this package: to load one from the network, a Worker
 * needs the thread that started it, and that one waits.
 */
const WORKER = `onmessage = async ({ data: { address, shared } }) => {
  const header = new Int32Array(shared, 0, ${HEADER / 4});
  const content = new Uint8Array(shared, ${HEADER});
  const finish = (state, bytes) => {
    content.set(bytes.subarray(0, content.length));
    header[${LENGTH}] = bytes.length;
    Atomics.store(header, ${STATE}, state);
    Atomics.notify(header, ${STATE});
  };
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error("the server says " + response.status);
    finish(${DONE}, new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    finish(${DONE + 1}, new TextEncoder().encode(error.message));
  }
};`;

// A program may put a constructor of its own in the place of this.
const { Worker } = globalThis;

/**
 * Fetches a file while the caller waits: a Worker does the work.
 *
 * Needs `--allow-net` of the host.
 *
 * @param address Where it is.
 * @param capacity The most bytes that it may have.
 * @throws {Error} If it does not come, or is larger; the message is a reason.
 */
export function fetchSync(address: string, capacity: number): Uint8Array<ArrayBuffer> {
  const shared = new SharedArrayBuffer(HEADER + capacity);
  const header = new Int32Array(shared, 0, HEADER / 4);
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(WORKER)}`, {
    type: "module",
  });
  try {
    worker.postMessage({ address, shared });
    Atomics.wait(header, STATE, UNDER_WAY, PATIENCE);
  } finally {
    worker.terminate();
  }
  const state = header[STATE];
  if (state === UNDER_WAY) throw new Error(`nothing came within ${PATIENCE / 1000} s`);
  const length = header[LENGTH]!;
  const bytes = new Uint8Array(shared, HEADER, Math.min(length, capacity)).slice();
  if (state !== DONE) throw new Error(new TextDecoder().decode(bytes));
  if (length > capacity) throw new Error(`it has ${length} bytes, must have ${capacity} at most`);
  return bytes as Uint8Array<ArrayBuffer>;
}
