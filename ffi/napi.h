/*
 * The parts of Node-API that napi.c uses, as https://nodejs.org/api/n-api.html documents them.
 * They are weak symbols, so a runtime without Node-API can open the library too.
 */
#ifndef XPERF_NAPI_H
#define XPERF_NAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env_ *napi_env;
typedef struct napi_value_ *napi_value;
typedef struct napi_callback_info_ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);

/* Node's napi_status and napi_typedarray_type; of their values only napi_ok is used here. */
typedef int napi_status;
typedef int napi_typedarray_type;
enum { napi_ok = 0 };

/* Stands for the length of a text that ends with NUL. */
#define NAPI_AUTO_LENGTH SIZE_MAX

#define NAPI_IMPORT __attribute__((weak, visibility("default"))) napi_status
#define NAPI_EXPORT __attribute__((visibility("default")))

NAPI_IMPORT napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv,
                             napi_value *self, void **data);
NAPI_IMPORT napi_call_function(napi_env env, napi_value self, napi_value function, size_t argc,
                               const napi_value *argv, napi_value *result);
NAPI_IMPORT napi_create_function(napi_env env, const char *name, size_t length,
                                 napi_callback callback, void *data, napi_value *result);
NAPI_IMPORT napi_set_named_property(napi_env env, napi_value object, const char *name,
                                    napi_value value);
NAPI_IMPORT napi_get_value_uint32(napi_env env, napi_value value, uint32_t *result);
NAPI_IMPORT napi_get_value_int64(napi_env env, napi_value value, int64_t *result);
NAPI_IMPORT napi_get_value_bigint_uint64(napi_env env, napi_value value, uint64_t *result,
                                         bool *lossless);
NAPI_IMPORT napi_get_typedarray_info(napi_env env, napi_value array, napi_typedarray_type *type,
                                     size_t *length, void **data, napi_value *buffer,
                                     size_t *offset);
NAPI_IMPORT napi_create_uint32(napi_env env, uint32_t value, napi_value *result);
NAPI_IMPORT napi_create_int32(napi_env env, int32_t value, napi_value *result);
NAPI_IMPORT napi_create_bigint_uint64(napi_env env, uint64_t value, napi_value *result);
NAPI_IMPORT napi_throw_type_error(napi_env env, const char *code, const char *message);

/* The exports that a runtime with Node-API looks for in a library. */
NAPI_EXPORT int32_t node_api_module_get_api_version_v1(void);
NAPI_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports);

#endif
