#include "postern/clerk/token_minter.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "postern/base/concat.hpp"
#include "postern/base/flight.hpp"
#include "postern/base/when_all.hpp"
#include "postern/clerk/session_claims.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto margin = 10s;          // what a request needs to reach the app and be judged there
constexpr auto lifetime_max = 10min;  // of a session token that we ask for; it is of a minute

MintError mint_error(const BackendError& error, MintError if_not_found) {
  switch (error.kind) {
    case BackendError::Kind::bad_secret:
      return MintError::bad_secret;
    case BackendError::Kind::unavailable:
      return MintError::retry_later;
    case BackendError::Kind::not_found:
      return error.message.contains("emplate") ? MintError::config_error : if_not_found;
    case BackendError::Kind::refused:
      return error.status == 401 || error.status == 403 ? MintError::retry_later : MintError::config_error;
  }
  return MintError::retry_later;
}

// Who acts for a user has another session than they.
std::string key_of(const Principal& caller) {
  return caller.session_id.empty() ? concat(caller.user_id, " ", caller.actor) : caller.session_id;
}

}  // namespace

struct TokenMinter::Entry {
  Result<Minted, MintError> last = std::unexpected(MintError::retry_later);
  std::uint64_t rounds = 0;  // completed ones: tells those who waited whether there is an outcome to share
  Flight flight;
};

TokenMinter::TokenMinter(TokenMinterSettings settings, Backend& backend, InstanceJwts& jwts, Standing& standing,
                         Ports& ports)
    : settings_(std::move(settings)),
      policy_{.issuer = settings_.issuer, .lifetime_max = lifetime_max},
      backend_(backend),
      jwts_(jwts),
      standing_(standing),
      ports_(ports) {}

bool TokenMinter::is_good(const Entry& entry) const {
  return entry.last && ports_.clock.now() < entry.last->token.expires_at - margin;
}

Task<Result<Secret, MintError>> TokenMinter::mint(const Principal& caller) {
  const std::string key = key_of(caller);
  while (true) {
    const auto entry = entry_of(key);
    const std::uint64_t rounds_before = entry->rounds;
    while (entry->flight.busy()) co_await entry->flight.wait();
    const bool shares_outcome = entry->rounds != rounds_before && !entry->last;
    if (!is_good(*entry) && !shares_outcome) co_await refresh(caller, entry);
    if (!entry->last) {
      forget(key, entry);
      co_return std::unexpected(entry->last.error());
    }
    if (caller.session_id.empty() || entry->last->organization_id == caller.organization_id)
      co_return entry->last->token.jwt;
    if (entry->rounds != rounds_before) co_return std::unexpected(MintError::other_organization);
    forget(key, entry);
  }
}

Task<void> TokenMinter::refresh(const Principal& caller, std::shared_ptr<Entry> entry) {
  const Flight::Turn turn{entry->flight};
  entry->last =
      co_await (caller.session_id.empty() ? mint_in_latest(caller.user_id, caller.actor) : mint_in(caller.session_id));
  ++entry->rounds;
}

// clerk.md 3.6: which reply a dead session gets from minting is not documented. So only the session itself says that it
// is over, which takes the connection with it; if it ended in between, it will have said so by the next call.
Task<Result<TokenMinter::Minted, MintError>> TokenMinter::mint_in(std::string session_id) {
  auto [token, session] = co_await mint_and_look(session_id);
  if (!session) co_return std::unexpected(judge(session.error(), MintError::session_gone));
  if (!session->is_active()) co_return std::unexpected(MintError::session_gone);
  if (!token) co_return std::unexpected(judge(token.error(), MintError::retry_later));
  Minted minted{.token = *std::move(token), .organization_id = std::move(session->organization_id)};
  if (settings_.template_name.empty()) {
    CO_TRY(minted.organization_id, co_await find_organization(minted.token.jwt, session_id));
  }
  co_return minted;
}

// What comes with a session token need not be asked in turn: the token tells its organization itself.
Task<std::tuple<BackendResult<MintedToken>, BackendResult<Session>>> TokenMinter::mint_and_look(
    std::string session_id) {
  if (settings_.template_name.empty())
    co_return co_await when_all(mint_token(session_id), backend_.get_session(session_id));
  auto token = co_await mint_token(session_id);
  co_return std::tuple{std::move(token), co_await backend_.get_session(std::move(session_id))};
}

Task<Result<std::string, MintError>> TokenMinter::find_organization(const Secret& jwt, const std::string& session_id) {
  const auto verified = co_await jwts_.verify(std::string{jwt.reveal()}, policy_);
  if (verified) {
    const auto claims = read_session_claims(verified->header, verified->jwt);
    if (claims && claims->session_id == session_id)
      co_return claims->organization ? claims->organization->id : std::string{};
  }
  ports_.log.write(LogLevel::warning, "clerk.token_not_minted",
                   {{"reason", verified ? "no token of this session" : verified.error().reason}});
  co_return std::unexpected(MintError::retry_later);
}

Task<Result<TokenMinter::Minted, MintError>> TokenMinter::mint_in_latest(std::string user_id, std::string actor) {
  auto session = co_await standing_.find_latest_session(std::move(user_id), std::move(actor));
  if (!session && session.error().kind == Error::Kind::unavailable) co_return std::unexpected(MintError::retry_later);
  if (!session) co_return std::unexpected(MintError::no_session);
  auto token = co_await mint_token(session->id);
  if (!token) co_return std::unexpected(judge(token.error(), MintError::retry_later));
  co_return Minted{.token = *std::move(token), .organization_id = {}};
}

Task<BackendResult<MintedToken>> TokenMinter::mint_token(std::string session_id) {
  return settings_.template_name.empty() ? backend_.mint_session_token(std::move(session_id))
                                         : backend_.mint_token(std::move(session_id), settings_.template_name);
}

MintError TokenMinter::judge(const BackendError& failure, MintError if_not_found) const {
  const MintError error = mint_error(failure, if_not_found);
  const bool needs_operator = error == MintError::config_error || error == MintError::bad_secret;
  ports_.log.write(needs_operator ? LogLevel::error : LogLevel::info, "clerk.token_not_minted",
                   {{"reason", to_string(error)}, {"status", failure.status}, {"code", failure.code}});
  return error;
}

void TokenMinter::drop(const Principal& caller, const Secret& token) {
  const auto found = entries_.find(key_of(caller));
  if (found == entries_.end() || !found->second->last) return;
  if (found->second->last->token.jwt == token) entries_.erase(found);
}

// Unless it is somebody else's by now, or being made anew.
void TokenMinter::forget(const std::string& key, const std::shared_ptr<Entry>& entry) {
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second == entry && !entry->flight.busy()) entries_.erase(found);
}

std::shared_ptr<TokenMinter::Entry> TokenMinter::entry_of(const std::string& key) {
  if (const auto found = entries_.find(key); found != entries_.end()) return found->second;
  if (entries_.size() >= settings_.sessions_max) make_room();
  return entries_.emplace(key, std::make_shared<Entry>()).first->second;
}

// Those who wait on an entry hold it too, so leaving the map ends nobody's wait.
void TokenMinter::make_room() {
  std::erase_if(entries_, [this](const auto& item) { return !item.second->flight.busy() && !is_good(*item.second); });
  if (entries_.size() < settings_.sessions_max) return;
  const auto ends_at = [](const auto& item) {
    return item.second->last ? item.second->last->token.expires_at : TimePoint{};
  };
  entries_.erase(std::ranges::min_element(entries_, {}, ends_at));
}

}  // namespace postern::clerk
