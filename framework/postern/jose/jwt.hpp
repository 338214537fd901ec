// A token whose signature and registered claims have been checked. Holding a VerifiedJwt is the proof.
//
//   const ClaimsPolicy policy{.issuer = "https://clerk.example.com", .authorized_parties =
//   {"https://app.example.com"}}; auto jwt = verify(jws, key, policy, clock.now()); if (jwt)
//   use(jwt->registered().subject, jwt->claims());
//
// The signature comes before any claim, so that an error tells a stranger nothing about a payload he made up. Times are
// whole seconds from 1970 to 9999; anything else is refused, never rounded (threat 24).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/jose/jwk.hpp"
#include "postern/jose/jws.hpp"
#include "postern/jose/jwt_error.hpp"
#include "postern/json/value.hpp"

namespace postern::jose {

// What is demanded of the registered claims (RFC 7519 sec. 4.1). `iss` and `exp` are always needed.
struct ClaimsPolicy {
  std::string issuer;                           // exact; never empty
  std::optional<std::string> audience;          // must then be in `aud`
  std::vector<std::string> authorized_parties;  // if any: `azp` must be one of them, exactly
  std::optional<Duration> lifetime_max;         // exp - iat; `iat` is then needed
  Duration skew = limits::clock_skew;
};

struct RegisteredClaims {
  std::string issuer;
  std::string subject;  // empty: absent
  std::vector<std::string> audience;
  std::string authorized_party;  // `azp`; empty: absent
  TimePoint expires_at;
  std::optional<TimePoint> not_before;
  std::optional<TimePoint> issued_at;
};

class VerifiedJwt;
[[nodiscard]] Result<VerifiedJwt, JwtError> verify(const UnverifiedJws& jws, const Key& key, const ClaimsPolicy& policy,
                                                   TimePoint now);

class VerifiedJwt {
 public:
  [[nodiscard]] const RegisteredClaims& registered() const { return registered_; }
  [[nodiscard]] const json::Object& claims() const { return claims_; }

 private:
  friend Result<VerifiedJwt, JwtError> verify(const UnverifiedJws&, const Key&, const ClaimsPolicy&, TimePoint);
  VerifiedJwt(RegisteredClaims registered, json::Object claims)
      : registered_(std::move(registered)), claims_(std::move(claims)) {}

  RegisteredClaims registered_;
  json::Object claims_;
};

}  // namespace postern::jose
