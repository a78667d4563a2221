// snoop: reaches for what is not its own, and says what it got. It ends with status 0 when everything was refused.
//
// Paths are tried twice: the way a program does, where wasi-libc looks for a directory that they are in, and straight
// through every directory that the host opened, where only the host stands in the way.
#include "wasi02.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wasi/libc-nocwd.h>

enum { FIRST_PREOPEN = 3 };

static int obtained;

// Tell what became of an attempt: `problem` is why it failed, or NULL.
static void tell(const char *attempt, const char *subject, const char *problem) {
  printf("%-10s %-36s %s\n", attempt, subject, problem ? problem : "OBTAINED");
  obtained += !problem;
}

// ---------------------------------------------------------------- files

// Whether a descriptor gives anything; closes it. A directory gives nothing when it is read, but to have it is enough.
static const char *problem_of(int fd) {
  char byte;
  if (fd < 0)
    return strerror(errno);
  ssize_t size = read(fd, &byte, 1);
  const char *problem = size < 0 && errno != EISDIR && errno != EBADF ? strerror(errno) : NULL;
  close(fd);
  return problem;
}

static void try_path(const char *path) {
  tell("open", path, problem_of(open(path, O_RDONLY)));
}

// Ask the host itself for a path below a directory.
static void try_below(int directory, const char *path) {
  tell("open at", path, problem_of(__wasilibc_nocwd_openat_nomode(directory, path, O_RDONLY)));
}

static void try_to_write_below(int directory, const char *path) {
  tell("create at", path, problem_of(__wasilibc_nocwd_openat_nomode(directory, path, O_WRONLY | O_CREAT | O_EXCL)));
}

// Lay a symbolic link in the directory and go through it. It is refused already when the link is.
static void try_link(int directory, const char *target, const char *through) {
  static const char link[] = "snoop-link";
  if (__wasilibc_nocwd_symlinkat(target, directory, link) != 0) {
    tell("link to", target, strerror(errno));
    return;
  }
  const char *problem = problem_of(__wasilibc_nocwd_openat_nomode(directory, through, O_RDONLY));
  if (__wasilibc_nocwd___wasilibc_unlinkat(directory, link) != 0)
    perror("snoop: cannot remove its link");
  tell("link to", target, problem);
}

// Lay a link that is harmless where it is, and move it to where it leads outside.
static void try_moved_link(int directory) {
  static const char inner[] = "snoop-dir", laid[] = "snoop-dir/link", moved[] = "snoop-link";
  if (__wasilibc_nocwd_mkdirat_nomode(directory, inner) != 0) {
    tell("move link", "snoop-dir/link to snoop-link", strerror(errno));
    return;
  }
  const char *problem = NULL;
  if (__wasilibc_nocwd_symlinkat("..", directory, laid) != 0 ||
      __wasilibc_nocwd_renameat(directory, laid, directory, moved) != 0)
    problem = strerror(errno);
  else
    problem = problem_of(__wasilibc_nocwd_openat_nomode(directory, moved, O_RDONLY));
  (void)!__wasilibc_nocwd___wasilibc_unlinkat(directory, laid);
  (void)!__wasilibc_nocwd___wasilibc_unlinkat(directory, moved);
  if (__wasilibc_nocwd___wasilibc_rmdirat(directory, inner) != 0)
    perror("snoop: cannot remove its directory");
  tell("move link", "snoop-dir/link to snoop-link", problem);
}

// Try to leave one of the directories that the host opened.
static void try_to_leave(int directory) {
  try_below(directory, "/etc/passwd");
  try_below(directory, "../../etc/passwd");
  try_below(directory, "./../../../../../../../../etc/passwd");
  try_below(directory, "..");
  try_to_write_below(directory, "../snoop-was-here");
  try_link(directory, "/etc/passwd", "snoop-link");
  try_link(directory, "../../../../../../../../etc/passwd", "snoop-link");
  try_link(directory, "../../../../../../../..", "snoop-link/etc/passwd");
  try_moved_link(directory);
}

// ---------------------------------------------------------------- variables

extern char **environ;

static void try_variables(void) {
  if (!*environ)
    tell("variables", "all", "none there");
  for (char **at = environ; *at; at++)
    tell("variable", *at, NULL);
}

// ---------------------------------------------------------------- the network

// wasi-libc has no `socket` for preview 1, so this asks WASI 0.2.
typedef RESULT(handle_t) result_socket_t;

WASI02("sockets/instance-network", "instance-network") handle_t instance_network(void);
WASI02("sockets/tcp-create-socket", "create-tcp-socket")
void create_tcp_socket(int32_t family, result_socket_t *result);

// The address is a variant: 0 for IPv4, then its port and four numbers, then the places that only IPv6 needs.
WASI02("sockets/tcp", "[method]tcp-socket.start-connect")
void start_connect(handle_t socket, handle_t network, int32_t variant, int32_t port, int32_t a, int32_t b, int32_t c,
                   int32_t d, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, result_byte_t *result);

// result<tuple<input-stream, output-stream>, error-code>
typedef struct {
  handle_t input, output;
} connection_t;
typedef RESULT(connection_t) result_connection_t;
WASI02("sockets/tcp", "[method]tcp-socket.finish-connect")
void finish_connect(handle_t socket, result_connection_t *result);
WASI02("sockets/tcp", "[method]tcp-socket.subscribe") handle_t subscribe(handle_t socket);
WASI02("io/poll", "[method]pollable.block") void pollable_block(handle_t pollable);
WASI02("io/poll", "[resource-drop]pollable") void pollable_drop(handle_t pollable);

enum { ACCESS_DENIED = 1, NOT_SUPPORTED = 2, WOULD_BLOCK = 8 };

// Only a host that keeps the network to itself says so. Any other answer, "connection refused" too, came from there.
static const char *network_problem(uint8_t error_code) {
  return error_code == ACCESS_DENIED ? "Access denied" : error_code == NOT_SUPPORTED ? "Not supported" : NULL;
}

static const char *connect_problem(void) {
  result_socket_t socket;
  result_byte_t started;
  result_connection_t finished;
  create_tcp_socket(0, &socket);
  if (socket.failed)
    return network_problem(socket.error);
  start_connect(socket.value, instance_network(), 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, &started);
  if (started.failed)
    return network_problem(started.error);
  for (;;) {
    finish_connect(socket.value, &finished);
    if (!finished.failed)
      return NULL;
    if (finished.error != WOULD_BLOCK)
      return network_problem(finished.error);
    handle_t pollable = subscribe(socket.value);
    pollable_block(pollable);
    pollable_drop(pollable);
  }
}

int main(void) {
  try_path("/etc/passwd");
  try_path("../../etc/passwd");
  try_path("/proc/self/environ");
  for (int fd = FIRST_PREOPEN; fcntl(fd, F_GETFL) != -1; fd++)
    try_to_leave(fd);
  try_variables();
  tell("connect", "127.0.0.1:80", connect_problem());
  printf(obtained ? "snoop got hold of %d things that are not its own\n" : "everything was refused\n", obtained);
  return obtained ? 1 : 0;
}
