#include "postern/server/auth_mode.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/json/value.hpp"

namespace postern::server {
namespace {

constexpr std::size_t metadata_bytes_max = 64 * 1024;

std::unexpected<Error> cannot_choose(Error::Kind kind, std::string_view why) {
  return fail(kind, concat("AUTH_MODE=auto cannot choose: ", why,
                           " Write AUTH_MODE=bridge, clerk-login or clerk into app/.dev.vars or the environment."));
}

bool lists(const json::Object& metadata, std::string_view name, std::string_view value) {
  const json::Value* list = json::find(metadata, name);
  const json::Array* entries = list == nullptr ? nullptr : list->if_array();
  return entries != nullptr && std::ranges::any_of(*entries, [&](const json::Value& entry) {
           return entry.is_string() && std::string_view{entry.get_string()} == value;
         });
}

bool clients_introduce_themselves(const json::Object& metadata) {
  const json::Value* documents = json::find(metadata, "client_id_metadata_document_supported");
  return json::find_string(metadata, "registration_endpoint") ||
         (documents != nullptr && documents->is_bool() && documents->get_bool());
}

std::string_view name_of(AuthMode mode) {
  switch (mode) {
    case AuthMode::bridge:
      return "bridge";
    case AuthMode::clerk_login:
      return "clerk-login";
    case AuthMode::clerk:
      return "clerk";
    case AuthMode::automatic:
      break;
  }
  return "auto";
}

}  // namespace

Result<ModeChoice> choose_auth_mode(const Settings& settings, std::string_view text) {
  const auto document = json::parse(text);
  const json::Object* metadata = document ? document->if_object() : nullptr;
  if (metadata == nullptr || json::find_string(*metadata, "issuer") != settings.clerk_publishable_key.issuer())
    return cannot_choose(Error::Kind::invalid, "what Clerk answers is not the metadata of this instance.");
  const bool has_pkce = lists(*metadata, "code_challenge_methods_supported", "S256");
  if (!settings.clerk_oauth_client_id.empty()) {
    if (has_pkce)
      return ModeChoice{AuthMode::clerk_login, "CLERK_OAUTH_CLIENT_ID is set, so people can sign in at Clerk"};
    return cannot_choose(Error::Kind::invalid,
                         "CLERK_OAUTH_CLIENT_ID is set, but the instance does not offer PKCE with S256.");
  }
  if (!settings.clerk_jwt_template.empty()) {
    return ModeChoice{AuthMode::bridge,
                      "CLERK_JWT_TEMPLATE is set, so tools call the app as its user, and no OAuth application of this "
                      "server is set"};
  }
  if (has_pkce && clients_introduce_themselves(*metadata)) {
    return ModeChoice{AuthMode::clerk,
                      "assistants can introduce themselves at Clerk's OAuth server; its tokens are good until they "
                      "expire"};
  }
  return ModeChoice{AuthMode::bridge, "assistants cannot introduce themselves at Clerk's OAuth server"};
}

Task<Result<void>> settle_auth_mode(Settings& settings, const Ports& ports) {
  if (settings.auth_mode != AuthMode::automatic) co_return Result<void>{};
  FetchRequest request{.url = settings.clerk_publishable_key.fapi_url() + "/.well-known/oauth-authorization-server",
                       .response_bytes_max = metadata_bytes_max};
  request.headers.set("Accept", "application/json");
  const auto response = co_await ports.fetch.fetch(std::move(request));
  if (!response || response->status != 200)
    co_return cannot_choose(Error::Kind::unavailable, "Clerk's metadata cannot be read now.");
  CO_TRY(const auto choice, choose_auth_mode(settings, response->body));
  settings.auth_mode = choice.mode;
  if (choice.mode == AuthMode::clerk) settings.clerk_tokens.push_back(clerk::TokenKind::oauth_token);
  ports.log.write(choice.mode == AuthMode::clerk ? LogLevel::warning : LogLevel::info, "server.auth_mode",
                  {{"mode", name_of(choice.mode)}, {"reason", choice.reason}});
  co_return Result<void>{};
}

}  // namespace postern::server
