#include "postern/clerk/instance_jwt.hpp"

#include <utility>

#include "postern/base/ensure.hpp"

namespace postern::clerk {
namespace {

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

std::unexpected<InstanceJwts::Refusal> refuse(std::string_view reason) {
  return std::unexpected(InstanceJwts::Refusal{Error::Kind::unauthorized, reason});
}

}  // namespace

InstanceJwts::InstanceJwts(const std::optional<RsaPublicKey>& key, KeySet& keys, Ports& ports)
    : keys_(keys), ports_(ports) {
  if (!key) return;
  auto imported = jose::Key::import(ports.crypto, {.public_key = *key});
  ensure(imported.has_value());  // jose/rsa.hpp makes none that cannot be imported
  fixed_.push_back(*std::move(imported));
}

Task<Result<InstanceJwts::Verified, InstanceJwts::Refusal>> InstanceJwts::verify(std::string token,
                                                                                 const jose::ClaimsPolicy& policy) {
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) co_return refuse(to_string(jws.error()));
  if (jws->header().algorithm != jose::Algorithm::rs256)
    co_return refuse(to_string(jose::JwtError::unsupported_algorithm));
  const auto keys = co_await find_keys(jws->header().kid);
  if (!keys) co_return std::unexpected(Refusal{keys.error().kind, "unknown_key"});
  auto jwt = verify_with_any(*jws, *keys, policy, ports_.clock.now());
  if (!jwt) co_return refuse(to_string(jwt.error()));
  co_return Verified{.header = jws->header(), .jwt = *std::move(jwt)};
}

Task<Result<std::span<const jose::Key>>> InstanceJwts::find_keys(std::string kid) {
  if (!fixed_.empty()) co_return fixed_;
  co_return co_await keys_.find(std::move(kid));
}

}  // namespace postern::clerk
