import { type CodeFrame, type ReadOptions, V8Log } from "../../lib/v8_log/v8_log.ts";

/** Reads bytes as a log. */
export function readLog(
  log: string | Uint8Array,
  options?: ReadOptions,
  path = "isolate-0x1-42-42.log",
): Promise<V8Log> {
  const bytes = typeof log === "string" ? new TextEncoder().encode(log) : log;
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  return V8Log.read({ path, size: () => bytes.length, read }, options);
}

/** A recorded log, by its name. */
export function recordedLog(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`../v8_log/logs/${name}`, import.meta.url));
}

/** `name file:line @line:column tier`, each as far as it is known. */
export function frameText(frame: CodeFrame): string {
  const { name, file, line, position, tier, isOsr, isInlined, kind } = frame;
  return [
    kind === "function" ? name : `${kind} ${name}`,
    file === undefined ? "" : line === undefined ? file : `${file}:${line}`,
    position === undefined ? "" : `@${position.line}:${position.column}`,
    tier ?? "",
    isOsr ? "osr" : "",
    isInlined ? "inlined" : "",
  ].filter((part) => part !== "").join(" ");
}

/** The frames at an address at the end of the log, innermost first. */
export function framesText(
  log: V8Log,
  address: number,
  time = Infinity,
  isCaller = false,
): string[] {
  return (log.framesAt(address, time, isCaller) ?? []).map(frameText);
}
