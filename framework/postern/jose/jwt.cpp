#include "postern/jose/jwt.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "postern/base/ensure.hpp"

namespace postern::jose {
namespace {

constexpr std::int64_t unix_seconds_max = 253'402'300'799;  // the end of the year 9999

std::unexpected<JwtError> refuse(JwtError error) { return std::unexpected(error); }

Result<std::optional<TimePoint>, JwtError> find_time(const json::Object& claims, std::string_view name) {
  const json::Value* value = json::find(claims, name);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* seconds = value->if_int64();  // neither a fraction, nor text, nor beyond 2^63
  if (seconds == nullptr || *seconds < 0 || *seconds > unix_seconds_max) return refuse(JwtError::malformed_claim);
  return from_unix_seconds(*seconds);
}

Result<std::string, JwtError> find_text(const json::Object& claims, std::string_view name) {
  if (json::find(claims, name) == nullptr) return std::string{};
  const auto text = json::find_string(claims, name);
  if (!text || text->empty()) return refuse(JwtError::malformed_claim);
  return std::string{*text};
}

// One text or a list of them (RFC 7519 sec. 4.1.3).
Result<std::vector<std::string>, JwtError> find_audience(const json::Object& claims) {
  std::vector<std::string> audience;
  const json::Value* value = json::find(claims, "aud");
  if (value == nullptr) return audience;
  if (const json::String* only = value->if_string()) {
    audience.emplace_back(*only);
    return audience;
  }
  const json::Array* entries = value->if_array();
  if (entries == nullptr) return refuse(JwtError::malformed_claim);
  for (const json::Value& entry : *entries) {
    const json::String* text = entry.if_string();
    if (text == nullptr) return refuse(JwtError::malformed_claim);
    audience.emplace_back(*text);
  }
  return audience;
}

Result<RegisteredClaims, JwtError> read_registered(const json::Object& claims) {
  RegisteredClaims registered;
  TRY(registered.issuer, find_text(claims, "iss"));
  TRY(registered.subject, find_text(claims, "sub"));
  TRY(registered.audience, find_audience(claims));
  TRY(registered.authorized_party, find_text(claims, "azp"));
  TRY(const auto expires_at, find_time(claims, "exp"));
  if (!expires_at) return refuse(JwtError::missing_claim);
  registered.expires_at = *expires_at;
  TRY(registered.not_before, find_time(claims, "nbf"));
  TRY(registered.issued_at, find_time(claims, "iat"));
  return registered;
}

Result<void, JwtError> check_parties(const RegisteredClaims& claims, const ClaimsPolicy& policy) {
  if (claims.issuer.empty()) return refuse(JwtError::missing_claim);
  if (claims.issuer != policy.issuer) return refuse(JwtError::wrong_issuer);
  if (policy.audience && !std::ranges::contains(claims.audience, *policy.audience))
    return refuse(JwtError::wrong_audience);
  if (!policy.authorized_parties.empty() && !std::ranges::contains(policy.authorized_parties, claims.authorized_party))
    return refuse(JwtError::wrong_authorized_party);
  return {};
}

// The comparisons are those of clerk.md 2.4 (11 to 13): expired at exp + skew, valid from nbf - skew on.
Result<void, JwtError> check_times(const RegisteredClaims& claims, const ClaimsPolicy& policy, TimePoint now) {
  if (claims.expires_at <= now - policy.skew) return refuse(JwtError::expired);
  if (claims.not_before && *claims.not_before > now + policy.skew) return refuse(JwtError::not_yet_valid);
  if (claims.issued_at && *claims.issued_at > now + policy.skew) return refuse(JwtError::issued_in_future);
  if (policy.lifetime_max) {
    if (!claims.issued_at) return refuse(JwtError::missing_claim);
    if (claims.expires_at - *claims.issued_at > *policy.lifetime_max) return refuse(JwtError::lifetime_too_long);
  }
  return {};
}

}  // namespace

Result<VerifiedJwt, JwtError> verify(const UnverifiedJws& jws, const Key& key, const ClaimsPolicy& policy,
                                     TimePoint now) {
  ensure(!policy.issuer.empty());
  TRY(const auto payload, jws.open(key));
  auto document = json::parse(payload);
  json::Object* claims = document ? document->if_object() : nullptr;
  if (claims == nullptr) return refuse(JwtError::malformed);
  TRY(auto registered, read_registered(*claims));
  TRY(check_parties(registered, policy));
  TRY(check_times(registered, policy, now));
  return VerifiedJwt{std::move(registered), std::move(*claims)};
}

}  // namespace postern::jose
