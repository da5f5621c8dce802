/** Values that were computed before. */

/** Values of each name that are kept: for the state that is drawn, and for the next one. */
const MOST = 2;

/** Keeps the last values of each name. */
export class KeptValues {
  readonly #known = new Map<string, { key: string; value: unknown }[]>();

  /** The value for a key; `undefined` where it is not kept. */
  find<Value>(name: string, key: string): { value: Value } | undefined {
    return this.#known.get(name)?.find((entry) => entry.key === key) as
      | { value: Value }
      | undefined;
  }

  keep(name: string, key: string, value: unknown): void {
    const others = (this.#known.get(name) ?? []).filter((entry) => entry.key !== key);
    this.#known.set(name, [{ key, value }, ...others].slice(0, MOST));
  }
}
