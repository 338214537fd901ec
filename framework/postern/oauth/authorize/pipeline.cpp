#include "postern/oauth/authorize/pipeline.hpp"

#include <utility>

#include "postern/oauth/authorize/checks.hpp"

namespace postern::oauth {
namespace {

struct Answerable {
  RegisteredClient client;
  std::string redirect_uri;
};

// Who is asking, and where may the answer go?
Task<Result<Answerable, OAuthError>> check_who_asks(Context& context, const uri::Form& form) {
  CO_TRY(auto client, co_await check_client(context, form));
  CO_TRY(auto redirect_uri, check_redirect_uri(client, form));
  co_return Answerable{.client = std::move(client), .redirect_uri = std::move(redirect_uri)};
}

// What is asked for?
struct Asked {
  std::string code_challenge;
  std::string resource;
  std::vector<std::string> scopes;
};
Result<Asked, OAuthError> check_what_is_asked(const Settings& settings, const uri::Form& form) {
  TRY(check_parameters(form));
  TRY(check_response_type(form));
  TRY(auto code_challenge, check_pkce(form));
  TRY(auto resource, check_resource(settings, form));
  TRY(auto scopes, check_scope(settings, form));
  return Asked{std::move(code_challenge), std::move(resource), std::move(scopes)};
}

}  // namespace

Task<Result<AuthorizationRequest, AuthorizationRefusal>> check_authorization_request(Context& context,
                                                                                     std::string_view query) {
  const auto form = uri::Form::parse(query);
  if (!form)
    co_return std::unexpected(AuthorizationRefusal{{"invalid_request", "The address cannot be read."}, std::nullopt});
  auto who = co_await check_who_asks(context, *form);
  if (!who) co_return std::unexpected(AuthorizationRefusal{std::move(who).error(), std::nullopt});
  const std::string* state = form->find_only("state");
  ClientCallback callback{.redirect_uri = std::move(who->redirect_uri), .state = state ? *state : std::string{}};
  auto asked = check_what_is_asked(context.settings, *form);
  if (!asked) co_return std::unexpected(AuthorizationRefusal{std::move(asked).error(), std::move(callback)});
  co_return AuthorizationRequest{.client = std::move(who->client),
                                 .callback = std::move(callback),
                                 .code_challenge = std::move(asked->code_challenge),
                                 .resource = std::move(asked->resource),
                                 .scopes = std::move(asked->scopes),
                                 .has_prompt = form->count("prompt") > 0};
}

}  // namespace postern::oauth
