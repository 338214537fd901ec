#include "postern/clerk/key_set.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "postern/base/limits.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto cooldown_without_keys = 1s;  // nobody can sign in meanwhile, so try sooner than for an unknown kid

}  // namespace

Task<Result<std::span<const jose::Key>>> KeySet::find(std::string kid) {
  const auto is_settled = [this](std::span<const jose::Key> found) {
    return !found.empty() && (ports_.clock.now() < fresh_until_ || flight_.busy());
  };
  while (true) {
    if (const auto found = known(kid); is_settled(found)) co_return found;
    if (!flight_.busy()) break;
    co_await flight_.wait();
  }
  if (ports_.clock.now() >= next_attempt_) co_await refresh();
  if (const auto found = known(kid); !found.empty()) co_return found;
  if (keys_.empty()) co_return fail(Error::Kind::unavailable, "The sign-in keys cannot be fetched now. Try again.");
  co_return fail(Error::Kind::unauthorized, "The token is signed by an unknown key.");
}

std::span<const jose::Key> KeySet::known(std::string_view kid) const {
  return std::ranges::equal_range(keys_, kid, {}, [](const jose::Key& key) { return std::string_view{key.kid()}; });
}

Task<void> KeySet::refresh() {
  const Flight::Turn turn{flight_};
  auto keys = co_await fetch();
  const TimePoint now = ports_.clock.now();
  if (keys) {
    keys_ = *std::move(keys);
    fresh_until_ = now + limits::jwks_fresh_for;
  } else {
    ports_.log.write(LogLevel::warning, "clerk.keys_not_fetched",
                     {{"reason", keys.error().message}, {"known", keys_.size()}});
  }
  next_attempt_ = now + (keys_.empty() ? Duration{cooldown_without_keys} : Duration{limits::jwks_unknown_kid_cooldown});
}

Task<Result<std::vector<jose::Key>>> KeySet::fetch() {
  FetchRequest request{.url = url_, .response_bytes_max = limits::jwks_bytes_max};
  request.headers.set("Accept", "application/json");
  CO_TRY(const auto response, co_await ports_.fetch.fetch(std::move(request)));
  if (response.status != 200) co_return fail(Error::Kind::unavailable, "The key set was answered with an error.");
  CO_TRY(const auto set, jose::Jwks::parse(response.body));
  std::vector<jose::Key> keys;
  for (const jose::Jwk& jwk : set.keys()) {
    if (auto key = jose::Key::import(ports_.crypto, jwk)) keys.push_back(*std::move(key));
  }
  if (keys.empty()) co_return fail(Error::Kind::unavailable, "The key set has no key that can be imported.");
  std::ranges::stable_sort(keys, {}, &jose::Key::kid);
  co_return keys;
}

}  // namespace postern::clerk
