/** Colours: of the style sheet for the page's elements, and as numbers for what is drawn. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";

/** Names of the kinds. */
export const KIND_LABELS: Readonly<Record<FrameKind, string>> = {
  typescript: "Program",
  npm: "npm package",
  runtime: "Runtime",
  native: "Native",
  kernel: "Kernel",
};

/** Names of the tiers, and of code whose tier is unknown in front. */
export const TIER_LABELS = ["no tier", "interpreted", "Sparkplug", "Maglev", "TurboFan"] as const;

/** Shades of a kind: functions that stand side by side shall differ. */
const SHADES = 16;

/** The colours of the theme that is on. */
export class Palette {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly panel: string;
  readonly accent: string;
  readonly plain: string;
  readonly found: string;
  /** The text on coloured boxes. */
  readonly ink: string;
  readonly #kinds = new Map<FrameKind | undefined, string[]>();
  readonly #tiers: string[];
  readonly #more: Color;
  readonly #less: Color;
  readonly #even: Color;

  constructor(probe: HTMLElement) {
    const color = (name: string) => {
      probe.style.color = `var(--${name})`;
      return parse(getComputedStyle(probe).color);
    };
    const panel = color("panel");
    this.text = css(color("text"));
    this.quiet = css(color("quiet"));
    this.line = css(color("line"));
    this.panel = css(panel);
    this.accent = css(color("accent"));
    this.plain = css(color("plain"));
    this.found = css(color("found"));
    this.ink = css(color("ink"));
    this.#more = color("more");
    this.#less = color("less");
    this.#even = color("plain");
    this.#kinds.set(undefined, [css(color("plain"))]);
    for (const kind of PAGE_KINDS) {
      const full = color(kind);
      this.#kinds.set(
        kind,
        Array.from({ length: SHADES }, (_, i) => css(mix(full, panel, i / SHADES / 4))),
      );
    }
    this.#tiers = TIER_LABELS.map((_, tier) => css(color(`tier-${tier}`)));
  }

  /** The colour of a kind, in one shade for each name. */
  kind(kind: FrameKind | undefined, shade = 0): string {
    const shades = this.#kinds.get(kind)!;
    return shades[shade % shades.length]!;
  }

  tier(tier: number): string {
    return this.#tiers[tier]!;
  }

  /** Red where a share has grown, blue where it has shrunk; `difference` is from -1 to 1. */
  difference(difference: number): string {
    // A tenth of all is seen at once.
    const strength = Math.min(1, Math.sqrt(Math.abs(difference) / 0.1));
    if (strength < 0.05) return this.plain;
    return css(mix(this.#even, difference > 0 ? this.#more : this.#less, 0.15 + 0.85 * strength));
  }
}

/** A number for each name. */
export function shadeOf(name: string): number {
  let hash = 7;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 9973;
  return hash % SHADES;
}

type Color = [red: number, green: number, blue: number];

/** Reads `rgb(1, 2, 3)` and `color(srgb 0.1 0.2 0.3)`. */
function parse(text: string): Color {
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)].map(([number]) =>
    Number(number)
  );
  const factor = text.startsWith("color(") ? 255 : 1;
  return [numbers[0]! * factor, numbers[1]! * factor, numbers[2]! * factor];
}

function mix(from: Color, to: Color, part: number): Color {
  return from.map((value, i) => value + (to[i]! - value) * part) as Color;
}

function css(color: Color): string {
  return `rgb(${color.map(Math.round).join(" ")})`;
}
