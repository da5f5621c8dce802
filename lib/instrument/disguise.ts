import { apply } from "../base/builtins.ts";
import { restoreSource } from "./positions/edits.ts";

/**
 * Makes `toString` of instrumented functions and classes give the source as its author wrote it,
 * and itself look as the runtime's own.
 *
 * @param realm The global object whose functions are meant.
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
