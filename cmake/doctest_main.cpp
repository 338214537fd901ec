// The one place where doctest's implementation and main() are compiled into a test program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
