// The two keys that Clerk gives an application, and the addresses that follow from the public one (clerk.md 1.1, 1.2).
//
//   TRY(auto key, PublishableKey::parse("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"));
//   key.issuer();       // "https://clerk.example.com": the `iss` of every token of this instance
//   key.jwks_url();     // "https://clerk.example.com/.well-known/jwks.json"
//
// The emulator's key names a loopback host with a port, such as 127.0.0.1:8790; its addresses, and no others, are plain
// http.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"

namespace postern::clerk {

enum class InstanceType { development, production };

class PublishableKey {
 public:
  [[nodiscard]] static Result<PublishableKey> parse(std::string_view text);

  // The Frontend API of the instance: no path, no slash at the end.
  [[nodiscard]] const std::string& fapi_url() const { return fapi_url_; }
  [[nodiscard]] const std::string& issuer() const { return fapi_url_; }
  [[nodiscard]] std::string jwks_url() const { return fapi_url_ + "/.well-known/jwks.json"; }
  [[nodiscard]] InstanceType instance_type() const { return instance_type_; }
  [[nodiscard]] bool is_live() const { return instance_type_ == InstanceType::production; }

 private:
  PublishableKey(InstanceType type, std::string fapi_url) : instance_type_(type), fapi_url_(std::move(fapi_url)) {}

  InstanceType instance_type_;
  std::string fapi_url_;
};

// The credential for the Backend API. It can do everything in the instance, so it is a Secret from the start.
class SecretKey {
 public:
  // What follows the prefix is Clerk's business, so neither its length nor its alphabet is looked at beyond what a
  // header can carry.
  [[nodiscard]] static Result<SecretKey> parse(std::string_view text);

  [[nodiscard]] const Secret& secret() const { return secret_; }
  [[nodiscard]] InstanceType instance_type() const { return instance_type_; }
  [[nodiscard]] bool is_live() const { return instance_type_ == InstanceType::production; }

 private:
  SecretKey(InstanceType type, Secret secret) : instance_type_(type), secret_(std::move(secret)) {}

  InstanceType instance_type_;
  Secret secret_;
};

}  // namespace postern::clerk
