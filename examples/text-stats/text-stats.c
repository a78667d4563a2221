// text-stats: a WebAssembly component in C that counts what is in a text. Its types are in wiring.wat.
//
// A word is a run of characters between white space, as Python's `str.split()` sees it. `most-common` compares words
// without the ASCII punctuation around them and without the case of ASCII letters.
#include "arena.h"
#include <stdbool.h>

// record stats { bytes, characters, words, lines: u32, longest-word: string }
typedef struct {
  uint32_t bytes, characters, words, lines;
  string_t longest_word;
} stats_t;

// tuple<string, u32>
typedef struct {
  string_t word;
  uint32_t count;
} entry_t;

// list<tuple<string, u32>>
typedef struct {
  entry_t *data;
  uint32_t size;
} entries_t;

// ---------------------------------------------------------------- characters and words

// Read one character of valid UTF-8 (the host guarantees that it is) and step over it.
static uint32_t next_character(const uint8_t **at) {
  const uint8_t *p = *at;
  uint32_t lead = p[0];
  if (lead < 0x80) {
    *at = p + 1;
    return lead;
  }
  if (lead < 0xE0) {
    *at = p + 2;
    return (lead & 0x1F) << 6 | (p[1] & 0x3F);
  }
  if (lead < 0xF0) {
    *at = p + 3;
    return (lead & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3F);
  }
  *at = p + 4;
  return (lead & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3F);
}

// Unicode's White_Space and the four information separators: the set of Python's `str.isspace()`.
static bool is_space(uint32_t c) {
  if (c < 0x80)
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

// Find the next word at or after `*at`, and how many characters it has. Returns false at the end of the text.
static bool next_word(const uint8_t **at, const uint8_t *end, string_t *word, uint32_t *characters) {
  const uint8_t *start = *at, *here = *at;
  *characters = 0;
  while (here < end) {
    const uint8_t *before = here;
    if (!is_space(next_character(&here))) {
      ++*characters;
    } else if (*characters) {
      here = before;
      break;
    } else {
      start = here;
    }
  }
  *at = here;
  word->data = (uint8_t *)start;
  word->size = (uint32_t)(here - start);
  return *characters != 0;
}

static bool is_punctuation(uint8_t c) {
  return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E);
}

// Take the punctuation off both ends and lower ASCII letters, in place: the text is ours.
static void normalise(string_t *word) {
  while (word->size && is_punctuation(word->data[word->size - 1]))
    --word->size;
  while (word->size && is_punctuation(word->data[0]))
    ++word->data, --word->size;
  for (uint32_t i = 0; i < word->size; i++)
    if (word->data[i] >= 'A' && word->data[i] <= 'Z')
      word->data[i] |= 0x20;
}

// ---------------------------------------------------------------- counting distinct words

// Entries in order of appearance, and a hash table of their numbers plus one (0 is free), at most half full.
typedef struct {
  entry_t *entries;
  uint32_t count, capacity;
  uint32_t *slots;
} counter_t;

static uint32_t common_prefix(string_t a, string_t b) {
  uint32_t i = 0;
  while (i < a.size && i < b.size && a.data[i] == b.data[i])
    i++;
  return i;
}

static bool equal(string_t a, string_t b) {
  return a.size == b.size && common_prefix(a, b) == a.size;
}

// The slot that holds the word, or the free one where it belongs. FNV-1a, linear probing.
static uint32_t *slot_of(const counter_t *counter, string_t word) {
  uint32_t hash = 2166136261u, mask = counter->capacity * 2 - 1;
  for (uint32_t i = 0; i < word.size; i++)
    hash = (hash ^ word.data[i]) * 16777619u;
  while (counter->slots[hash & mask] && !equal(counter->entries[counter->slots[hash & mask] - 1].word, word))
    hash++;
  return &counter->slots[hash & mask];
}

static void resize(counter_t *counter, uint32_t capacity) {
  entry_t *entries = allocate((size_t)capacity * sizeof *entries, _Alignof(entry_t));
  if (counter->count)
    __builtin_memcpy(entries, counter->entries, counter->count * sizeof *entries);
  counter->entries = entries;
  counter->capacity = capacity;
  counter->slots = allocate((size_t)capacity * 2 * sizeof(uint32_t), _Alignof(uint32_t));
  __builtin_memset(counter->slots, 0, (size_t)capacity * 2 * sizeof(uint32_t));
  for (uint32_t i = 0; i < counter->count; i++)
    *slot_of(counter, entries[i].word) = i + 1;
}

static void count_word(counter_t *counter, string_t word) {
  if (counter->count == counter->capacity)
    resize(counter, counter->capacity ? counter->capacity * 2 : 64);
  uint32_t *slot = slot_of(counter, word);
  if (!*slot) {
    counter->entries[counter->count] = (entry_t){word, 0};
    *slot = ++counter->count;
  }
  counter->entries[*slot - 1].count++;
}

// ---------------------------------------------------------------- sorting: heap sort, in place, no recursion

// Whether `a` belongs after `b`: more frequent words first, equally frequent ones by their bytes.
static bool belongs_after(const entry_t *a, const entry_t *b) {
  if (a->count != b->count)
    return a->count < b->count;
  uint32_t prefix = common_prefix(a->word, b->word);
  return prefix == b->word.size || (prefix < a->word.size && a->word.data[prefix] > b->word.data[prefix]);
}

static void sift_down(entry_t *heap, uint32_t root, uint32_t size) {
  for (uint32_t child; (child = root * 2 + 1) < size; root = child) {
    if (child + 1 < size && belongs_after(&heap[child + 1], &heap[child]))
      child++;
    if (belongs_after(&heap[root], &heap[child]))
      return;
    entry_t moved = heap[root];
    heap[root] = heap[child];
    heap[child] = moved;
  }
}

static void sort(entry_t *entries, uint32_t size) {
  for (uint32_t root = size / 2; root-- > 0;)
    sift_down(entries, root, size);
  for (uint32_t last = size; last-- > 1;) {
    entry_t moved = entries[0];
    entries[0] = entries[last];
    entries[last] = moved;
    sift_down(entries, 0, last);
  }
}

// ---------------------------------------------------------------- exports

// analyse: func(text: string) -> stats
EXPORT("analyse") stats_t *analyse(const uint8_t *text, uint32_t size) {
  stats_t *stats = allocate(sizeof *stats, _Alignof(stats_t));
  const uint8_t *end = text + size, *at = text;
  uint32_t characters, longest = 0;
  string_t word;
  *stats = (stats_t){.bytes = size};
  for (uint32_t i = 0; i < size; i++) {
    stats->characters += (text[i] & 0xC0) != 0x80;
    stats->lines += text[i] == '\n';
  }
  stats->lines += size && text[size - 1] != '\n'; // a last line without a line feed counts too
  while (next_word(&at, end, &word, &characters)) {
    stats->words++;
    if (characters > longest) {
      longest = characters;
      stats->longest_word = word;
    }
  }
  return stats;
}

// most-common: func(text: string, limit: u32) -> list<tuple<string, u32>>
EXPORT("most-common") entries_t *most_common(uint8_t *text, uint32_t size, uint32_t limit) {
  entries_t *result = allocate(sizeof *result, _Alignof(entries_t));
  const uint8_t *end = text + size, *at = text;
  counter_t counter = {0};
  uint32_t characters;
  string_t word;
  while (next_word(&at, end, &word, &characters)) {
    normalise(&word);
    if (word.size)
      count_word(&counter, word);
  }
  sort(counter.entries, counter.count);
  *result = (entries_t){counter.entries, counter.count < limit ? counter.count : limit};
  return result;
}
