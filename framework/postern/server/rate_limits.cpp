#include "postern/server/rate_limits.hpp"

#include <chrono>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/uri/host.hpp"

namespace postern::server {
namespace {

using namespace std::chrono_literals;

std::optional<http::Response> refusal(Duration wait) {
  if (wait <= Duration{0}) return std::nullopt;
  return oauth::to_response(oauth::OAuthError::too_many_requests(wait));
}

constexpr int streams_per_user_max = 128;

class CountedStream final : public http::BodyStream {
 public:
  using Counts = std::map<std::string, int, std::less<>>;

  CountedStream(std::unique_ptr<http::BodyStream> inner, Counts& counts, const std::string& user_id)
      : inner_(std::move(inner)), counts_(counts), count_(counts.try_emplace(user_id, 0).first) {
    ++count_->second;
  }
  CountedStream(const CountedStream&) = delete;
  CountedStream& operator=(const CountedStream&) = delete;
  ~CountedStream() override {
    if (--count_->second == 0) counts_.erase(count_);
  }
  Task<std::optional<std::string>> next() override { return inner_->next(); }

 private:
  const std::unique_ptr<http::BodyStream> inner_;
  Counts& counts_;
  const Counts::iterator count_;
};

}  // namespace

std::string ClientAddress::of(const http::Request& request) const {
  std::string address = find(request);
  return uri::ipv6_network(address).value_or(address);
}

std::string ClientAddress::find(const http::Request& request) const {
  if (source == "peer") return request.peer_address;
  const std::string* list = source.empty() ? nullptr : request.headers.find_only(source);
  if (!list) return {};
  const std::size_t comma = list->rfind(',');
  const std::size_t begin = list->find_first_not_of(' ', comma == std::string::npos ? 0 : comma + 1);
  return begin == std::string::npos ? std::string{} : list->substr(begin);
}

RateLimits::RateLimits(RateLimiting limiting, ClientAddress address)
    : limiting_(limiting),
      address_(std::move(address)),
      registration_({.at_once = 20, .refill = 30s}),
      pages_({.at_once = 60, .refill = 1s}),
      tokens_({.at_once = 600, .refill = 50ms}),
      guesses_({.at_once = 60, .refill = 1s}),
      wrong_secrets_({.at_once = 20, .refill = 10s}),
      clients_({.at_once = 600, .refill = 20ms}),
      client_users_({.at_once = 60, .refill = 1s}),
      visitors_({.at_once = 60, .refill = 1s}),
      users_({.at_once = 600, .refill = 50ms}),
      connections_({.at_once = 300, .refill = 100ms}) {}

RateLimiter* RateLimits::limiter_of(std::string_view path) {
  if (path == "/register") return &registration_;
  if (path.starts_with("/authorize") || path == "/callback" || path.starts_with("/connections")) return &pages_;
  if (path == "/token" || path == "/revoke" || path.starts_with("/api/connections")) return &tokens_;
  return nullptr;
}

std::optional<http::Response> RateLimits::check_path(const http::Request& request, TimePoint now) {
  if (limiting_ == RateLimiting::off) return std::nullopt;
  RateLimiter* const limiter = limiter_of(request.path());
  const std::string address = limiter ? address_.of(request) : std::string{};
  if (address.empty()) return std::nullopt;
  return refusal(limiter->take(address, now));
}

std::optional<http::Response> RateLimits::check_caller(const Principal& caller, TimePoint now) {
  if (limiting_ == RateLimiting::off) return std::nullopt;
  const auto streams = open_streams_.find(caller.user_id);
  if (streams != open_streams_.end() && streams->second >= streams_per_user_max) return refusal(1s);
  if (auto refused = refusal(connections_.take(caller.grant_id, now))) return refused;
  return refusal(users_.take(caller.user_id, now));
}

std::unique_ptr<http::BodyStream> RateLimits::count_stream(std::unique_ptr<http::BodyStream> stream,
                                                           const Principal& caller) {
  if (limiting_ == RateLimiting::off) return stream;
  return std::make_unique<CountedStream>(std::move(stream), open_streams_, caller.user_id);
}

std::optional<http::Response> RateLimits::check_guessing(const http::Request& request, TimePoint now) const {
  if (limiting_ == RateLimiting::off) return std::nullopt;
  const std::string address = address_.of(request);
  if (address.empty()) return std::nullopt;
  return refusal(guesses_.wait(address, now));
}

void RateLimits::count_bad_token(const http::Request& request, TimePoint now) {
  if (const std::string address = address_.of(request); !address.empty()) (void)guesses_.take(address, now);
}

Duration RateLimits::take(std::string_view user_id, std::string_view client_id, TimePoint now) {
  if (limiting_ == RateLimiting::off) return Duration{0};
  if (client_id.empty()) return visitors_.take(user_id, now);
  // First the user: of what a client may do one user gets no more than their own part.
  const Duration wait = client_users_.take(user_id, now);
  return wait > Duration{0} ? wait : clients_.take(client_id, now);
}

Duration RateLimits::wait_after_wrong_secrets(const http::Request& request, std::string_view client_id,
                                              TimePoint now) const {
  const std::string address = address_.of(request);
  if (limiting_ == RateLimiting::off || address.empty()) return Duration{0};
  return wrong_secrets_.wait(concat(client_id, " ", address), now);
}

void RateLimits::count_wrong_secret(const http::Request& request, std::string_view client_id, TimePoint now) {
  const std::string address = address_.of(request);
  if (!address.empty()) (void)wrong_secrets_.take(concat(client_id, " ", address), now);
}

}  // namespace postern::server
