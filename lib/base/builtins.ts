/*
 * Builtins as they are before the program runs. The program may replace them, and this package
 * calls them in the middle of it. Methods take their receiver as the first parameter.
 */
const { bind, call } = Function.prototype;

/** Makes a function of a method: the receiver becomes the first parameter. */
function uncurry<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return bind.call(call, method) as (self: This, ...args: Args) => Result;
}

/** Functions and constructors that are called as they are. */
export const { apply, construct, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } =
  Reflect;
export const { getOwnPropertyDescriptors } = Object;
export const { abs, floor, max, min, round } = Math;
export const { isSafeInteger } = Number;
export const { asUintN } = BigInt;
export const { decodeURIComponent, String: toText } = globalThis;
export const {
  BigInt: toBigInt,
  BigUint64Array,
  DataView,
  Float64Array,
  Int32Array,
  Number: toNumber,
  Uint32Array,
  Uint8Array,
} = globalThis;

/** `String.prototype.indexOf`. */
export const indexOf: (text: string, part: string, from?: number) => number = uncurry(
  String.prototype.indexOf,
);

/** `String.prototype.lastIndexOf`. */
export const lastIndexOf: (text: string, part: string) => number = uncurry(
  String.prototype.lastIndexOf,
);

/** `String.prototype.startsWith`. */
export const startsWith: (text: string, part: string) => boolean = uncurry(
  String.prototype.startsWith,
);

/** `String.prototype.endsWith`. */
export const endsWith: (text: string, part: string) => boolean = uncurry(
  String.prototype.endsWith,
);

/** `String.prototype.charCodeAt`. */
export const charCodeAt: (text: string, at: number) => number = uncurry(
  String.prototype.charCodeAt,
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

export const { defineProperty, set: setProperty } = Reflect;

/** Without a prototype, and one for all: V8 makes a new map for every object that loses its own. */
const ELEMENT: PropertyDescriptor = Object.assign(Object.create(null), {
  value: undefined,
  writable: true,
  enumerable: true,
  configurable: true,
});

/** Defines an element of an array; a setter on the prototype is not called. */
export function defineElement(array: unknown[], index: number, value: unknown): void {
  ELEMENT.value = value;
  defineProperty(array, index, ELEMENT);
  ELEMENT.value = undefined;
}

/** `Function.prototype.call`, a bound function: it leaves no frame of JavaScript on the stack. */
export const callFunction: (fn: unknown, self: unknown, ...args: unknown[]) => unknown = bind.call(
  call,
  call,
) as typeof callFunction;

/** `RegExp.prototype.exec`. */
export const exec: (pattern: RegExp, text: string) => RegExpExecArray | null = uncurry(
  RegExp.prototype.exec,
);

/** `Function.prototype.bind`. */
export const bindFunction: (
  // deno-lint-ignore no-explicit-any -- any function can be bound
  fn: (...args: any[]) => unknown,
  self: unknown,
  ...args: unknown[]
) => (...args: unknown[]) => unknown = uncurry(bind) as typeof bindFunction;

/** A typed array of numbers. */
type Numbers = Uint8Array | Int32Array | Float64Array;

const TypedArray = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array;

/** `set` of typed arrays. */
export const set: (to: Numbers, from: ArrayLike<number>, at?: number) => void = uncurry(
  TypedArray.prototype.set,
);

/**
 * Copies a typed array to a longer one.
 *
 * @param Kind The constructor of both.
 * @param array The array to copy.
 * @param length Elements of the longer one; the added ones are 0.
 */
export function lengthened<Kind extends Numbers>(
  Kind: new (length: number) => Kind,
  array: Kind,
  length: number,
): Kind {
  const longer = new Kind(length);
  set(longer, array);
  return longer;
}

/** `fill` of typed arrays. */
export const fill: {
  (array: Numbers, value: number): void;
  (array: BigUint64Array, value: bigint): void;
} = uncurry(TypedArray.prototype.fill as never) as typeof fill;

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
