// The program's file descriptors: which resource of the host each one stands for.
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include "wasi02.h"

typedef enum {
  CLOSED,
  INPUT,  // standard input
  OUTPUT, // standard output or standard error
  FILE_OR_DIRECTORY,
} kind_t;

// A directory that is being read.
typedef struct {
  handle_t stream;
  uint64_t next; // the number of the entry that is read next
  bool is_at_hand;
  struct { // that entry, when it is at hand
    uint64_t inode;
    string_t name;
    uint8_t type;
  } entry;
} listing_t;

typedef struct {
  kind_t kind;
  handle_t stream;     // of INPUT and OUTPUT, once it is used; of a file that is appended to
  handle_t descriptor; // of FILE_OR_DIRECTORY
  uint16_t flags;      // __WASI_FDFLAGS_*
  bool is_at_end;      // it was appended to: its position is its size, whatever that is by now
  uint64_t position;
  uint64_t rights;    // __WASI_RIGHTS_*: what it was opened for
  string_t preopened; // the name under which the host gave it; empty if the program opened it
  listing_t *listing;
} entry_t;

// record descriptor-stat
typedef struct {
  uint8_t type;
  uint64_t links, size;
  struct {
    bool is_known;
    datetime_t time;
  } accessed, modified, changed;
} stat_t;
typedef RESULT(stat_t) result_stat_t;

WASI02("filesystem/types", "[method]descriptor.stat") void descriptor_stat(handle_t file, result_stat_t *result);

// record metadata-hash-value { lower: u64, upper: u64 }
typedef struct {
  uint64_t lower, upper;
} hash_t;
typedef RESULT(hash_t) result_hash_t;

// The open descriptor with this number, or NULL.
entry_t *entry_of(int32_t fd);

// The same if it is a file or a directory, or NULL.
entry_t *file_of(int32_t fd);

// The host's stream behind a standard descriptor, or the one that appends to a file.
handle_t stream_of(entry_t *entry);

// Give a file or a directory the lowest free number and own it; closes it when there is none.
__wasi_errno_t adopt(handle_t descriptor, uint64_t rights, int32_t *fd);

// Turn appending on or off, as the flags say.
__wasi_errno_t set_flags(entry_t *entry, uint16_t flags);

// Give back what stands behind a number; it is free again.
void close_entry(entry_t *entry);
void close_listing(entry_t *entry);

uint8_t filetype_of(uint8_t descriptor_type);
void fill_filestat(__wasi_filestat_t *out, const stat_t *stat, const hash_t *hash);

#endif
