// Why a token was refused. For logs and tests: a peer hears one dull sentence, whatever the reason (RFC 6750 sec. 3.1).
#pragma once

#include <string_view>

namespace postern::jose {

enum class JwtError {
  too_long,
  malformed,              // not three parts of canonical base64url, or a part that is not the JSON it must be
  unsupported_algorithm,  // none, HMAC, encryption, or one we do not know
  critical_extension,     // `crit` or `b64`: we understand no extension, so RFC 7515 sec. 4.1.11 has us refuse
  bad_kid,
  wrong_algorithm,  // the key is of another kind than `alg` says
  bad_signature,
  missing_claim,
  malformed_claim,
  wrong_issuer,
  wrong_audience,
  wrong_authorized_party,
  expired,
  not_yet_valid,
  issued_in_future,
  lifetime_too_long,
};

[[nodiscard]] constexpr std::string_view to_string(JwtError error) {
  switch (error) {
    case JwtError::too_long:
      return "too_long";
    case JwtError::malformed:
      return "malformed";
    case JwtError::unsupported_algorithm:
      return "unsupported_algorithm";
    case JwtError::critical_extension:
      return "critical_extension";
    case JwtError::bad_kid:
      return "bad_kid";
    case JwtError::wrong_algorithm:
      return "wrong_algorithm";
    case JwtError::bad_signature:
      return "bad_signature";
    case JwtError::missing_claim:
      return "missing_claim";
    case JwtError::malformed_claim:
      return "malformed_claim";
    case JwtError::wrong_issuer:
      return "wrong_issuer";
    case JwtError::wrong_audience:
      return "wrong_audience";
    case JwtError::wrong_authorized_party:
      return "wrong_authorized_party";
    case JwtError::expired:
      return "expired";
    case JwtError::not_yet_valid:
      return "not_yet_valid";
    case JwtError::issued_in_future:
      return "issued_in_future";
    case JwtError::lifetime_too_long:
      return "lifetime_too_long";
  }
  return "malformed";
}

}  // namespace postern::jose
