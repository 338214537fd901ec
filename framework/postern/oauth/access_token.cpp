#include "postern/oauth/access_token.hpp"

#include <cstddef>

#include "postern/base/encoding.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t token_chars_max = 4 * 1024;

std::string to_payload(const AccessToken& token) {
  return json::serialize(json::Object{{"grant", token.grant_id},
                                      {"user", token.user_id},
                                      {"session", token.session_id},
                                      {"organization", token.organization_id},
                                      {"client", token.client_id},
                                      {"scopes", to_json(token.scopes)},
                                      {"expires_at", to_json(token.expires_at)}});
}

}  // namespace

AccessTokens::AccessTokens(const Ports& ports, const Secret& key, std::string resource) : ports_(ports), key_(key) {
  const std::string key_id = base64url_encode(ports_.crypto.sha256("key id " + std::string{key.reveal()}).substr(0, 3));
  prefix_ = "pat_" + key_id + "_";
  associated_ = prefix_ + std::move(resource);
}

std::string AccessTokens::seal(const AccessToken& token) const {
  return prefix_ + base64url_encode(postern::seal(ports_.crypto, ports_.random, key_, to_payload(token), associated_));
}

std::optional<AccessToken> AccessTokens::open(std::string_view text) const {
  if (text.size() > token_chars_max || !text.starts_with(prefix_)) return std::nullopt;
  const auto sealed = base64url_decode(text.substr(prefix_.size()));
  if (!sealed) return std::nullopt;
  const auto payload = postern::open(ports_.crypto, key_, *sealed, associated_);
  if (!payload) return std::nullopt;
  RecordReader reader{*payload};
  AccessToken token{.grant_id = reader.text("grant"),
                    .user_id = reader.text("user"),
                    .session_id = reader.text("session"),
                    .organization_id = reader.text("organization"),
                    .client_id = reader.text("client"),
                    .scopes = reader.texts("scopes"),
                    .expires_at = reader.time("expires_at")};
  if (!reader.check()) return std::nullopt;
  return token;
}

}  // namespace postern::oauth
