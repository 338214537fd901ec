// A Fetch that spares a server which does not work, and those who would wait for it.
//
//   CircuitBreaker fetch{host.fetch, clock, log};
//
// Of each origin that the operator configured: after five requests in a row that got no answer, or 502, 503 or 504,
// none is sent for ten seconds, and each fails at once as `unavailable`. Then one may try, and another ten seconds
// later; an answer of another kind lets all through again. What a single address of a server makes of a request, such
// as a 500, says nothing about the others.
//
// Addresses that strangers chose are passed on as they are: they would only fill the memory.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "postern/ports/clock.hpp"
#include "postern/ports/fetch.hpp"
#include "postern/ports/log.hpp"

namespace postern {

class CircuitBreaker final : public Fetch {
 public:
  // All of them outlive it.
  CircuitBreaker(Fetch& inner, Clock& clock, Log& log) : inner_(inner), clock_(clock), log_(log) {}

  Task<Result<FetchResponse>> fetch(FetchRequest request) override;

 private:
  struct Circuit {
    int failures = 0;  // in a row
    TimePoint open_until{};
  };

  void judge(const std::string& origin, const Result<FetchResponse>& outcome);

  Fetch& inner_;
  Clock& clock_;
  Log& log_;
  std::map<std::string, Circuit, std::less<>> circuits_;  // by origin, of those that failed last
};

}  // namespace postern
