/** Bytes of a record that are not a hole, at most. */
const MOST_DATA = 16384;

/**
 * Reads a dump, or the part that was written, without its holes. The holes are some 100 MB of
 * zeros, for which `Deno.readFile()` would need a second.
 *
 * @param path The path of the dump.
 * @returns The bytes; `undefined` if there is no dump.
 */
export function readDump(path: string): Uint8Array | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(file.statSync().size);
    const view = new DataView(bytes.buffer);
    for (let at = 0, size = 40; at < bytes.length; at += size) {
      file.seekSync(at, Deno.SeekMode.Start);
      file.readSync(bytes.subarray(at, at + MOST_DATA));
      // A record's type, its size. The file's header comes first.
      if (at > 0 && at + 8 <= bytes.length) size = Math.max(view.getUint32(at + 4, true), 16);
    }
    return bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
