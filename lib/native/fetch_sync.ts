/** The bytes before the content: a state, and the content's length. */
const HEADER = 8;
const STATE = 0, LENGTH = 1;
const UNDER_WAY = 0, DONE = 1;

/** The longest wait, in milliseconds. */
const PATIENCE = 30_000;

/**
 * The Worker's program. It is not a module of this package: to load a module from the network, a
 * Worker needs the thread that started it, and that thread waits.
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

// Kept, since a program may replace globalThis.Worker.
const { Worker } = globalThis;

/**
 * Fetches a file while the caller waits: a Worker does the work.
 *
 * Needs `--allow-net` of the host.
 *
 * @param address The file's URL.
 * @param capacity The file's largest size, in bytes.
 * @throws {Error} If the file does not arrive, or is larger; the message is a reason.
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
  if (state === UNDER_WAY) throw new Error(`no answer within ${PATIENCE / 1000} s`);
  const length = header[LENGTH]!;
  const bytes = new Uint8Array(shared, HEADER, Math.min(length, capacity)).slice();
  if (state !== DONE) throw new Error(new TextDecoder().decode(bytes));
  if (length > capacity) throw new Error(`it has ${length} bytes, must have ${capacity} at most`);
  return bytes as Uint8Array<ArrayBuffer>;
}
