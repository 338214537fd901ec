// The general error: a kind that code can branch on and a sentence for a human (or an assistant) to act on.
//
//   return fail(Error::Kind::not_found, "No order with the number A-17.");
//
// Modules with richer outcomes have their own small error types; this one is for where they meet, and for tools.
// `message` may be shown to the peer: never put a secret or another user's data into it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace postern {

struct Error {
  enum class Kind {
    invalid,       // the input is wrong; the same call will fail again
    unauthorized,  // nobody, or nobody valid, is signed in
    forbidden,     // signed in, but not allowed
    not_found,
    conflict,     // somebody else changed it first
    limited,      // too many or too much; try later
    unavailable,  // something we depend on is down or slow; try later
    internal,     // our own fault
  };

  Kind kind = Kind::internal;
  std::string message;

  bool operator==(const Error&) const = default;
};

[[nodiscard]] constexpr std::string_view to_string(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return "invalid";
    case Error::Kind::unauthorized:
      return "unauthorized";
    case Error::Kind::forbidden:
      return "forbidden";
    case Error::Kind::not_found:
      return "not_found";
    case Error::Kind::conflict:
      return "conflict";
    case Error::Kind::limited:
      return "limited";
    case Error::Kind::unavailable:
      return "unavailable";
    case Error::Kind::internal:
      return "internal";
  }
  return "internal";
}

[[nodiscard]] inline std::unexpected<Error> fail(Error::Kind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace postern
