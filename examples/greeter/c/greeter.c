// The greeter in C. `app.h` and `app.c` are made from the WIT by `wit-bindgen c`.
//
// A function owns its parameters and frees what they point to. Its result is memory from `malloc`, which `app.c` frees when the caller has
// read it. Strings of WIT have a length, and no zero byte at their end.
//
// There is no `printf` here, and no `snprintf`: both bring in the file streams of the C library, and those import WASI.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

typedef exports_example_greeter_greeter_person_t person_t;
typedef exports_example_greeter_greeter_list_person_t list_person_t;

// Without memory nothing useful is left to do. `abort` is a trap: it ends the call, and the caller is told.
static void *allocate(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL && size > 0) abort();
    return memory;
}

static uint8_t *append(uint8_t *end, const void *bytes, size_t size) {
    memcpy(end, bytes, size);
    return end + size;
}

static void greeting(const char *hello, const app_string_t *name, app_string_t *ret) {
    size_t hello_size = strlen(hello);
    ret->len = hello_size + 2 + name->len + 1;
    ret->ptr = allocate(ret->len);
    uint8_t *end = append(ret->ptr, hello, hello_size);
    end = append(end, ", ", 2);
    end = append(end, name->ptr, name->len);
    append(end, "!", 1);
}

static bool equals(const app_string_t *string, const char *text) {
    return string->len == strlen(text) && memcmp(string->ptr, text, string->len) == 0;
}

static const char *hello_for(const person_t *person) {
    for (size_t i = 0; i < person->languages.len; i++) {
        const app_string_t *language = &person->languages.ptr[i];
        if (equals(language, "en")) return "Hello";
        if (equals(language, "eo")) return "Saluton";
        if (equals(language, "fr")) return "Bonjour";
    }
    return "Hello";
}

void exports_example_greeter_greeter_greet(app_string_t *name, app_string_t *ret) {
    greeting("Hello", name, ret);
    app_string_free(name);
}

void exports_example_greeter_greeter_greet_all(list_person_t *people, app_list_string_t *ret) {
    ret->len = people->len;
    ret->ptr = allocate(people->len * sizeof *ret->ptr);
    for (size_t i = 0; i < people->len; i++) {
        const person_t *person = &people->ptr[i];
        greeting(hello_for(person), &person->name, &ret->ptr[i]);
        // What is passed to the host is lent: it still belongs to this function afterwards, as a part of the result.
        isorun_log_log_write(ISORUN_LOG_LOG_LEVEL_INFO, &ret->ptr[i]);
    }
    exports_example_greeter_greeter_list_person_free(people);
}
