/*
 * The builtins that are used in the middle of programs, as they are before a program runs, which
 * may put functions of its own in their place. Methods take what they are called on first.
 */
const { bind, call } = Function.prototype;

/** Makes a function that takes first what the method is called on. */
function uncurry<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return bind.call(call, method) as (self: This, ...args: Args) => Result;
}

/** Functions and constructors that are called as they are. */
export const { apply, construct } = Reflect;
export const { max } = Math;
export const { isSafeInteger } = Number;
export const { asUintN } = BigInt;
export const { BigInt: toBigInt, BigUint64Array, DataView, Int32Array, Uint8Array } = globalThis;

/** `String.prototype.indexOf`. */
export const indexOf: (text: string, part: string, from?: number) => number = uncurry(
  String.prototype.indexOf,
);

/** `String.prototype.slice`. */
export const slice: (text: string, start: number, end?: number) => string = uncurry(
  String.prototype.slice,
);

/** `TextEncoder.prototype.encode`. */
export const encode: (text: string) => Uint8Array<ArrayBuffer> = bind.call(
  TextEncoder.prototype.encode,
  new TextEncoder(),
);

/** A typed array of integers. */
type Integers = Uint8Array | Int32Array;

const TypedArray = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array;

/** `set` of typed arrays. */
export const set: (to: Integers, from: ArrayLike<number>, at?: number) => void = uncurry(
  TypedArray.prototype.set,
);

/** `fill` of typed arrays. */
export const fill: (array: Integers, value: number) => void = uncurry(TypedArray.prototype.fill);

/** `subarray` of typed arrays. */
export const subarray: <Buffer extends ArrayBufferLike>(
  bytes: Uint8Array<Buffer>,
  start: number,
  end: number,
) => Uint8Array<Buffer> = uncurry(TypedArray.prototype.subarray) as typeof subarray;

/** `Number.prototype.toString`. */
export const formatNumber: (value: number, radix: number) => string = uncurry(
  Number.prototype.toString,
);

/** `BigInt.prototype.toString`. */
export const formatBigInt: (value: bigint, radix: number) => string = uncurry(
  BigInt.prototype.toString,
);

/** `DataView.prototype.setUint32`. */
export const setUint32: (view: DataView, at: number, value: number, little: boolean) => void =
  uncurry(DataView.prototype.setUint32);

/** `DataView.prototype.setBigUint64`. */
export const setBigUint64: (view: DataView, at: number, value: bigint, little: boolean) => void =
  uncurry(DataView.prototype.setBigUint64);
