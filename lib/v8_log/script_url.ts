/** The part of a `data:` URL that is kept, in UTF-16 code units; the rest is the source text itself. */
const MAX_DATA_URL = 60;

/** A URL that can stand in a symbol: of a `data:` URL its start. */
export function shortUrl(url: string): string {
  return url.startsWith("data:") && url.length > MAX_DATA_URL
    ? `${url.slice(0, MAX_DATA_URL)}…`
    : url;
}
