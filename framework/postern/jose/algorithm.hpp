// The signature algorithms we know: asymmetric ones only, so a public key can never be taken for an HMAC secret
// (RFC 8725 sec. 2.1; threat 21).
#pragma once

#include <optional>
#include <string_view>

namespace postern::jose {

enum class Algorithm { rs256, es256, eddsa };

// The exact names of RFC 7518 sec. 3.1 and RFC 8037 sec. 3.1; `none`, in any spelling, is not among them.
[[nodiscard]] constexpr std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == "RS256") return Algorithm::rs256;
  if (name == "ES256") return Algorithm::es256;
  if (name == "EdDSA") return Algorithm::eddsa;
  return std::nullopt;
}

}  // namespace postern::jose
