#include "postern/clerk/key_set.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

#include "postern/base/limits.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto cooldown_without_keys = 1s;  // nobody can sign in meanwhile, so try sooner than for an unknown kid

std::string cache_key(const std::string& url) { return "jwks/" + url; }

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
  if (ports_.clock.now() >= next_attempt_) co_await refresh(kid);
  if (const auto found = known(kid); !found.empty()) co_return found;
  if (keys_.empty()) co_return fail(Error::Kind::unavailable, "The sign-in keys cannot be fetched now. Try again.");
  co_return fail(Error::Kind::unauthorized, "The token is signed by an unknown key.");
}

std::span<const jose::Key> KeySet::known(std::string_view kid) const {
  return std::ranges::equal_range(keys_, kid, {}, [](const jose::Key& key) { return std::string_view{key.kid()}; });
}

Task<void> KeySet::refresh(std::string kid) {
  const Flight::Turn turn{flight_};
  if (ports_.clock.now() >= fresh_until_ && co_await recall() && !known(kid).empty()) co_return;
  auto text = co_await fetch();
  const TimePoint now = ports_.clock.now();
  auto keys = text ? import_keys(*text) : std::unexpected(text.error());
  if (keys) {
    learn(*std::move(keys), now);
    co_await ports_.cache.put(cache_key(url_), std::to_string(now.time_since_epoch().count()) + '\n' + *text,
                              limits::jwks_fresh_for);
  } else {
    ports_.log.write(LogLevel::warning, "clerk.keys_not_fetched",
                     {{"reason", keys.error().message}, {"known", keys_.size()}});
  }
  next_attempt_ = now + (keys_.empty() ? Duration{cooldown_without_keys} : Duration{limits::jwks_unknown_kid_cooldown});
}

// The moment of the fetch stands before the text, because a key that Clerk withdraws must not live longer for being
// handed from instance to instance.
Task<bool> KeySet::recall() {
  const auto kept = co_await ports_.cache.get(cache_key(url_));
  if (!kept) co_return false;
  const std::size_t line = std::min(kept->find('\n'), kept->size());
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(kept->data(), kept->data() + line, milliseconds);
  const TimePoint fetched_at{Duration{milliseconds}}, now = ports_.clock.now();
  if (error != std::errc{} || end != kept->data() + line || line == kept->size()) co_return false;
  if (fetched_at > now || now >= fetched_at + limits::jwks_fresh_for) co_return false;
  auto keys = import_keys(std::string_view{*kept}.substr(line + 1));
  if (!keys) co_return false;
  learn(*std::move(keys), fetched_at);
  co_return true;
}

void KeySet::learn(std::vector<jose::Key> keys, TimePoint fetched_at) {
  keys_ = std::move(keys);
  fresh_until_ = fetched_at + limits::jwks_fresh_for;
}

Task<Result<std::string>> KeySet::fetch() {
  FetchRequest request{.url = url_, .response_bytes_max = limits::jwks_bytes_max};
  request.headers.set("Accept", "application/json");
  CO_TRY(auto response, co_await ports_.fetch.fetch(std::move(request)));
  if (response.status != 200) co_return fail(Error::Kind::unavailable, "The key set was answered with an error.");
  co_return std::move(response.body);
}

Result<std::vector<jose::Key>> KeySet::import_keys(std::string_view text) {
  TRY(const auto set, jose::Jwks::parse(text));
  std::vector<jose::Key> keys;
  for (const jose::Jwk& jwk : set.keys()) {
    if (auto key = jose::Key::import(ports_.crypto, jwk)) keys.push_back(*std::move(key));
  }
  if (keys.empty()) return fail(Error::Kind::unavailable, "The key set has no key that can be imported.");
  std::ranges::stable_sort(keys, {}, &jose::Key::kid);
  return keys;
}

}  // namespace postern::clerk
