// Result<T> is std::expected, and TRY / CO_TRY hand an error on to the caller.
//
//   Result<Url> origin_of(std::string_view text) {
//     TRY(auto url, Url::parse(text));       // returns the error, or declares `url`
//     TRY(check_scheme(url));                // the same for Result<void>
//     return url.origin();
//   }
//   Task<Result<Order>> find(Store& store) {
//     CO_TRY(auto entry, co_await store.get("order/17"));
//     ...
//
// Both are statements, never expressions: `({ co_await ... })` crashes GCC 12. An expression with a comma outside
// parentheses needs none of its own; a declaration with one (auto [a, b]) does not fit, so name the pair first.
#pragma once

#include <expected>
#include <utility>

#include "postern/base/error.hpp"

namespace postern {

template <class T, class E = Error>
using Result = std::expected<T, E>;

}  // namespace postern

// What these are given is a statement, a declaration or a name: none of them may stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define POSTERN_CONCAT_IMPL(a, b) a##b
#define POSTERN_CONCAT(a, b) POSTERN_CONCAT_IMPL(a, b)
#define POSTERN_UNIQUE(prefix) POSTERN_CONCAT(prefix, __LINE__)

#define POSTERN_TRY_VALUE(ret, tmp, declaration, ...) \
  auto tmp = __VA_ARGS__;                             \
  if (!tmp) {                                         \
    ret std::unexpected(std::move(tmp).error());      \
  }                                                   \
  declaration = *std::move(tmp)

#define POSTERN_TRY_VOID(ret, tmp, expression)   \
  if (auto tmp = expression; !tmp) {             \
    ret std::unexpected(std::move(tmp).error()); \
  }                                              \
  static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)

// One argument is a Result<void>; two or more are a declaration and the expression that may fail.
#define POSTERN_TRY_PICK(_1, _2, _3, _4, _5, _6, _7, _8, NAME, ...) NAME
#define POSTERN_TRY_V(ret, declaration, ...) \
  POSTERN_TRY_VALUE(ret, POSTERN_UNIQUE(try_result_), declaration, __VA_ARGS__)
#define POSTERN_TRY_E(ret, expression) POSTERN_TRY_VOID(ret, POSTERN_UNIQUE(try_result_), expression)
#define TRY(...)                                                                                           \
  POSTERN_TRY_PICK(__VA_ARGS__, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, \
                   POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_E, _)                                         \
  (return, __VA_ARGS__)
#define CO_TRY(...)                                                                                        \
  POSTERN_TRY_PICK(__VA_ARGS__, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_V, \
                   POSTERN_TRY_V, POSTERN_TRY_V, POSTERN_TRY_E, _)                                         \
  (co_return, __VA_ARGS__)
