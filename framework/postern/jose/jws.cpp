#include "postern/jose/jws.hpp"

#include <algorithm>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/jose/jwk.hpp"
#include "postern/jose/kid.hpp"
#include "postern/json/value.hpp"

namespace postern::jose {
namespace {

// Member `name` as text, nullopt if absent; present but something else is malformed.
Result<std::optional<std::string>, JwtError> find_text(const json::Object& header, std::string_view name) {
  if (json::find(header, name) == nullptr) return std::nullopt;
  const auto text = json::find_string(header, name);
  if (!text) return std::unexpected(JwtError::malformed);
  return std::string{*text};
}

Result<JwsHeader, JwtError> parse_header(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return std::unexpected(JwtError::malformed);
  const auto document = json::parse(*text);
  const json::Object* members = document ? document->if_object() : nullptr;
  if (members == nullptr) return std::unexpected(JwtError::malformed);

  if (json::find(*members, "crit") != nullptr || json::find(*members, "b64") != nullptr)
    return std::unexpected(JwtError::critical_extension);
  TRY(const auto alg, find_text(*members, "alg"));
  const auto algorithm = alg ? parse_algorithm(*alg) : std::nullopt;
  if (!algorithm) return std::unexpected(JwtError::unsupported_algorithm);
  JwsHeader header{.algorithm = *algorithm};
  TRY(auto kid, find_text(*members, "kid"));
  if (kid && !is_valid_kid(*kid)) return std::unexpected(JwtError::bad_kid);
  header.kid = std::move(kid).value_or("");
  TRY(header.typ, find_text(*members, "typ"));
  TRY(header.cat, find_text(*members, "cat"));
  return header;
}

}  // namespace

Result<UnverifiedJws, JwtError> UnverifiedJws::parse(std::string_view compact) {
  if (compact.size() > limits::jwt_bytes_max) return std::unexpected(JwtError::too_long);
  if (std::ranges::count(compact, '.') != 2) return std::unexpected(JwtError::malformed);
  const std::size_t header_end = compact.find('.');
  const std::size_t payload_end = compact.rfind('.');

  UnverifiedJws jws;
  TRY(jws.header_, parse_header(compact.substr(0, header_end)));
  auto signature = base64url_decode(compact.substr(payload_end + 1));
  if (!signature) return std::unexpected(JwtError::malformed);
  jws.signed_text_ = compact.substr(0, payload_end);
  jws.payload_offset_ = header_end + 1;
  jws.signature_ = *std::move(signature);
  return jws;
}

Result<std::string, JwtError> UnverifiedJws::open(const Key& key) const {
  if (key.algorithm() != header_.algorithm) return std::unexpected(JwtError::wrong_algorithm);
  if (!key.verify(signed_text_, signature_)) return std::unexpected(JwtError::bad_signature);
  auto payload = base64url_decode(std::string_view{signed_text_}.substr(payload_offset_));
  if (!payload) return std::unexpected(JwtError::malformed);
  return *std::move(payload);
}

}  // namespace postern::jose
