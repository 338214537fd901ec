#include "postern/clerk/clerk_tokens.hpp"

#include <algorithm>
#include <chrono>

#include "postern/base/flight.hpp"
#include "postern/base/limits.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto believed_for = 30s;
constexpr auto refused_for = 5s;     // so that one bad token, however often it comes, is a question now and then
constexpr auto unanswered_for = 1s;  // and those who wait for one answer share its absence
constexpr std::size_t token_bytes_max = 256;  // of an opaque one

ReadToken read(TokenKind kind, const json::Value& answer, TimePoint now) {
  switch (kind) {
    case TokenKind::api_key:
      return read_api_key(answer, now);
    case TokenKind::m2m_token:
      return read_m2m_token(answer, now);
    case TokenKind::oauth_token:
      return read_oauth_token(answer, now);
  }
  return std::unexpected("malformed");
}

}  // namespace

struct ClerkTokens::Entry {
  Result<IssuedToken> last = fail(Error::Kind::unavailable, "Nothing is known of this token yet.");
  TimePoint until{};
  Flight flight;
};

ClerkTokens::ClerkTokens(ClerkTokenSettings settings, InstanceJwts& jwts, Backend& backend, Ports& ports)
    : settings_(std::move(settings)),
      policy_{.issuer = settings_.issuer},
      jwts_(jwts),
      backend_(backend),
      ports_(ports) {}

bool ClerkTokens::takes(std::string_view token) const {
  if (settings_.accepted.empty()) return false;
  const auto kind = kind_of(token);
  return kind && std::ranges::contains(settings_.accepted, *kind);
}

Task<Result<Caller>> ClerkTokens::verify(std::string token) {
  const auto kind = kind_of(token);
  if (!kind || !std::ranges::contains(settings_.accepted, *kind)) co_return refuse("not_accepted");
  auto judged = token.contains('.') ? verify_jwt(*kind, std::move(token)) : verify_opaque(*kind, std::move(token));
  CO_TRY(auto issued, co_await std::move(judged));
  if (issued.expires_at && *issued.expires_at <= ports_.clock.now()) co_return refuse("expired");
  if (!is_for_us(*kind, issued)) co_return refuse("not_for_us");
  co_return caller_of(std::move(issued));
}

Task<Result<IssuedToken>> ClerkTokens::verify_jwt(TokenKind kind, std::string token) {
  const auto verified = co_await jwts_.verify(std::move(token), policy_);
  if (!verified && verified.error().kind == Error::Kind::unavailable)
    co_return fail(Error::Kind::unavailable, "Clerk's keys cannot be had now.");
  if (!verified) co_return refuse(verified.error().reason);
  auto issued = kind == TokenKind::m2m_token ? read_m2m_jwt(verified->header, verified->jwt)
                                             : read_oauth_jwt(verified->header, verified->jwt);
  if (!issued) co_return refuse(issued.error());
  co_return *std::move(issued);
}

Task<Result<IssuedToken>> ClerkTokens::verify_opaque(TokenKind kind, std::string token) {
  if (token.size() > token_bytes_max) co_return refuse("too_long");
  const auto entry = entry_of(ports_.crypto.sha256(token));
  while (entry->flight.busy()) co_await entry->flight.wait();
  if (ports_.clock.now() >= entry->until) co_await ask(kind, std::move(token), entry);
  co_return entry->last;
}

Task<void> ClerkTokens::ask(TokenKind kind, std::string token, std::shared_ptr<Entry> entry) {
  const Flight::Turn turn{entry->flight};
  const auto answer = co_await backend_.verify(kind, std::move(token));
  const TimePoint now = ports_.clock.now();
  if (!answer && (answer.error().kind == BackendError::Kind::unavailable ||
                  answer.error().kind == BackendError::Kind::bad_secret)) {
    entry->last = fail(Error::Kind::unavailable, "Clerk cannot be asked about this token now.");
    entry->until = now + unanswered_for;
    co_return;
  }
  auto issued = answer ? read(kind, *answer, now) : ReadToken{std::unexpected("unknown")};
  if (issued)
    entry->last = *std::move(issued);
  else
    entry->last = refuse(issued.error());
  entry->until = now + (entry->last ? believed_for : refused_for);
}

// Those who wait on an entry hold it too, so leaving the map ends nobody's wait.
std::shared_ptr<ClerkTokens::Entry> ClerkTokens::entry_of(const std::string& digest) {
  if (const auto found = entries_.find(digest); found != entries_.end()) return found->second;
  if (entries_.size() >= settings_.tokens_max) {
    std::erase_if(entries_, [now = ports_.clock.now()](const auto& item) {
      return !item.second->flight.busy() && item.second->until <= now;
    });
    if (entries_.size() >= settings_.tokens_max)
      entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& item) { return item.second->until; }));
  }
  return entries_.emplace(digest, std::make_shared<Entry>()).first->second;
}

// Threat 19. An API key has no audience: it is as good at every server of the instance that takes API keys.
bool ClerkTokens::is_for_us(TokenKind kind, const IssuedToken& token) const {
  switch (kind) {
    case TokenKind::api_key:
      return true;
    case TokenKind::m2m_token:
      return std::ranges::contains(token.audience, settings_.machine_id);
    case TokenKind::oauth_token:
      return std::ranges::any_of(token.audience, [this](const std::string& audience) {
        return std::ranges::contains(settings_.resources, audience);
      });
  }
  return false;
}

Caller ClerkTokens::caller_of(IssuedToken token) const {
  std::erase_if(token.scopes,
                [this](const std::string& scope) { return !std::ranges::contains(settings_.scopes, scope); });
  const TimePoint asked_again_at = ports_.clock.now() + limits::access_token_lifetime;
  Principal caller;
  if (token.subject.starts_with("org_")) caller.organization_id = token.subject;
  caller.user_id = std::move(token.subject);
  caller.client_id = token.client_id.empty() ? token.id : std::move(token.client_id);
  caller.grant_id = std::move(token.id);
  caller.scopes = std::move(token.scopes);
  caller.authorized_until = token.expires_at ? std::min(*token.expires_at, asked_again_at) : asked_again_at;
  return std::make_shared<const Principal>(std::move(caller));
}

std::unexpected<Error> ClerkTokens::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "clerk.token_refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The token is not valid.");
}

}  // namespace postern::clerk
