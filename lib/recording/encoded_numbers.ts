import { Buffer } from "node:buffer";

/** Encodes numbers as base64 of their bytes. */
export function base64Of({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** Decodes base64, and drops an incomplete number of `size` bytes at the end. */
export function bytesOf(text: unknown, size: number): ArrayBuffer {
  const bytes = Uint8Array.from(Buffer.from(typeof text === "string" ? text : "", "base64"));
  return bytes.buffer.slice(0, bytes.length - bytes.length % size);
}
