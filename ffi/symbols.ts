/**
 * The functions of xperf.h that all runtimes call, each below its declaration. napi.c has the same
 * list.
 */
export const functions = {
  // uint32_t xp_abi_version(void)
  xp_abi_version: {
    parameters: [],
    result: "u32",
  },
  // uint32_t xp_user_id(void)
  xp_user_id: {
    parameters: [],
    result: "u32",
  },
  // uint64_t xp_clock(void)
  xp_clock: {
    parameters: [],
    result: "u64",
  },
  // int32_t xp_map_marker(int32_t descriptor)
  xp_map_marker: {
    parameters: [
      "i32", // descriptor
    ],
    result: "i32",
  },
  // int32_t xp_register(uint32_t size)
  xp_register: {
    parameters: [
      "u32", // size
    ],
    result: "i32",
  },
  // uint64_t xp_trampoline_address(uint32_t index)
  xp_trampoline_address: {
    parameters: [
      "u32", // index
    ],
    result: "u64",
  },
  // uint32_t xp_trampoline_size(void)
  xp_trampoline_size: {
    parameters: [],
    result: "u32",
  },
  // uint64_t xp_ffi_return_address(void)
  xp_ffi_return_address: {
    parameters: [],
    result: "u64",
  },
  // int32_t xp_append(int32_t descriptor, const uint8_t *line, uint32_t size)
  xp_append: {
    parameters: [
      "i32", // descriptor
      "buffer", // line
      "u32", // size
    ],
    result: "i32",
  },
  // int32_t xp_dump_open(int32_t descriptor, uint8_t *header, uint32_t size)
  xp_dump_open: {
    parameters: [
      "i32", // descriptor
      "buffer", // header
      "u32", // size
    ],
    result: "i32",
  },
  // int32_t xp_dump_append(int32_t descriptor, uint8_t *records, uint32_t size, uint32_t hole,
  //                        const uint64_t *range)
  xp_dump_append: {
    parameters: [
      "i32", // descriptor
      "buffer", // records
      "u32", // size
      "u32", // hole
      "buffer", // range
    ],
    result: "i32",
  },
  // uint32_t xp_unclaimed(uint64_t *range)
  xp_unclaimed: {
    parameters: [
      "buffer", // range
    ],
    result: "u32",
  },
  // void xp_claim(uint64_t address, uint32_t size)
  xp_claim: {
    parameters: [
      "u64", // address
      "u32", // size
    ],
    result: "void",
  },
  // void xp_copy(uint8_t *target, uint64_t address, uint32_t size)
  xp_copy: {
    parameters: [
      "buffer", // target
      "u64", // address
      "u32", // size
    ],
    result: "void",
  },
  // int32_t xp_read(uint8_t *target, uint64_t address, uint32_t size)
  xp_read: {
    parameters: [
      "buffer", // target
      "u64", // address
      "u32", // size
    ],
    result: "i32",
  },
  // uint32_t xp_stack_used(void)
  xp_stack_used: {
    parameters: [],
    result: "u32",
  },
  // uint32_t xp_walk(uint64_t *addresses, uint32_t capacity)
  xp_walk: {
    parameters: [
      "buffer", // addresses
      "u32", // capacity
    ],
    result: "u32",
  },
  // uint32_t xp_walk_records(uint64_t *records, uint32_t capacity)
  xp_walk_records: {
    parameters: [
      "buffer", // records
      "u32", // capacity
    ],
    result: "u32",
  },
  // int32_t xp_sampler_start(int32_t descriptor, uint32_t interval_ns, uint32_t event)
  xp_sampler_start: {
    parameters: [
      "i32", // descriptor
      "u32", // interval_ns
      "u32", // event
    ],
    result: "i32",
  },
  // int32_t xp_sampler_stop(void)
  xp_sampler_stop: {
    parameters: [],
    result: "i32",
  },
  // void xp_sampler_enable(uint32_t on)
  xp_sampler_enable: {
    parameters: [
      "u32", // on
    ],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions for `Deno.dlopen` only. They call back a body without arguments. */
export const ffiFunctions = {
  // int32_t xp_attach(void (*body)(void), uint32_t stack_budget)
  xp_attach: {
    parameters: [
      "function", // body
      "u32", // stack_budget
    ],
    result: "i32",
  },
  // uint32_t xp_call(uint32_t index, uint32_t context)
  xp_call: {
    parameters: [
      "u32", // index
      "u32", // context
    ],
    // Not u32: the body can deoptimise the code that called it, and then V8 ends the process with
    // "Lazy deopt after a fast API call with return value is unsupported".
    result: "void",
  },
  // uint32_t xp_probe(void)
  xp_probe: {
    parameters: [],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The version of xperf.h that these declarations describe (`XP_ABI_VERSION`). */
export const ABI_VERSION = 8;
