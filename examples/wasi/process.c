// Preview 1 on WASI 0.2: how the program starts and ends, its arguments and variables, clocks and random bytes.
#include "wasi02.h"
#include <string.h>

// ---------------------------------------------------------------- start and end

extern void _start(void); // wasi-libc's: constructors, main, what `atexit` was given

WASI02("cli/exit", "exit-with-code") void exit_with_code(int32_t code);

// wasi:cli/run: func() -> result. A status other than 0 leaves through `proc_exit`, so whoever returns has succeeded.
__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int32_t run(void) {
  _start();
  return 0;
}

_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t status) {
  exit_with_code(status & 0xFF);
  __builtin_trap(); // the host does not return
}

PREVIEW1(sched_yield)(void) {
  return __WASI_ERRNO_SUCCESS; // there is one thread
}

// ---------------------------------------------------------------- arguments and variables

// list<string>, and list<tuple<string, string>> too: the same strings in a row.
typedef struct {
  string_t *data;
  size_t size;
  bool fetched;
} strings_t;

WASI02("cli/environment", "get-arguments") void get_arguments(strings_t *arguments);
WASI02("cli/environment", "get-environment") void get_environment(strings_t *variables);

// Asked once and kept: preview 1 asks for the sizes first, and a host may write each question down.
static strings_t *arguments(void) {
  static strings_t kept;
  if (!kept.fetched)
    get_arguments(&kept);
  kept.fetched = true;
  return &kept;
}

static strings_t *variables(void) {
  static strings_t kept;
  if (!kept.fetched) {
    get_environment(&kept);
    kept.size *= 2; // a tuple is two strings
  }
  kept.fetched = true;
  return &kept;
}

static size_t total_size(const strings_t *strings) {
  size_t sum = strings->size; // one byte after each: '=' or '\0'
  for (size_t i = 0; i < strings->size; i++)
    sum += strings->data[i].size;
  return sum;
}

// Copy a string and put a byte after it; returns what follows.
static char *put(char *at, string_t string, char after) {
  memcpy(at, string.data, string.size);
  at[string.size] = after;
  return at + string.size + 1;
}

PREVIEW1(args_sizes_get)(size_t *count, size_t *size) {
  *count = arguments()->size;
  *size = total_size(arguments());
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(args_get)(char **pointers, char *at) {
  const strings_t *strings = arguments();
  for (size_t i = 0; i < strings->size; i++) {
    pointers[i] = at;
    at = put(at, strings->data[i], '\0');
  }
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(environ_sizes_get)(size_t *count, size_t *size) {
  *count = variables()->size / 2;
  *size = total_size(variables());
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(environ_get)(char **pointers, char *at) {
  const strings_t *strings = variables();
  for (size_t i = 0; i < strings->size; i += 2) {
    pointers[i / 2] = at;
    at = put(at, strings->data[i], '=');
    at = put(at, strings->data[i + 1], '\0');
  }
  return __WASI_ERRNO_SUCCESS;
}

// ---------------------------------------------------------------- clocks

WASI02("clocks/wall-clock", "now") void wall_now(datetime_t *now);
WASI02("clocks/wall-clock", "resolution") void wall_resolution(datetime_t *resolution);
WASI02("clocks/monotonic-clock", "now") uint64_t monotonic_now(void);
WASI02("clocks/monotonic-clock", "resolution") uint64_t monotonic_resolution(void);
WASI02("clocks/monotonic-clock", "subscribe-duration") handle_t subscribe_duration(uint64_t nanoseconds);
WASI02("clocks/monotonic-clock", "subscribe-instant") handle_t subscribe_instant(uint64_t nanoseconds);
WASI02("io/poll", "[method]pollable.block") void pollable_block(handle_t pollable);
WASI02("io/poll", "[resource-drop]pollable") void pollable_drop(handle_t pollable);

static uint64_t wall_nanoseconds(void) {
  datetime_t now;
  wall_now(&now);
  return nanoseconds_of(now);
}

PREVIEW1(clock_time_get)(uint32_t clock, uint64_t precision, uint64_t *time) {
  (void)precision;
  if (clock == __WASI_CLOCKID_REALTIME)
    *time = wall_nanoseconds();
  else if (clock == __WASI_CLOCKID_MONOTONIC)
    *time = monotonic_now();
  else
    return __WASI_ERRNO_NOTSUP;
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(clock_res_get)(uint32_t clock, uint64_t *resolution) {
  datetime_t wall;
  if (clock == __WASI_CLOCKID_REALTIME) {
    wall_resolution(&wall);
    *resolution = nanoseconds_of(wall);
  } else if (clock == __WASI_CLOCKID_MONOTONIC) {
    *resolution = monotonic_resolution();
  } else {
    return __WASI_ERRNO_NOTSUP;
  }
  return __WASI_ERRNO_SUCCESS;
}

// Waits for one clock, which is all that `nanosleep` and its kin ask for; `poll` on descriptors is not supported.
PREVIEW1(poll_oneoff)(const __wasi_subscription_t *in, __wasi_event_t *out, size_t count, size_t *events) {
  if (count != 1 || in->u.tag != __WASI_EVENTTYPE_CLOCK)
    return __WASI_ERRNO_NOTSUP;
  __wasi_subscription_clock_t clock = in->u.u.clock;
  bool is_instant = clock.flags & __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
  if (clock.id != __WASI_CLOCKID_REALTIME && clock.id != __WASI_CLOCKID_MONOTONIC)
    return __WASI_ERRNO_NOTSUP;
  if (is_instant && clock.id == __WASI_CLOCKID_REALTIME) {
    uint64_t now = wall_nanoseconds();
    clock.timeout = clock.timeout > now ? clock.timeout - now : 0;
    is_instant = false;
  }
  handle_t pollable = is_instant ? subscribe_instant(clock.timeout) : subscribe_duration(clock.timeout);
  pollable_block(pollable);
  pollable_drop(pollable);
  *out = (__wasi_event_t){.userdata = in->userdata, .type = __WASI_EVENTTYPE_CLOCK};
  *events = 1;
  return __WASI_ERRNO_SUCCESS;
}

// ---------------------------------------------------------------- random bytes

WASI02("random/random", "get-random-bytes") void get_random_bytes(uint64_t size, bytes_t *bytes);

PREVIEW1(random_get)(uint8_t *buffer, size_t size) {
  // In pieces, because a host bounds what one call may ask for.
  for (size_t done = 0, piece; done < size; done += piece) {
    bytes_t bytes;
    piece = size - done < 4096 ? size - done : 4096;
    land_in(buffer + done, piece);
    get_random_bytes(piece, &bytes);
    landed();
  }
  return __WASI_ERRNO_SUCCESS;
}
