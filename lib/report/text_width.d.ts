/*
 * What this package uses of fast-string-truncated-width; bundles/deno.json names its version.
 */

/** How much of a text fits. */
export interface TruncatedWidth {
  /** Columns that the part takes. */
  width: number;
  /** Where the part ends, in UTF-16 code units. */
  index: number;
  /** Whether something is left out. */
  truncated: boolean;
}

/**
 * Measures a text as terminals show it.
 *
 * @param input The text.
 * @param options The most columns, and what stands at the end of a text that is longer.
 */
export function truncatedWidth(
  input: string,
  options?: { limit?: number; ellipsis?: string },
): TruncatedWidth;
