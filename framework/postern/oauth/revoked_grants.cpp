#include "postern/oauth/revoked_grants.hpp"

#include <cstddef>

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view topic = "grant.revoked";
constexpr std::string_view key_prefix = "revoked/";
constexpr std::size_t page_size = 500;
// A token may be minted by a request that was under way when its grant was revoked: remember a little longer.
constexpr Duration remembered_for = limits::access_token_lifetime + 1min;

}  // namespace

RevokedGrants::RevokedGrants(const Ports& ports)
    : ports_(ports),
      subscription_(ports_.bus.subscribe(std::string{topic},
                                         [this](std::string_view, std::string_view id) { add(std::string{id}); })) {}

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

Task<void> RevokedGrants::until_revoked(std::string grant_id) {
  while (!contains(grant_id)) co_await grown_.wait();
}

Task<Result<void>> RevokedGrants::scan() {
  std::string after;
  while (true) {
    CO_TRY(auto page, co_await ports_.store.scan(std::string{key_prefix}, after, page_size));
    for (const auto& [key, entry] : page) add(key.substr(key_prefix.size()));
    if (page.size() < page_size) co_return Result<void>{};
    after = page.back().key;
  }
}

Task<Result<void>> RevokedGrants::write_down(std::string grant_id) {
  return ports_.store.put(std::string{key_prefix} + grant_id, "", ports_.clock.now() + remembered_for);
}

Task<void> RevokedGrants::announce(std::string grant_id) {
  return ports_.bus.publish(std::string{topic}, {}, std::move(grant_id));
}

void RevokedGrants::add(std::string grant_id) {
  drop_expired();
  if (!ids_.insert(grant_id).second) return;
  oldest_first_.emplace_back(ports_.clock.now() + remembered_for, std::move(grant_id));
  grown_.wake_all();
}

void RevokedGrants::drop_expired() {
  while (!oldest_first_.empty() &&
         (oldest_first_.front().first <= ports_.clock.now() || oldest_first_.size() >= limits::revoked_grants_max)) {
    ids_.erase(oldest_first_.front().second);
    oldest_first_.pop_front();
  }
}

}  // namespace postern::oauth
