#include "postern/oauth/revoked_grants.hpp"

#include <algorithm>
#include <charconv>

#include "postern/base/concat.hpp"
#include "postern/ports/store_pages.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view topic = "grant.revoked";
constexpr std::string_view key_prefix = "revoked/";
// A token may be minted by a request that was under way when its grant was revoked: remember a little longer.
constexpr Duration remembered_for = limits::access_token_lifetime + 1min;

// "<grant id>/<milliseconds>". Nullopt: a grant's id alone.
std::optional<std::pair<std::string, TimePoint>> parse_outdated(std::string_view entry) {
  const std::size_t slash = entry.find('/');
  if (slash == entry.npos) return std::nullopt;
  Duration::rep milliseconds = 0;
  const std::string_view digits = entry.substr(slash + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), milliseconds);
  return std::pair{std::string{entry.substr(0, slash)}, TimePoint{Duration{milliseconds}}};
}

}  // namespace

RevokedGrants::RevokedGrants(const Ports& ports)
    : ports_(ports),
      subscription_(ports_.bus.subscribe(std::string{topic}, [this](std::string_view, std::string_view id) {
        add(std::string{id}, ports_.clock.now() + remembered_for);
      })) {}

Task<Result<void>> RevokedGrants::reread() {
  const std::uint64_t failures_before = failures_;
  while (flight_.busy()) {
    co_await flight_.wait();
    if (are_known()) co_return Result<void>{};
    if (failures_ != failures_before) co_return fail(Error::Kind::unavailable, "The revoked grants cannot be read.");
  }
  const Flight::Turn turn{flight_};
  const TimePoint began = ports_.clock.now();
  auto read = co_await scan();
  if (read) {
    known_until_ = began;
  } else {
    ++failures_;
  }
  co_return read;
}

bool RevokedGrants::refuses(const Principal& caller) const {
  const TimePoint issued_at = caller.authorized_until - limits::access_token_lifetime;
  return contains(caller.grant_id) || issued_at < outdated_until(caller.grant_id) ||
         caller.authorized_until <= forgotten_until_;
}

Task<void> RevokedGrants::until_refused(Caller caller) {
  while (!refuses(*caller)) co_await grown_.wait();
}

Task<Result<void>> RevokedGrants::scan() {
  StorePages pages{ports_.store, std::string{key_prefix}};
  while (!pages.ended()) {
    CO_TRY(const auto page, co_await pages.next());
    for (const auto& [key, entry] : page) add(key.substr(key_prefix.size()), entry.expires_at);
  }
  co_return Result<void>{};
}

Task<Result<void>> RevokedGrants::write_down(std::string grant_id) {
  return ports_.store.put(std::string{key_prefix} + grant_id, "", ports_.clock.now() + remembered_for);
}

Task<void> RevokedGrants::announce(std::string grant_id) {
  return ports_.bus.publish(std::string{topic}, {}, std::move(grant_id));
}

std::string RevokedGrants::until_now(std::string_view grant_id) const {
  return concat(grant_id, "/", std::to_string(ports_.clock.now().time_since_epoch().count()));
}

TimePoint RevokedGrants::outdated_until(const std::string& grant_id) const {
  const auto found = outdated_.find(grant_id);
  return found == outdated_.end() ? TimePoint{} : found->second;
}

void RevokedGrants::add(std::string entry, TimePoint until) {
  while (!by_end_.empty() && by_end_.begin()->first <= ports_.clock.now()) drop_first();
  if (!entries_.insert(entry).second) return;
  if (const auto outdated = parse_outdated(entry)) {
    TimePoint& outdated_until = outdated_[outdated->first];
    outdated_until = std::max(outdated_until, outdated->second);
  }
  by_end_.emplace(until, std::move(entry));
  while (by_end_.size() > limits::revoked_grants_max) {
    forgotten_until_ = std::max(forgotten_until_, by_end_.begin()->first);
    drop_first();
  }
  grown_.wake_all();
}

void RevokedGrants::drop_first() {
  const std::string& entry = by_end_.begin()->second;
  entries_.erase(entry);
  const auto outdated = parse_outdated(entry);
  if (outdated && outdated_until(outdated->first) == outdated->second) outdated_.erase(outdated->first);
  by_end_.erase(by_end_.begin());
}

}  // namespace postern::oauth
