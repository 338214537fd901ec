#include "postern/clerk/clerk_tokens.hpp"

#include <algorithm>
#include <chrono>

#include "postern/base/flight.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/oauth/scope_hierarchy.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view topic = "clerk.subject_ended";
constexpr auto believed_for = 30s;
constexpr auto refused_for = 5s;     // so that one bad token, however often it comes, is a question now and then
constexpr auto unanswered_for = 1s;  // and those who wait for one answer share its absence
constexpr std::size_t token_bytes_max = 256;  // of an opaque one

bool is_undecided(const BackendError& error) {
  return error.kind == BackendError::Kind::unavailable || error.kind == BackendError::Kind::bad_secret;
}
std::unexpected<Error> undecided() {
  return fail(Error::Kind::unavailable, "Clerk cannot be asked about this token now.");
}

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
      ports_(ports),
      subscription_(ports_.bus.subscribe(std::string{topic},
                                         [this](std::string_view subject, std::string_view) { forget(subject); })) {}

bool ClerkTokens::takes(std::string_view token) const {
  if (settings_.accepted.empty()) return false;
  const auto kind = kind_of(token);
  return kind && std::ranges::contains(settings_.accepted, *kind);
}

Task<Result<Caller>> ClerkTokens::verify(std::string token) {
  const auto kind = kind_of(token);
  if (!kind || !std::ranges::contains(settings_.accepted, *kind)) co_return refuse("not_accepted");
  CO_TRY(auto issued, co_await judge(*kind, std::move(token)));
  if (issued.expires_at && *issued.expires_at <= ports_.clock.now()) co_return refuse("expired");
  if (!is_for_us(*kind, issued)) co_return refuse("not_for_us");
  co_return caller_of(*kind, std::move(issued));
}

// While Clerk cannot be asked, what goes on goes on.
Task<void> ClerkTokens::until_refused(std::string token) {
  while (true) {
    const auto caller = co_await verify(token);
    if (!caller && caller.error().kind == Error::Kind::unauthorized) co_return;
    if (caller) co_await ports_.bus.listen((*caller)->user_id);
    co_await race(doubted(), ports_.clock.sleep_for(believed_for));
  }
}

Task<void> ClerkTokens::doubted() { co_await doubted_.wait(); }

Task<void> ClerkTokens::doubt(std::string subject) {
  return ports_.bus.publish(std::string{topic}, std::move(subject), {});
}

void ClerkTokens::forget(std::string_view subject) {
  ++doubts_;
  for (auto& [digest, entry] : entries_) {
    if (entry->last && entry->last->subject == subject) entry->until = {};
  }
  doubted_.wake_all();
}

Task<Result<IssuedToken>> ClerkTokens::judge(TokenKind kind, std::string token) {
  const auto entry = entry_of(ports_.crypto.sha256(token));
  while (entry->flight.busy()) co_await entry->flight.wait();
  if (ports_.clock.now() >= entry->until) co_await look(kind, std::move(token), entry);
  co_return entry->last;
}

Task<void> ClerkTokens::look(TokenKind kind, std::string token, std::shared_ptr<Entry> entry) {
  const Flight::Turn turn{entry->flight};
  const std::uint64_t doubts_before = doubts_;
  const bool is_jwt = token.contains('.');
  entry->last = co_await (is_jwt ? verify_jwt(kind, std::move(token)) : verify_opaque(kind, std::move(token)));
  if (entry->last && entry->last->subject.starts_with("user_")) {
    const auto stands = co_await check_user(entry->last->subject);
    if (!stands) entry->last = std::unexpected(stands.error());
  }
  const TimePoint now = ports_.clock.now();
  if (doubts_ != doubts_before) {
    entry->until = now;  // who knows whether Clerk knew it when it answered
  } else if (entry->last) {
    entry->until = now + (is_jwt ? Duration{limits::access_token_lifetime} : Duration{believed_for});
  } else {
    entry->until = now + (entry->last.error().kind == Error::Kind::unavailable ? unanswered_for : refused_for);
  }
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
  const auto answer = co_await backend_.verify(kind, std::move(token));
  if (!answer && is_undecided(answer.error())) co_return undecided();
  if (!answer) co_return refuse("unknown");
  auto issued = read(kind, *answer, ports_.clock.now());
  if (!issued) co_return refuse(issued.error());
  co_return *std::move(issued);
}

// A ban and a deletion end what is opaque, by Clerk's own account, and say nothing to a JWT.
Task<Result<void>> ClerkTokens::check_user(std::string user_id) {
  const auto user = co_await backend_.get_user(std::move(user_id));
  if (!user && user.error().kind != BackendError::Kind::not_found) co_return undecided();
  if (!user || user->banned) co_return refuse("no_such_user");
  co_return Result<void>{};
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

Caller ClerkTokens::caller_of(TokenKind kind, IssuedToken token) const {
  std::erase_if(token.scopes, [this](const std::string& scope) {
    return !std::ranges::contains(settings_.scopes, scope, &oauth::Scope::name);
  });
  const TimePoint asked_again_at = ports_.clock.now() + limits::access_token_lifetime;
  Principal caller;
  if (token.subject.starts_with("org_")) caller.organization_id = token.subject;
  caller.user_id = std::move(token.subject);
  caller.actor = std::move(token.actor);
  caller.client_id = token.client_id.empty() ? token.id : std::move(token.client_id);
  caller.grant_id = std::move(token.id);
  caller.scopes = oauth::with_included(settings_.scopes, std::move(token.scopes));
  caller.is_program = kind != TokenKind::oauth_token;
  caller.authorized_until = token.expires_at ? std::min(*token.expires_at, asked_again_at) : asked_again_at;
  return std::make_shared<const Principal>(std::move(caller));
}

std::unexpected<Error> ClerkTokens::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "clerk.token_refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The token is not valid.");
}

}  // namespace postern::clerk
