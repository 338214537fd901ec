#include "postern/jose/jwk.hpp"

#include <cstddef>
#include <optional>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/jose/kid.hpp"
#include "postern/jose/rsa.hpp"

namespace postern::jose {
namespace {

constexpr std::size_t curve_coordinate_bytes = 32;  // P-256 and Ed25519 alike

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

Result<std::string> find_bytes(const json::Object& jwk, std::string_view name) {
  const auto text = json::find_string(jwk, name);
  auto bytes = text ? base64url_decode(*text) : std::nullopt;
  if (!bytes || bytes->empty()) return refuse("The key lacks a number that its kind needs.");
  return *std::move(bytes);
}

Result<std::string> find_coordinate(const json::Object& jwk, std::string_view name) {
  TRY(auto bytes, find_bytes(jwk, name));
  if (bytes.size() != curve_coordinate_bytes) return refuse("A coordinate of the key has the wrong length.");
  return bytes;
}

Result<PublicKey> parse_rsa(const json::Object& jwk) {
  TRY(auto modulus, find_bytes(jwk, "n"));
  TRY(auto exponent, find_bytes(jwk, "e"));
  return make_rsa_public_key(std::move(modulus), std::move(exponent));
}

Result<PublicKey> parse_p256(const json::Object& jwk) {
  TRY(auto x, find_coordinate(jwk, "x"));
  TRY(auto y, find_coordinate(jwk, "y"));
  return P256PublicKey{std::move(x), std::move(y)};
}

Result<PublicKey> parse_ed25519(const json::Object& jwk) {
  TRY(auto x, find_coordinate(jwk, "x"));
  return Ed25519PublicKey{std::move(x)};
}

Algorithm algorithm_of(const PublicKey& key) {
  if (std::holds_alternative<RsaPublicKey>(key)) return Algorithm::rs256;
  if (std::holds_alternative<P256PublicKey>(key)) return Algorithm::es256;
  return Algorithm::eddsa;
}

Result<PublicKey> parse_public_key(const json::Object& jwk) {
  const auto kind = json::find_string(jwk, "kty");
  const auto curve = json::find_string(jwk, "crv");
  if (kind == "RSA") return parse_rsa(jwk);
  if (kind == "EC" && curve == "P-256") return parse_p256(jwk);
  if (kind == "OKP" && curve == "Ed25519") return parse_ed25519(jwk);
  return refuse("The kind of key is none we know.");
}

}  // namespace

Result<Jwk> Jwk::parse(const json::Value& value) {
  const json::Object* jwk = value.if_object();
  if (jwk == nullptr) return refuse("A key must be an object.");
  const auto kid = json::find_string(*jwk, "kid");
  if (!kid || !is_valid_kid(*kid)) return refuse("The key needs a kid of visible ASCII.");
  if (json::find(*jwk, "use") != nullptr && json::find_string(*jwk, "use") != "sig")
    return refuse("The key is not for signatures.");
  TRY(auto public_key, parse_public_key(*jwk));
  const Algorithm algorithm = algorithm_of(public_key);
  if (json::find(*jwk, "alg") != nullptr) {
    const auto named = json::find_string(*jwk, "alg");
    if (!named || parse_algorithm(*named) != algorithm) return refuse("The key's alg does not fit its kind.");
  }
  return Jwk{.kid = std::string{*kid}, .algorithm = algorithm, .public_key = std::move(public_key)};
}

Result<Jwks> Jwks::parse(std::string_view text) {
  if (text.size() > limits::jwks_bytes_max) return refuse("The key set is too large.");
  TRY(const auto document, json::parse(text));
  const json::Value* member = json::find(document, "keys");
  const json::Array* entries = member == nullptr ? nullptr : member->if_array();
  if (entries == nullptr) return refuse("The key set has no list of keys.");
  if (entries->size() > limits::jwks_keys_max) return refuse("The key set has too many keys.");
  std::vector<Jwk> keys;
  for (const json::Value& entry : *entries) {
    if (auto key = Jwk::parse(entry)) keys.push_back(*std::move(key));
  }
  if (keys.empty()) return refuse("The key set has no key that we can use.");
  return Jwks{std::move(keys)};
}

Result<Key> Key::import(Crypto& crypto, const Jwk& jwk) {
  TRY(auto verifying_key, crypto.import_key(jwk.public_key));
  return Key{jwk.kid, jwk.algorithm, std::move(verifying_key)};
}

}  // namespace postern::jose
