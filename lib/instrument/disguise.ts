import { apply } from "../base/builtins.ts";
import { restoreSource } from "./positions/edits.ts";

/**
 * Replaces `Function.prototype.toString`: for instrumented functions and classes it returns the
 * source without the edits. The replacement itself looks like the runtime's own function.
 *
 * @param realm The global object whose `Function.prototype` is changed.
 */
export function disguiseFunctions(realm: typeof globalThis): void {
  const { prototype } = realm.Function;
  const native = prototype.toString;
  const text = native.call(native);
  const { toString } = {
    toString(this: unknown): string {
      if (this === toString) return text;
      const original = apply(getOriginal, originals, [this]) ?? this;
      return restoreSource(apply(native, original, []));
    },
  };
  Object.setPrototypeOf(toString, prototype);
  Object.defineProperty(prototype, "toString", { value: toString });
}

/** The original function, by the function that stands in for it. */
const originals = new WeakMap<object, object>();
const { get: getOriginal } = originals;

/** Makes a function that stands in for another look like it. */
export function disguiseAs<Fn extends object>(standIn: Fn, original: object): Fn {
  for (const key of ["name", "length"]) {
    Object.defineProperty(standIn, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  originals.set(standIn, original);
  return standIn;
}
