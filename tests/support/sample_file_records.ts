/** A record as ffi/sample_file.h has it: numbers of 4 bytes, bigints of 8, texts filled up with zeros to 8. */
export function record(kind: number, ...fields: (number | bigint | string)[]): Uint8Array {
  const bytes = fields.flatMap((field) => {
    if (typeof field === "string") {
      const text = [...new TextEncoder().encode(field)];
      return [...text, ...new Array((8 - text.length % 8) % 8).fill(0)];
    }
    const [size, value] = typeof field === "number" ? [4, BigInt(field)] : [8, field];
    return Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  });
  const head = new Uint32Array([kind, 8 + bytes.length]);
  return new Uint8Array([...new Uint8Array(head.buffer), ...bytes]);
}
