import { functionKey, type FunctionPlace } from "../code_history.ts";
import type { Frame } from "../frame.ts";
import { type Access, type BuiltinAccess, isSameAccess } from "./access_text.ts";

/** The share of the time at all accesses of a function that makes one a possible one. */
const POSSIBLE_SHARE = 0.05;

/** A property access in a function's machine code. */
export interface AccessSite {
  fn: FunctionPlace;
  /** The frames of the function, and of those that are inlined into it, down to the access. */
  frames: readonly Frame[];
  line: number;
  column: number;
  access: Access;
  /** Time at it. */
  own: number;
  /** Time in a megamorphic builtin that it has called for certain. */
  confirmed: number;
}

/** The property accesses that ran in one function's machine code, inlined functions among them. */
export class AccessSites {
  readonly #sites = new Map<string, AccessSite>();

  /** Notes a sample at an access. */
  add(frames: readonly Frame[], access: Access, weight: number): void {
    this.#site(frames, access).own += weight;
  }

  /** Notes that an access has called a megamorphic builtin. */
  confirm(frames: readonly Frame[], access: Access, weight: number): void {
    this.#site(frames, access).confirmed += weight;
  }

  /**
   * The accesses that call a megamorphic builtin, each with its share: those that are confirmed, or
   * the one that took most time, with the lines of the others that can have called it.
   */
  sites(
    access: BuiltinAccess,
  ): (AccessSite & { share: number; others: ReadonlySet<number> })[] {
    const fitting = [...this.#sites.values()].filter((site) => isSameAccess(site.access, access));
    const confirmed = fitting.filter((site) => site.confirmed > 0);
    const total = confirmed.reduce((sum, site) => sum + site.confirmed, 0);
    if (total > 0) {
      return confirmed.map((site) => ({
        ...site,
        share: site.confirmed / total,
        others: new Set(),
      }));
    }
    const all = fitting.reduce((sum, { own }) => sum + own, 0);
    const [first, ...rest] = fitting.filter(({ own }) => own >= POSSIBLE_SHARE * all)
      .sort((a, b) => b.own - a.own);
    if (first === undefined) return [];
    const others = new Set(rest.map(({ line }) => line));
    others.delete(first.line);
    return [{ ...first, share: 1, others }];
  }

  #site(frames: readonly Frame[], access: Access): AccessSite {
    const { name, file, line: start, position } = frames.at(-1)!;
    const fn = { name, file: file!, line: start };
    const { line, column } = position!;
    const key = `${functionKey(fn)}\0${line}\0${column}\0${access.isStore}`;
    let site = this.#sites.get(key);
    if (site === undefined) {
      this.#sites.set(key, site = { fn, frames, line, column, access, own: 0, confirmed: 0 });
    }
    return site;
  }
}
