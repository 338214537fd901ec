#include <algorithm>
#include <optional>

#include "postern/base/limits.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/register/register.hpp"
#include "postern/uri/redirect.hpp"

namespace postern::oauth {
namespace {

OAuthError invalid_metadata(std::string_view sentence) { return OAuthError{"invalid_client_metadata", sentence}; }
OAuthError invalid_redirect_uri(std::string_view sentence) { return OAuthError{"invalid_redirect_uri", sentence}; }

Result<std::string, OAuthError> check_name(const json::Object& body) {
  const json::Value* member = json::find(body, "client_name");
  if (!member || member->is_null()) return std::string{};
  if (!member->is_string()) return std::unexpected(invalid_metadata("client_name must be a string."));
  const std::string_view name = member->get_string();
  if (name.size() > limits::client_name_bytes_max)
    return std::unexpected(invalid_metadata("client_name is longer than 128 bytes."));
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return std::unexpected(invalid_metadata("client_name holds a control character."));
  return std::string{name};
}

Result<std::vector<std::string>, OAuthError> check_redirect_uris(const json::Object& body) {
  const json::Value* member = json::find(body, "redirect_uris");
  if (!member || !member->is_array() || member->get_array().empty())
    return std::unexpected(invalid_redirect_uri("redirect_uris must be a list with at least one address."));
  if (member->get_array().size() > limits::redirect_uris_per_client_max)
    return std::unexpected(invalid_redirect_uri("redirect_uris has more than ten addresses."));
  std::vector<std::string> redirect_uris;
  for (const json::Value& item : member->get_array()) {
    if (!item.is_string() || item.get_string().size() > uri::redirect_uri_bytes_max)
      return std::unexpected(invalid_redirect_uri("Each of redirect_uris must be a string of 2048 bytes at most."));
    const std::string_view text = item.get_string();
    if (!uri::check_redirect_uri(text))
      return std::unexpected(invalid_redirect_uri(
          "Each of redirect_uris must be an https address, an http address of this computer, or an address in a "
          "scheme of the application's own; without user name, fragment or dot segments."));
    if (!std::ranges::contains(redirect_uris, text)) redirect_uris.emplace_back(text);
  }
  return redirect_uris;
}

Result<ClientAuthentication, OAuthError> check_authentication(const json::Object& body) {
  const json::Value* member = json::find(body, "token_endpoint_auth_method");
  if (!member || member->is_null()) return ClientAuthentication::client_secret_basic;  // RFC 7591 sec. 2
  const auto method = member->is_string() ? parse_client_authentication(member->get_string()) : std::nullopt;
  if (method) return *method;
  return std::unexpected(
      invalid_metadata("token_endpoint_auth_method must be one of none, client_secret_basic, client_secret_post."));
}

// Absent is fine; a list must have the one value without which the client could not get anywhere. More is allowed: the
// answer says what was registered (RFC 7591 sec. 3.2.1).
Result<void, OAuthError> check_includes(const json::Object& body, std::string_view name, std::string_view needed,
                                        std::string_view sentence) {
  const json::Value* member = json::find(body, name);
  if (!member || member->is_null()) return {};
  const bool has_it = member->is_array() && std::ranges::any_of(member->get_array(), [needed](const json::Value& item) {
                        return item.is_string() && std::string_view{item.get_string()} == needed;
                      });
  if (!has_it) return std::unexpected(invalid_metadata(sentence));
  return {};
}

}  // namespace

Result<ClientMetadata, OAuthError> check_client_metadata(std::string_view body) {
  const auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) return std::unexpected(invalid_metadata("The body must be a JSON object."));
  return check_client_metadata(parsed->get_object());
}

Result<ClientMetadata, OAuthError> check_client_metadata(const json::Object& members) {
  ClientMetadata metadata;
  TRY(metadata.redirect_uris, check_redirect_uris(members));
  TRY(metadata.name, check_name(members));
  TRY(metadata.authentication, check_authentication(members));
  TRY(check_includes(members, "grant_types", "authorization_code", "grant_types must include authorization_code."));
  TRY(check_includes(members, "response_types", "code", "response_types must include code."));
  return metadata;
}

}  // namespace postern::oauth
