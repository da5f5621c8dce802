const BACKSLASH = 0x5c;

/**
 * Decodes text as V8 escapes it in its log: `\xNN`, `\uNNNN`, `\n` and `\\`
 * (v8/src/logging/log-file.cc, LogFile::MessageBuilder::AppendCharacter). All other text stays, and
 * so does text that only looks like an escape.
 */
export function decodeLogText(bytes: Uint8Array): string {
  if (!bytes.includes(BACKSLASH)) return latin1(bytes);
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let unit = bytes[at]!;
    if (unit === BACKSLASH) {
      const kind = bytes[at + 1];
      const digits = kind === 0x78 ? 2 : kind === 0x75 ? 4 : 0;
      const value = digits === 0 ? -1 : hexadecimal(bytes, at + 2, digits);
      if (value >= 0) [unit, at] = [value, at + 1 + digits];
      else if (kind === 0x6e) [unit, at] = [0x0a, at + 1];
      else if (kind === BACKSLASH) at++;
    }
    units[length++] = unit;
  }
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units.subarray(0, length));
}

function hexadecimal(bytes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The value of a hexadecimal digit; -1 for other bytes. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

function latin1(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  units.set(bytes);
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}
