/*
 * The part of fast-string-truncated-width that this package uses; bundles/deno.json names its version.
 */

/** Measures a text as terminals show it, in columns. */
export function truncatedWidth(input: string): { width: number };
