import type { CodeTier } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import type { FunctionCode } from "./cause.ts";

/** The least share of a function's time that a compiler, or V8's work on its behalf, is named from. */
const LEAST_SHARE = 0.005;

const TIER_NAMES: Readonly<Record<CodeTier, string>> = {
  interpreted: "interpreter",
  sparkplug: "Sparkplug",
  maglev: "Maglev",
  turbofan: "TurboFan",
};

/**
 * The compilers of a function's code by time: `TurboFan 75.0 %, Sparkplug 25.0 %`, shares of the time
 * whose compiler is known.
 */
export function tierWords({ tiers }: Pick<FunctionCode, "tiers">): string {
  const known = [...tiers.values()].reduce((total, weight) => total + weight, 0);
  return [...tiers].sort((a, b) => b[1] - a[1])
    .filter(([, weight]) => weight >= LEAST_SHARE * known)
    .map(([tier, weight]) => `${TIER_NAMES[tier]} ${percentText(weight / known)}`)
    .join(", ");
}

/**
 * The history of a function's code: how often V8 optimised and deoptimised it, and the time that V8
 * compiled and collected garbage on its behalf.
 *
 * @param fn The function.
 * @param unit The recording's unit.
 * @returns Clauses with semicolons between them; empty where nothing is known.
 */
export function historyWords(fn: FunctionCode, unit: Recording["unit"]): string {
  return [optimisations(fn), workOnBehalf(fn, unit)].filter(Boolean).join("; ");
}

function optimisations({ maglev, turbofan, deopts }: FunctionCode): string {
  if (maglev === undefined || turbofan === undefined || deopts === undefined) return "";
  const compiled = [["Maglev", maglev] as const, ["TurboFan", turbofan] as const]
    .filter(([, count]) => count > 0).map(([name, count]) => `${times(count)} by ${name}`);
  const optimised = compiled.length === 0 ? "never optimised" : `optimised ${compiled.join(", ")}`;
  return `${optimised}, ${deopts === 0 ? "never deoptimised" : `deoptimised ${times(deopts)}`}`;
}

function workOnBehalf(
  { self, compiling, collecting }: FunctionCode,
  unit: Recording["unit"],
): string {
  const works = [["compiling", compiling] as const, ["collecting garbage", collecting] as const]
    .filter(([, weight]) => weight > 0 && weight >= LEAST_SHARE * self)
    .map(([work, weight]) => `${amountText(weight, unit)} ${work}`);
  return works.length === 0 ? "" : `V8 spent ${works.join(" and ")} on its behalf`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
