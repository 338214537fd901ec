#include "postern/clerk/session_token.hpp"

#include <chrono>
#include <span>

#include "postern/base/ensure.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto lifetime_max = 10min;  // Clerk's are of 60 s; a template's may be of years (clerk.md 2.3)

// Two keys may share a kid, so each is asked. Only the signature tells which is the right one.
Result<jose::VerifiedJwt, jose::JwtError> verify_with_any(const jose::UnverifiedJws& jws,
                                                          std::span<const jose::Key> keys,
                                                          const jose::ClaimsPolicy& policy, TimePoint now) {
  for (const jose::Key& key : keys) {
    auto jwt = jose::verify(jws, key, policy, now);
    if (jwt || jwt.error() != jose::JwtError::bad_signature) return jwt;
  }
  return std::unexpected(jose::JwtError::bad_signature);
}

}  // namespace

SessionTokenVerifier::SessionTokenVerifier(SessionTokenSettings settings, KeySet& keys, Ports& ports)
    : policy_{.issuer = std::move(settings.issuer),
              .authorized_parties = std::move(settings.authorized_parties),
              .lifetime_max = lifetime_max},
      keys_(keys),
      ports_(ports) {
  ensure(!policy_.issuer.empty() && !policy_.authorized_parties.empty());
  if (!settings.key) return;
  auto key = jose::Key::import(ports.crypto, {.public_key = *std::move(settings.key)});
  ensure(key.has_value());  // jose/rsa.hpp makes none that cannot be imported
  fixed_.push_back(*std::move(key));
}

Task<Result<SessionClaims>> SessionTokenVerifier::verify(std::string token) {
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) co_return refuse(to_string(jws.error()));
  if (jws->header().algorithm != jose::Algorithm::rs256)
    co_return refuse(to_string(jose::JwtError::unsupported_algorithm));
  const auto keys = co_await find_keys(jws->header().kid);
  if (!keys) {
    if (keys.error().kind == Error::Kind::unavailable) co_return std::unexpected(keys.error());
    co_return refuse("unknown_key");
  }
  const auto jwt = verify_with_any(*jws, *keys, policy_, ports_.clock.now());
  if (!jwt) co_return refuse(to_string(jwt.error()));
  auto claims = read_session_claims(jws->header(), *jwt);
  if (claims) co_return *std::move(claims);
  if (claims.error() == SessionTokenError::pending)
    co_return fail(Error::Kind::forbidden, "The sign-in is not complete yet. Finish it in the app and try again.");
  co_return refuse(to_string(claims.error()));
}

Task<Result<std::span<const jose::Key>>> SessionTokenVerifier::find_keys(std::string kid) {
  if (!fixed_.empty()) co_return fixed_;
  co_return co_await keys_.find(std::move(kid));
}

std::unexpected<Error> SessionTokenVerifier::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "clerk.session_token_refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The session token is not valid.");
}

}  // namespace postern::clerk
