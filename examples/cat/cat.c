// cat: copies files, or standard input when it is given none, to standard output; with -n it numbers the lines. An
// ordinary C program.
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void complain(const char *name) {
  fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
}

// Copy a file byte for byte. Returns false when it cannot be read or copied to its end.
static bool copy(FILE *file, const char *name) {
  static char buffer[16384];
  for (size_t size; (size = fread(buffer, 1, sizeof buffer, file)) != 0;)
    if (fwrite(buffer, 1, size, stdout) != size) {
      complain("standard output");
      return false;
    }
  if (ferror(file))
    complain(name);
  return !ferror(file);
}

// The same with a number before each line. Numbers go on from file to file, and so does a line without an end.
static bool copy_numbered(FILE *file, const char *name) {
  static unsigned long line;
  static int previous = '\n';
  for (int c; (c = getc(file)) != EOF; previous = c) {
    if (previous == '\n')
      printf("%6lu\t", ++line);
    if (putchar(c) == EOF) {
      complain("standard output");
      return false;
    }
  }
  if (ferror(file))
    complain(name);
  return !ferror(file);
}

int main(int argc, char *argv[]) {
  bool (*act)(FILE *, const char *) = copy;
  bool is_good = true;
  int first = 1;
  if (argc > 1 && strcmp(argv[1], "-n") == 0) {
    act = copy_numbered;
    first = 2;
  }
  if (first >= argc)
    is_good = act(stdin, "standard input");
  for (int i = first; i < argc; i++) {
    FILE *file = fopen(argv[i], "rb");
    if (!file)
      complain(argv[i]);
    is_good &= file && act(file, argv[i]);
    if (file)
      fclose(file);
  }
  if (fflush(stdout) != 0) {
    complain("standard output");
    is_good = false;
  }
  return is_good ? 0 : 1;
}
