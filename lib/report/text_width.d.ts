/*
 * What this package uses of fast-string-truncated-width; bundles/deno.json names its version.
 */

/** Measures a text as terminals show it, in columns. */
export function truncatedWidth(input: string): { width: number };
