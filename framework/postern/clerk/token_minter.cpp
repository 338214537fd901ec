#include "postern/clerk/token_minter.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "postern/base/flight.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto margin = 10s;  // what a request needs to reach the app and be judged there

// clerk.md 3.6: which reply a dead session gets is not documented, so every refusal that is not about our key, our
// template or our plan is taken as the session's end.
MintError judge(const BackendError& error) {
  switch (error.kind) {
    case BackendError::Kind::bad_secret:
      return MintError::bad_secret;
    case BackendError::Kind::unavailable:
      return MintError::retry_later;
    case BackendError::Kind::not_found:
      return error.message.contains("emplate") ? MintError::config_error : MintError::session_gone;
    case BackendError::Kind::refused:
      return error.status == 401 || error.status == 403 ? MintError::session_gone : MintError::config_error;
  }
  return MintError::retry_later;
}

}  // namespace

struct TokenMinter::Entry {
  Result<MintedToken, MintError> last = std::unexpected(MintError::retry_later);
  std::uint64_t rounds = 0;  // completed ones: tells those who waited whether there is an outcome to share
  Flight flight;
};

bool TokenMinter::is_good(const Entry& entry) const {
  return entry.last && ports_.clock.now() < entry.last->expires_at - margin;
}

Task<Result<Secret, MintError>> TokenMinter::mint(std::string session_id) {
  const auto entry = entry_of(session_id);
  const std::uint64_t rounds_before = entry->rounds;
  while (entry->flight.busy()) co_await entry->flight.wait();
  const bool shares_outcome = entry->rounds != rounds_before && !entry->last;
  if (!is_good(*entry) && !shares_outcome) co_await refresh(session_id, entry);
  if (entry->last) co_return entry->last->jwt;
  const auto found = entries_.find(session_id);
  if (found != entries_.end() && found->second == entry && !entry->flight.busy()) entries_.erase(found);
  co_return std::unexpected(entry->last.error());
}

Task<void> TokenMinter::refresh(std::string session_id, std::shared_ptr<Entry> entry) {
  const Flight::Turn turn{entry->flight};
  auto minted = settings_.template_name.empty() ? co_await backend_.mint_session_token(session_id)
                                                : co_await backend_.mint_token(session_id, settings_.template_name);
  ++entry->rounds;
  if (minted) {
    entry->last = *std::move(minted);
    co_return;
  }
  const MintError error = judge(minted.error());
  entry->last = std::unexpected(error);
  const bool needs_operator = error == MintError::config_error || error == MintError::bad_secret;
  ports_.log.write(needs_operator ? LogLevel::error : LogLevel::info, "clerk.token_not_minted",
                   {{"reason", to_string(error)}, {"status", minted.error().status}, {"code", minted.error().code}});
}

void TokenMinter::drop(const std::string& session_id, const Secret& token) {
  const auto found = entries_.find(session_id);
  if (found == entries_.end() || !found->second->last) return;
  if (found->second->last->jwt == token) entries_.erase(found);
}

std::shared_ptr<TokenMinter::Entry> TokenMinter::entry_of(const std::string& session_id) {
  if (const auto found = entries_.find(session_id); found != entries_.end()) return found->second;
  if (entries_.size() >= settings_.sessions_max) make_room();
  return entries_.emplace(session_id, std::make_shared<Entry>()).first->second;
}

// Those who wait on an entry hold it too, so leaving the map ends nobody's wait.
void TokenMinter::make_room() {
  std::erase_if(entries_, [this](const auto& item) { return !item.second->flight.busy() && !is_good(*item.second); });
  if (entries_.size() < settings_.sessions_max) return;
  const auto ends_at = [](const auto& item) { return item.second->last ? item.second->last->expires_at : TimePoint{}; };
  entries_.erase(std::ranges::min_element(entries_, {}, ends_at));
}

}  // namespace postern::clerk
