/*
 * The library as a module for Node and Bun: the functions of xperf.h as
 * functions of JavaScript, and calls inside trampolines.
 *
 *     JavaScript caller        compiled or interpreted by V8 or JavaScriptCore
 *     [runtime]                its way into a module's function
 *     call_inside              finds the trampoline
 *     trampoline               the address that perf samples
 *     call_function            a frame of its own under the trampoline
 *     [runtime]                its way back into JavaScript
 *     JavaScript body
 *
 * Node and Bun keep frame pointers in all of their code, so no chain needs repair here.
 */
#include "napi.h"

#include "stack.h"
#include "xperf.h"

enum { MOST_PARAMETERS = 5 };

/*
 * A function with the types of its parameters and its result: u uint32_t, i int32_t, U uint64_t,
 * b the memory of a typed array, v void.
 */
struct function {
    const char *name;
    void (*code)(void);
    const char *parameters;
    char result;
};

#define FUNCTION(name, parameters, result) {#name, (void (*)(void))name, parameters, result}

/* The `functions` of ffi/symbols.ts. */
static const struct function functions[] = {
    FUNCTION(xp_abi_version, "", 'u'),
    FUNCTION(xp_user_id, "", 'u'),
    FUNCTION(xp_clock, "", 'U'),
    FUNCTION(xp_map_marker, "i", 'i'),
    FUNCTION(xp_register, "u", 'i'),
    FUNCTION(xp_trampoline_address, "u", 'U'),
    FUNCTION(xp_trampoline_size, "", 'u'),
    FUNCTION(xp_ffi_return_address, "", 'U'),
    FUNCTION(xp_append, "ibu", 'i'),
    FUNCTION(xp_dump_open, "ibu", 'i'),
    FUNCTION(xp_dump_append, "ibuub", 'i'),
    FUNCTION(xp_unclaimed, "b", 'u'),
    FUNCTION(xp_claim, "Uu", 'v'),
    FUNCTION(xp_copy, "bUu", 'v'),
    FUNCTION(xp_read, "bUu", 'i'),
    FUNCTION(xp_stack_used, "", 'u'),
    FUNCTION(xp_walk, "bu", 'u'),
    FUNCTION(xp_walk_records, "bu", 'u'),
    FUNCTION(xp_sampler_start, "iuu", 'i'),
    FUNCTION(xp_sampler_stop, "", 'i'),
    FUNCTION(xp_sampler_enable, "u", 'v'),
};

/* On both architectures, integers and pointers of any width travel in the same registers. */
typedef uint64_t any_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

static napi_status read_number(napi_env env, napi_value value, uint64_t *number)
{
    bool lossless;
    if (napi_get_value_bigint_uint64(env, value, number, &lossless) == napi_ok)
        return napi_ok;
    return napi_get_value_int64(env, value, (int64_t *)number);
}

static napi_status read_memory(napi_env env, napi_value value, uint64_t *address)
{
    void *data = NULL;
    const napi_status status = napi_get_typedarray_info(env, value, NULL, NULL, &data, NULL, NULL);
    *address = (uint64_t)(uintptr_t)data;
    return status;
}

static napi_value make_result(napi_env env, char type, uint64_t value)
{
    napi_value result = NULL;
    switch (type) {
    case 'u':
        napi_create_uint32(env, (uint32_t)value, &result);
        break;
    case 'i':
        napi_create_int32(env, (int32_t)value, &result);
        break;
    case 'U':
        napi_create_bigint_uint64(env, value, &result);
        break;
    }
    return result;
}

static napi_value call_native(napi_env env, napi_callback_info info)
{
    napi_value values[MOST_PARAMETERS];
    uint64_t arguments[MOST_PARAMETERS] = {0};
    size_t count = MOST_PARAMETERS;
    void *data;
    if (napi_get_cb_info(env, info, &count, values, NULL, &data) != napi_ok)
        return NULL;
    const struct function *function = data;
    for (size_t i = 0; function->parameters[i] != '\0'; i++) {
        const napi_status status = function->parameters[i] == 'b'
                                       ? read_memory(env, values[i], &arguments[i])
                                       : read_number(env, values[i], &arguments[i]);
        if (status != napi_ok) {
            napi_throw_type_error(env, NULL, function->name);
            return NULL;
        }
    }
    any_function *code = (any_function *)function->code;
    return make_result(env, function->result,
                       code(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]));
}

/* call(index, refused, fn, self, ...args) */
enum { INDEX, REFUSED, FUNCTION_, SELF, FIRST_ARGUMENT, MOST_VALUES = FIRST_ARGUMENT + 3 };

struct call {
    napi_env env;
    napi_value *values;
    size_t count;
    napi_value result;
};

/* An exception stays pending in the runtime, which throws it after we have returned. */
static void call_function(void *argument)
{
    struct call *call = argument;
    if (napi_call_function(call->env, call->values[SELF], call->values[FUNCTION_],
                           call->count - FIRST_ARGUMENT, call->values + FIRST_ARGUMENT,
                           &call->result) != napi_ok)
        call->result = NULL;
}

/* A trampoline calls `function` with `argument` (emit_<arch>.c). */
typedef void trampoline(void *argument, void (*function)(void *argument));

static napi_value call_inside(napi_env env, napi_callback_info info)
{
    napi_value values[MOST_VALUES];
    size_t count = MOST_VALUES;
    void *floor;
    uint32_t index;
    if (napi_get_cb_info(env, info, &count, values, NULL, &floor) != napi_ok ||
        napi_get_value_uint32(env, values[INDEX], &index) != napi_ok)
        return NULL;
    if ((uintptr_t)__builtin_frame_address(0) < (uintptr_t)floor)
        return values[REFUSED];
    const uint64_t address = xp_trampoline_address(index);
    if (address == 0 || count < FIRST_ARGUMENT) {
        napi_throw_type_error(env, NULL, "call");
        return NULL;
    }
    struct call call = {env, values, count, NULL};
    ((trampoline *)(uintptr_t)address)(&call, call_function);
    return call.result;
}

/* attach(stack_budget) returns the calling thread's call(). */
static napi_value attach(napi_env env, napi_callback_info info)
{
    napi_value value;
    napi_value call = NULL;
    size_t count = 1;
    uint32_t budget;
    if (napi_get_cb_info(env, info, &count, &value, NULL, NULL) != napi_ok ||
        napi_get_value_uint32(env, value, &budget) != napi_ok) {
        napi_throw_type_error(env, NULL, "attach");
        return NULL;
    }
    const uintptr_t base = xp_stack_base();
    const uintptr_t floor = base > budget ? base - budget : 0;
    napi_create_function(env, "call", NAPI_AUTO_LENGTH, call_inside, (void *)floor, &call);
    return call;
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback callback,
                   const struct function *function)
{
    napi_value value;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, (void *)function, &value) == napi_ok)
        napi_set_named_property(env, exports, name, value);
}

int32_t node_api_module_get_api_version_v1(void)
{
    return 8;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        export(env, exports, functions[i].name, call_native, &functions[i]);
    export(env, exports, "attach", attach, NULL);
    return exports;
}
