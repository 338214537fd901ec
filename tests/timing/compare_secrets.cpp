// Compares a secret of 32 bytes, once, with a guess that agrees with it in the first so many: for secrets.test.mjs,
// which counts the instructions of counted_comparison().
//
//   compare-secrets constant_time 31
//   compare-secrets early_exit 31          as code compares that does not mind
#include <charconv>
#include <cstddef>
#include <print>
#include <span>
#include <string>
#include <string_view>

#include "postern/base/secret.hpp"

namespace {

constexpr std::size_t secret_bytes = 32;

bool early_exit(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
    asm volatile("" : : : "memory");  // keeps it a loop
  }
  return true;
}

}  // namespace

// One that can be named to callgrind, and that nothing else is inlined into.
extern "C" [[gnu::noinline]] bool counted_comparison(bool in_constant_time, const postern::Secret& secret,
                                                     std::string_view guess) {
  return in_constant_time ? postern::constant_time_equal(secret.reveal(), guess) : early_exit(secret.reveal(), guess);
}

int main(int argc, char** argv) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (argc != 3) return 2;
  const std::string_view how = arguments[1], count = arguments[2];
  std::size_t agreeing = 0;
  std::from_chars(count.data(), count.data() + count.size(), agreeing);
  std::string text(secret_bytes, 's');
  for (std::size_t i = agreeing; i < text.size(); ++i) text[i] = 'x';
  const postern::Secret secret{std::string(secret_bytes, 's')};
  std::println("{}", counted_comparison(how == "constant_time", secret, text) ? "equal" : "different");
}
