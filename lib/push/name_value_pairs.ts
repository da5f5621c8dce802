/**
 * Decodes `NAME=VALUE,NAME=VALUE`, the form of OpenTelemetry's variables: that of W3C Baggage, with
 * percent signs in values (opentelemetry.io, SDK environment variables).
 *
 * @param text The variable's value.
 * @returns `undefined` where it has not that form.
 */
export function decodePairs(text: string): [name: string, value: string][] | undefined {
  const pairs: [string, string][] = [];
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === "") return undefined;
    try {
      pairs.push([decodeURIComponent(name), decodeURIComponent(part.slice(equals + 1).trim())]);
    } catch {
      return undefined;
    }
  }
  return pairs;
}
