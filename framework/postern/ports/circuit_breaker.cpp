#include "postern/ports/circuit_breaker.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr int failures_max = 5;
constexpr auto open_for = 10s;

std::string origin_of(std::string_view url) {
  const std::size_t authority = url.find("://");
  return std::string{url.substr(0, authority == url.npos ? url.npos : url.find_first_of("/?#", authority + 3))};
}

bool is_failure(const Result<FetchResponse>& outcome) {
  if (!outcome) return outcome.error().kind == Error::Kind::unavailable;
  return outcome->status >= 502 && outcome->status <= 504;
}

}  // namespace

Task<Result<FetchResponse>> CircuitBreaker::fetch(FetchRequest request) {
  if (request.destination != Destination::configured) co_return co_await inner_.fetch(std::move(request));
  const std::string origin = origin_of(request.url);
  if (const auto found = circuits_.find(origin); found != circuits_.end()) {
    Circuit& circuit = found->second;
    const TimePoint now = clock_.now();
    if (now < circuit.open_until) co_return fail(Error::Kind::unavailable, "This server has failed again and again.");
    if (circuit.failures >= failures_max) circuit.open_until = now + open_for;  // this one tries; should it be dropped,
  }  // another will
  auto outcome = co_await inner_.fetch(std::move(request));
  judge(origin, outcome);
  co_return outcome;
}

void CircuitBreaker::judge(const std::string& origin, const Result<FetchResponse>& outcome) {
  if (!is_failure(outcome)) {
    if (circuits_.erase(origin) > 0) log_.write(LogLevel::info, "fetch.works_again", {{"origin", origin}});
    return;
  }
  Circuit& circuit = circuits_[origin];
  if (++circuit.failures < failures_max) return;
  circuit.open_until = clock_.now() + open_for;
  log_.write(LogLevel::warning, "fetch.paused", {{"origin", origin}, {"failures", circuit.failures}});
}

}  // namespace postern
