#include "postern/oauth/credentials.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "postern/base/encoding.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t credential_chars_max = 256;

// The parts between the dots, if there are exactly as many.
template <std::size_t count>
std::optional<std::array<std::string_view, count>> split(std::string_view text) {
  if (text.size() > credential_chars_max) return std::nullopt;
  std::array<std::string_view, count> parts;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, dot);
    text.remove_prefix(dot + 1);
  }
  parts[count - 1] = text;
  return parts;
}

// Digits only, no sign, no leading zero: one number has one spelling.
std::optional<std::int64_t> parse_generation(std::string_view text) {
  std::int64_t generation = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), generation);
  if (error != std::errc{} || std::to_string(generation) != text || generation < 1) return std::nullopt;
  return generation;
}

}  // namespace

bool is_base64url_of(std::size_t bytes, std::string_view text) {
  const auto decoded = base64url_decode(text);
  return decoded && decoded->size() == bytes;
}

std::optional<AuthorizationCode> AuthorizationCode::parse(std::string_view text) {
  const auto parts = split<2>(text);
  if (!parts) return std::nullopt;
  const auto [grant_id, secret] = *parts;
  if (!is_base64url_of(id_bytes, grant_id) || !is_base64url_of(secret_bytes, secret)) return std::nullopt;
  return AuthorizationCode{.grant_id = std::string{grant_id}, .secret = Secret{secret}};
}

std::string AuthorizationCode::text() const { return grant_id + "." + std::string{secret.reveal()}; }

std::optional<RefreshToken> RefreshToken::parse(Crypto& crypto, const RotatedSecret& keys, std::string_view text) {
  const auto parts = split<3>(text);
  if (!parts || !is_base64url_of(id_bytes, (*parts)[0])) return std::nullopt;
  const auto generation = parse_generation((*parts)[1]);
  if (!generation) return std::nullopt;
  RefreshToken token{.grant_id = std::string{(*parts)[0]}, .generation = *generation};
  if (constant_time_equal(token.text(crypto, keys.current), text)) return token;
  if (keys.has_previous() && constant_time_equal(token.text(crypto, keys.previous), text)) return token;
  return std::nullopt;
}

std::string RefreshToken::text(Crypto& crypto, const Secret& key) const {
  const std::string name = grant_id + "." + std::to_string(generation);
  return name + "." + base64url_encode(crypto.hmac_sha256(key.reveal(), name));
}

}  // namespace postern::oauth
