// wc: counts the lines, words and bytes of files, or of standard input when it is given none. An ordinary C program.
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  uintmax_t lines, words, bytes;
} counts_t;

// Add what is in a file to the counts. Returns false when it cannot be read to its end.
static bool count(FILE *file, counts_t *counts) {
  bool is_in_word = false;
  for (int c; (c = getc(file)) != EOF;) {
    counts->bytes++;
    counts->lines += c == '\n';
    counts->words += !is_in_word && !isspace(c);
    is_in_word = !isspace(c);
  }
  return !ferror(file);
}

static void print(const counts_t *counts, const char *name) {
  printf("%7ju %7ju %7ju%s%s\n", counts->lines, counts->words, counts->bytes, *name ? " " : "", name);
}

static void complain(const char *name) {
  fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
}

// Count one file, print its counts and add them to the total.
static bool count_named(const char *name, counts_t *total) {
  counts_t counts = {0};
  FILE *file = fopen(name, "r");
  if (!file) {
    complain(name);
    return false;
  }
  bool is_whole = count(file, &counts);
  if (!is_whole)
    complain(name);
  fclose(file);
  print(&counts, name);
  total->lines += counts.lines;
  total->words += counts.words;
  total->bytes += counts.bytes;
  return is_whole;
}

int main(int argc, char *argv[]) {
  counts_t total = {0};
  bool is_good = true;
  if (argc < 2) {
    is_good = count(stdin, &total);
    if (!is_good)
      complain("standard input");
    print(&total, "");
  }
  for (int i = 1; i < argc; i++)
    is_good &= count_named(argv[i], &total);
  if (argc > 2)
    print(&total, "total");
  if (fflush(stdout) != 0) {
    complain("standard output");
    is_good = false;
  }
  return is_good ? 0 : 1;
}
