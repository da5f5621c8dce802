import {
  apply,
  defineProperty,
  endsWith,
  exec,
  getOwnPropertyDescriptor,
  indexOf,
  slice,
} from "../../base/builtins.ts";
import { MARKER, restoreSource } from "../positions/edits.ts";

/** V8 can cut a function after this much of an edit. */
const MARK_START = slice(MARKER, 0, MARKER.length - 1);

/** V8 writes this for the middle of a long function (objects.cc, `NoSideEffectsToMaybeString`). */
const OMITTED = "...<omitted>...";

/**
 * A message of V8 without our edits: V8 quotes functions in it, whose edits `toString` takes out. Of a
 * long function V8 quotes only the start and the end, and what was edited between them stays omitted.
 */
export function restoreMessage(message: string): string {
  if (indexOf(message, MARK_START) < 0) return message;
  const omitted = indexOf(message, OMITTED);
  if (omitted >= 0) {
    const quoted = slice(message, 0, omitted);
    const end = endsWith(quoted, MARK_START) ? omitted - MARK_START.length : omitted;
    const start = restoreSource(slice(quoted, 0, end));
    return start + OMITTED + restoreMessage(slice(message, omitted + OMITTED.length));
  }
  const found = exec(UNCLOSED, message);
  if (found === null) return restoreSource(message);
  return restoreSource(slice(message, 0, found.index)) + found[1]!;
}

/** The edit at the end of a quoted arrow function: the comment behind it is no part of the function. */
const UNCLOSED = /\/\*\$<\*\/\)(?:\}?(?:,void 0)?(?:,[^()\s,]+)*\))?((?:(?!\/\*\$>).)*)$/s;

/** Takes our edits out of the message of an error that V8 has made, where the error can be changed. */
export function restoreErrorMessage(error: unknown): void {
  if (typeof error !== "object" || error === null) return;
  const descriptor = getOwnPropertyDescriptor(error, "message");
  const message: unknown = descriptor?.value;
  if (typeof message !== "string" || indexOf(message, MARKER) < 0) return;
  defineProperty(error, "message", { ...descriptor, value: restoreMessage(message) });
}

/** Takes our edits out of the messages of `DOMException`, as where a function cannot be cloned. */
export function restoreExceptionMessages(realm: typeof globalThis): void {
  const { prototype } = realm.DOMException;
  const descriptor = getOwnPropertyDescriptor(prototype, "message")!;
  const { get } = Object.getOwnPropertyDescriptor({
    get message(): string {
      return restoreMessage(apply(descriptor.get!, this, []) as string);
    },
  }, "message")!;
  defineProperty(prototype, "message", { ...descriptor, get });
}
