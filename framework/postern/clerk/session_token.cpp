#include "postern/clerk/session_token.hpp"

#include <chrono>

#include "postern/base/ensure.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto lifetime_max = 10min;  // Clerk's are of 60 s; a template's may be of years (clerk.md 2.3)

}  // namespace

SessionTokenVerifier::SessionTokenVerifier(SessionTokenSettings settings, KeySet& keys, Ports& ports)
    : policy_{.issuer = std::move(settings.issuer),
              .authorized_parties = std::move(settings.authorized_parties),
              .lifetime_max = lifetime_max},
      jwts_(settings.key, keys, ports),
      ports_(ports) {
  ensure(!policy_.issuer.empty() && !policy_.authorized_parties.empty());
}

Task<Result<SessionClaims>> SessionTokenVerifier::verify(std::string token) {
  const auto verified = co_await jwts_.verify(std::move(token), policy_);
  if (!verified) {
    if (verified.error().kind == Error::Kind::unavailable)
      co_return fail(Error::Kind::unavailable, "Clerk's keys cannot be had now.");
    co_return refuse(verified.error().reason);
  }
  auto claims = read_session_claims(verified->header, verified->jwt);
  if (claims) co_return *std::move(claims);
  if (claims.error() == SessionTokenError::pending)
    co_return fail(Error::Kind::forbidden, "The sign-in is not complete yet. Finish it in the app and try again.");
  co_return refuse(to_string(claims.error()));
}

std::unexpected<Error> SessionTokenVerifier::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "clerk.session_token_refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The session token is not valid.");
}

}  // namespace postern::clerk
