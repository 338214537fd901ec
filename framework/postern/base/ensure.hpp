// ensure(condition): states what must be true whatever the input; a bug if it is not. Traps in every build.
//
// For outcomes a caller can meet (bad input, a lost network) return an error instead: see error.hpp.
#pragma once

#define ensure(...)       \
  do {                    \
    if (!(__VA_ARGS__)) { \
      __builtin_trap();   \
    }                     \
  } while (false)
