// The instance's signing key: RSA-2048 with e = 65537, the only kind that Clerk's SDKs take as a PEM (clerk.md 1.4).
//
//   TRY(auto key, SigningKey::generate("ins_..."));
//   std::string jwt = key.sign(header, claims);         // compact JWS, RS256
//   std::optional<json::Object> claims = key.verify(jwt);
//
// Keys are made and kept by OpenSSL; nothing here throws.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/json/value.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace postern::emulator {

class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> generate(std::string kid);
  // Reads the PEM file, or makes a key and writes it there, readable by its owner only.
  [[nodiscard]] static Result<SigningKey> load_or_create(const std::string& path, std::string kid);

  [[nodiscard]] const std::string& kid() const { return kid_; }
  [[nodiscard]] json::Object public_jwk() const;
  [[nodiscard]] std::string public_pem() const;

  // The header gets "alg" and "kid"; the rest of it is the caller's.
  [[nodiscard]] std::string sign(json::Object header, const json::Object& claims) const;
  // The claims, if this key signed them. Says nothing about their meaning: not even `exp` is looked at.
  [[nodiscard]] std::optional<json::Object> verify(std::string_view jwt) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;
  SigningKey(std::string kid, Handle key) : kid_(std::move(kid)), key_(std::move(key)) {}

  std::string kid_;
  Handle key_;
};

}  // namespace postern::emulator
