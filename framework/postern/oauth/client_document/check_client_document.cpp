#include "postern/oauth/client_document/check_client_document.hpp"

#include "postern/base/concat.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/register/register.hpp"

namespace postern::oauth {
namespace {

std::unexpected<OAuthError> refuse_address(std::string_view sentence) {
  return std::unexpected(OAuthError{"invalid_client", sentence});
}
std::unexpected<OAuthError> refuse_document(std::string_view sentence) {
  return std::unexpected(
      OAuthError{"invalid_client", concat("The client's metadata document is not valid: ", sentence)});
}

bool has_secret(const json::Object& document) {
  return json::find(document, "client_secret") || json::find(document, "client_secret_expires_at");
}

// Secrets have no place in it (sec. 4.1), and private_key_jwt is not spoken here.
bool is_public(const json::Object& document) {
  const json::Value* method = json::find(document, "token_endpoint_auth_method");
  return !method || json::find_string(document, "token_endpoint_auth_method") == "none";
}

}  // namespace

Result<uri::Url, OAuthError> check_document_address(std::string_view client_id, DocumentHosts hosts) {
  if (client_id.size() > client_document_limits::address_bytes_max)
    return refuse_address("A client_id that is an address has 512 bytes at most.");
  auto url = uri::Url::parse(client_id);
  if (!url || url->userinfo() || url->fragment() || url->path() == "/")
    return refuse_address(
        "A client_id that is an address must have a path, and no user name, fragment or dot segments.");
  const bool may_be_plain = hosts == DocumentHosts::web_and_loopback && url->is_loopback();
  if (url->scheme() != "https" && !may_be_plain)
    return refuse_address("A client_id that is an address must begin with https.");
  return *std::move(url);
}

Result<ClientMetadata, OAuthError> check_client_document(std::string_view address, std::string_view body) {
  const auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) return refuse_document("it must be a JSON object.");
  const json::Object& document = parsed->get_object();
  if (json::find_string(document, "client_id") != address)
    return refuse_document("client_id must be the document's own address.");
  if (has_secret(document)) return refuse_document("it must not hold a client secret.");
  if (!is_public(document)) return refuse_document("token_endpoint_auth_method must be none.");
  auto metadata = check_client_metadata(document);
  if (!metadata) return refuse_document(metadata.error().description);
  if (metadata->name.empty()) return refuse_document("client_name is missing.");
  metadata->authentication = ClientAuthentication::none;
  return *std::move(metadata);
}

}  // namespace postern::oauth
