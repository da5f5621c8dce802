import { syncBuiltinESMExports } from "node:module";
import util from "node:util";

import { activation } from "../../activation/activation.ts";
import { apply, min } from "../../base/builtins.ts";
import { type CallSite, programSites } from "./call_sites.ts";
import { FRAMES_PER_FUNCTION } from "./error_stack.ts";
import type { ModuleMaps } from "./module_maps.ts";

/** A frame as `util.getCallSites` describes it. */
interface NodeCallSite {
  functionName: string;
  scriptId: string;
  scriptName: string;
  lineNumber: number;
  columnNumber: number;
  column?: number;
}

/** Takes arguments as it likes, so that it refuses them in its own words. */
type GetCallSites = (...args: unknown[]) => NodeCallSite[];

/** Node takes no more frames. */
const MOST_FRAMES = 200;

/**
 * Keeps our frames out of what `util.getCallSites` returns in Node, which does not ask
 * `Error.prepareStackTrace`.
 */
export function hideFramesOfCallSites(maps: ModuleMaps): void {
  const holder = util as unknown as { getCallSites?: GetCallSites };
  const original = holder.getCallSites;
  if (original === undefined) return;
  holder.getCallSites = function getCallSites(...args: unknown[]): NodeCallSite[] {
    const count = typeof args[0] === "number" ? args[0] : 10;
    const rest = typeof args[0] === "object" ? args : [args[1]];
    const wanted = count * FRAMES_PER_FUNCTION.on + 1;
    // An argument that Node does not take is refused in Node's words.
    const isTaken = count >= 1 && count <= MOST_FRAMES && count % 1 === 0 &&
      (args[0] === undefined || args[0] === count || rest === args);
    if (!isTaken) return apply(original, undefined, args) as NodeCallSite[];
    const taken = apply(original, undefined, [min(wanted, MOST_FRAMES), rest[0]]) as NodeCallSite[];
    const sites: TakenSite[] = [];
    for (let i = 1; i < taken.length; i++) sites[i - 1] = new TakenSite(taken[i]!);
    const program = programSites(
      sites as unknown as CallSite[],
      (id) => activation.label(id)?.name,
      count,
    );
    // Node has mapped the positions where it was asked to.
    const isMapped = (rest[0] as { sourceMap?: boolean } | undefined)?.sourceMap === true;
    return described(isMapped ? program : maps.place(program), taken);
  };
  syncBuiltinESMExports();
}

function described(sites: readonly CallSite[], taken: readonly NodeCallSite[]): NodeCallSite[] {
  const found: NodeCallSite[] = [];
  for (let i = 0; i < sites.length; i++) {
    const scriptName = sites[i]!.getScriptNameOrSourceURL()!;
    let like = taken[0]!;
    for (let j = 0; like.scriptName !== scriptName; j++) like = taken[j]!;
    const columnNumber = sites[i]!.getColumnNumber()!;
    const { scriptId } = like;
    const lineNumber = sites[i]!.getLineNumber()!;
    const functionName = sites[i]!.getFunctionName() ?? "";
    const site = { __proto__: null, functionName, scriptId, scriptName, lineNumber, columnNumber };
    // Node 22 and later have both names for it.
    found[i] = "column" in like ? { ...site, column: columnNumber } : site;
    Object.setPrototypeOf(found[i]!, null);
  }
  return found;
}

/** As much of V8's description of a frame as is asked for here. */
class TakenSite {
  readonly #site: NodeCallSite;

  constructor(site: NodeCallSite) {
    this.#site = site;
  }

  getFunctionName(): string | null {
    return this.#site.functionName || null;
  }

  getScriptNameOrSourceURL(): string {
    return this.#site.scriptName;
  }

  getLineNumber(): number {
    return this.#site.lineNumber;
  }

  getColumnNumber(): number {
    return this.#site.columnNumber;
  }

  isEval(): boolean {
    return false;
  }

  getEvalOrigin(): undefined {
    return undefined;
  }
}
