// kernels: small programs that only compute, to measure what being watched costs a guest. Each works `times` times and
// returns a check of its result, so that the compiler can leave nothing out.
#include <stdbool.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))

enum { BYTES = 1 << 20, ROWS = 128, NUMBERS = 1 << 16 };

static uint8_t bytes[BYTES];
static double left[ROWS][ROWS], right[ROWS][ROWS], product[ROWS][ROWS];
static uint32_t numbers[NUMBERS];

// Primes below 2^20 by Eratosthenes' sieve, one byte each: loops that store.
EXPORT("primes") uint32_t primes(uint32_t times) {
  uint32_t found = 0;
  while (times--) {
    for (uint32_t i = 0; i < BYTES; i++)
      bytes[i] = 0;
    for (uint32_t prime = 2; prime < BYTES; prime++) {
      if (bytes[prime])
        continue;
      found++;
      for (uint32_t multiple = 2 * prime; multiple < BYTES; multiple += prime)
        bytes[multiple] = 1;
    }
  }
  return found;
}

// The product of two matrices of doubles: loops that load and calculate.
EXPORT("matrix") double matrix(uint32_t times) {
  for (int row = 0; row < ROWS; row++)
    for (int column = 0; column < ROWS; column++) {
      left[row][column] = row + column;
      right[row][column] = row - column;
    }
  while (times--)
    for (int row = 0; row < ROWS; row++)
      for (int column = 0; column < ROWS; column++) {
        double sum = 0;
        for (int k = 0; k < ROWS; k++)
          sum += left[row][k] * right[k][column];
        product[row][column] = sum;
      }
  return product[1][0];
}

// FNV-1a of 2^20 bytes: a chain of small steps, one byte a turn.
EXPORT("hash") uint64_t hash(uint32_t times) {
  uint64_t hash = 0xcbf29ce484222325;
  while (times--)
    for (uint32_t i = 0; i < BYTES; i++)
      hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

static uint32_t rotate(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

static void quarter_round(uint32_t x[16], int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

// 1,024 blocks of ChaCha20 (RFC 8439): long stretches without a jump.
EXPORT("cipher") uint32_t cipher(uint32_t times) {
  uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (times *= 1024; times; times--) {
    uint32_t x[16];
    for (int i = 0; i < 16; i++)
      x[i] = state[i];
    for (int round = 0; round < 10; round++) {
      quarter_round(x, 0, 4, 8, 12), quarter_round(x, 1, 5, 9, 13);
      quarter_round(x, 2, 6, 10, 14), quarter_round(x, 3, 7, 11, 15);
      quarter_round(x, 0, 5, 10, 15), quarter_round(x, 1, 6, 11, 12);
      quarter_round(x, 2, 7, 8, 13), quarter_round(x, 3, 4, 9, 14);
    }
    for (int i = 4; i < 16; i++)
      state[i] += x[i];
  }
  return state[4];
}

static void sort(uint32_t *from, int count) {
  while (count > 1) {
    uint32_t pivot = from[count / 2];
    int i = 0, j = count - 1;
    for (;; i++, j--) {
      while (from[i] < pivot)
        i++;
      while (from[j] > pivot)
        j--;
      if (i >= j)
        break;
      uint32_t swapped = from[i];
      from[i] = from[j], from[j] = swapped;
    }
    sort(from, i);
    from += i, count -= i;
  }
}

// Quicksort of 2^16 random numbers: short loops that nobody can predict.
EXPORT("sort") uint32_t sort_numbers(uint32_t times) {
  uint32_t seed = 1;
  while (times--) {
    for (int i = 0; i < NUMBERS; i++)
      numbers[i] = seed = seed * 1664525 + 1013904223;
    sort(numbers, NUMBERS);
  }
  return numbers[NUMBERS / 2];
}

static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

// Fibonacci numbers by calling itself: calls instead of loops.
EXPORT("recursion") uint32_t recursion(uint32_t times) {
  uint32_t sum = 0;
  while (times--)
    sum += fibonacci(22 + (sum & 1));
  return sum;
}
