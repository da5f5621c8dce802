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
      return this === toString ? text : restoreSource(apply(native, this, []));
    },
  };
  Object.setPrototypeOf(toString, prototype);
  Object.defineProperty(prototype, "toString", { value: toString });
}
