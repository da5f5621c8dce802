/**
 * The part of a `data:` URL that is kept, in UTF-16 code units; the rest is the source text itself.
 */
const MAX_DATA_URL = 60;

/**
 * Shortens a `data:` URL to its start, so that it can stand in a symbol; returns other URLs
 * unchanged.
 */
export function shortUrl(url: string): string {
  return url.startsWith("data:") && url.length > MAX_DATA_URL
    ? `${url.slice(0, MAX_DATA_URL)}…`
    : url;
}
