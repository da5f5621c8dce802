/*
 * Files that the recorded program itself writes: a line of JSON for each entry, so that a file that
 * ends in the middle can be read. Times in them are nanoseconds since the file's start.
 */

/** The first entry of a file; `start` is in nanoseconds of CLOCK_MONOTONIC. */
export type EntryFileStart = [
  kind: string,
  version: number,
  pid: number,
  tid: number,
  start: number,
];

/** The content of a file. */
export interface EntryLines<Entry> {
  pid: number;
  tid: number;
  /** The file's start, in nanoseconds of CLOCK_MONOTONIC. */
  start: number;
  entries: Entry[];
}

/**
 * Reads a file. It ends at a line that is cut off, as where the program was killed.
 *
 * @param text The file's text.
 * @param wanted The kind and the version that it must have.
 * @throws {SyntaxError} If it is another file.
 */
export function readEntryLines<Entry extends readonly unknown[]>(
  text: string,
  wanted: { kind: string; version: number },
): EntryLines<Entry> {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const [kind, version, pid, tid, start] = parsed(lines[0] ?? "") as EntryFileStart;
  if (kind !== wanted.kind || version !== wanted.version) {
    throw new SyntaxError(`it is no file of ${wanted.kind} of version ${wanted.version}`);
  }
  const entries = lines.slice(1).filter(Boolean).map((line) => parsed(line) as unknown as Entry);
  return { pid, tid, start, entries };
}

function parsed(line: string): unknown[] {
  const entry = JSON.parse(line);
  if (Array.isArray(entry)) return entry;
  throw new SyntaxError("it has a line that is no list");
}
