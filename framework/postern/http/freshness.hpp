// How long an answer may be kept and used again, by a cache that many share (RFC 9111 sec. 3, 4.2 and 5.2.2).
//
//   const Freshness freshness = freshness_of(response.headers);
//   if (freshness.may_be_stored) keep(response, freshness.lifetime.value_or(5min));
//
// Of the doubtful readings it takes the shortest: a number that is none, and an Expires without a max-age (whose date
// is not read), both make an answer stale from the start.
#pragma once

#include <chrono>
#include <optional>

#include "postern/http/headers.hpp"

namespace postern::http {

struct Freshness {
  bool may_be_stored = true;
  std::optional<std::chrono::seconds> lifetime;  // what is left of it; nullopt: the answer does not say
};

[[nodiscard]] Freshness freshness_of(const HeaderMap& headers);

}  // namespace postern::http
