// The instance's OAuth 2.0 and OpenID Connect server, at its Frontend API (clerk.md 5; RFC 6749, 7009, 7591, 7636,
// 7662, 8414, 8707, 9207; OpenID Connect Core).
//
//   /oauth/authorize   a client, a browser; the sign-in page if nobody is signed in there, then the consent page
//   /oauth/token       code or refresh token in, access token out: JWT or opaque, as the instance is set
//
// The clients are the OAuthApplications, however they came to be; what a user has allowed one is an OAuthGrant.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/clerk/call.hpp"
#include "postern/http/message.hpp"

namespace postern::emulator::oauth {

// For who wants to know what there is: /.well-known/oauth-authorization-server and openid-configuration.
Answer authorization_server_metadata(Call& call);
Answer openid_configuration(Call& call);

// For the browser.
http::Response authorize(Call& call);
http::Response decide(Call& call);  // POST /oauth/consent: a button of the consent page

// For clients.
http::Response token(Call& call);
http::Response user_info(Call& call);
http::Response token_info(Call& call);
http::Response revoke(Call& call);
http::Response register_client(Call& call);

// A refusal as RFC 6749 sec. 5.2 has it.
struct OAuthError {
  std::string code;
  std::string description;
  int status = 400;
};
template <class T>
using Checked = std::expected<T, OAuthError>;
[[nodiscard]] inline std::unexpected<OAuthError> refuse(std::string_view code, std::string_view description,
                                                        int status = 400) {
  return std::unexpected(OAuthError{std::string(code), std::string(description), status});
}
[[nodiscard]] http::Response to_response(const OAuthError& error);
[[nodiscard]] http::Response json_response(int status, const json::Object& body);  // which no cache keeps

// Which client sends this form, by Basic, by `client_secret`, or by nothing if it is public (RFC 6749 sec. 2.3).
[[nodiscard]] Checked<const OAuthApplication*> authenticate_client(World& world, const http::Request& request,
                                                                   const uri::Form& form);

// "openid email" and back. The scopes of Clerk's own, and besides them any with a colon, as instances may define
// theirs.
[[nodiscard]] std::vector<std::string> split_scopes(std::string_view text);
[[nodiscard]] std::string join_scopes(const std::vector<std::string>& scopes);
[[nodiscard]] bool is_known_scope(std::string_view scope);
[[nodiscard]] std::string_view describe_scope(std::string_view scope);  // what the user is told; empty: nothing to tell
[[nodiscard]] json::Array own_scopes();

// The members about the user that these scopes open (clerk.md 5.2, userinfo).
void add_user_claims(json::Object& claims, const World& world, const OAuthGrant& grant);

// Ends the grant with all its tokens.
void revoke_grant(World& world, OAuthGrant& grant);

// The page for who cannot be sent back, and the one that asks.
[[nodiscard]] http::Response problem_page(int status, std::string_view title, std::string_view text);
[[nodiscard]] http::Response consent_page(const World& world, const OAuthApplication& application,
                                          const OAuthRequest& request, std::string_view handle,
                                          std::string_view other_account_url);

}  // namespace postern::emulator::oauth
