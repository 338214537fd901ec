#include "postern/oauth/client.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/oauth/record.hpp"
#include "postern/uri/redirect.hpp"

namespace postern::oauth {

std::string_view to_string(ClientAuthentication method) {
  switch (method) {
    case ClientAuthentication::none:
      return "none";
    case ClientAuthentication::client_secret_basic:
      return "client_secret_basic";
    case ClientAuthentication::client_secret_post:
      return "client_secret_post";
  }
  return "none";
}

std::optional<ClientAuthentication> parse_client_authentication(std::string_view text) {
  using enum ClientAuthentication;
  for (ClientAuthentication method : {none, client_secret_basic, client_secret_post})
    if (to_string(method) == text) return method;
  return std::nullopt;
}

std::string_view RegisteredClient::display_name() const {
  return metadata_.name.empty() ? std::string_view{"an assistant without a name"} : std::string_view{metadata_.name};
}

bool RegisteredClient::allows_redirect_to(std::string_view redirect_uri) const {
  return std::ranges::any_of(metadata_.redirect_uris, [redirect_uri](const std::string& registered) {
    return uri::redirect_uri_matches(registered, redirect_uri);
  });
}

bool RegisteredClient::has_secret(Crypto& crypto, std::string_view presented) const {
  return !is_public() && constant_time_equal(base64url_encode(crypto.sha256(presented)), secret_hash_);
}

Result<RegisteredClient> RegisteredClient::from_record(std::string id, std::string_view record) {
  RecordReader reader{record};
  RegisteredClient client;
  client.id_ = std::move(id);
  client.metadata_.name = reader.text("name");
  client.metadata_.redirect_uris = reader.texts("redirect_uris");
  client.secret_hash_ = reader.text("secret_hash");
  const auto authentication = parse_client_authentication(reader.text("authentication"));
  client.registered_at_ = reader.time("registered_at");
  TRY(reader.check());
  if (!authentication)
    return fail(Error::Kind::internal, "A stored client authenticates in a way that does not exist.");
  client.metadata_.authentication = *authentication;
  return client;
}

std::string RegisteredClient::to_record() const {
  return json::serialize(json::Object{{"name", metadata_.name},
                                      {"redirect_uris", to_json(metadata_.redirect_uris)},
                                      {"authentication", to_string(metadata_.authentication)},
                                      {"secret_hash", secret_hash_},
                                      {"registered_at", to_json(registered_at_)}});
}

}  // namespace postern::oauth
