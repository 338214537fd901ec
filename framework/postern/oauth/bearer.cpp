#include "postern/oauth/bearer.hpp"

#include <cstddef>
#include <utility>

#include "postern/json/value.hpp"
#include "postern/oauth/metadata/metadata.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/scope_hierarchy.hpp"
#include "postern/oauth/scope_text.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {
namespace {

using Kind = BearerError::Kind;

std::unexpected<BearerError> refuse(Kind kind, std::string_view reason) {
  return std::unexpected(BearerError{.kind = kind, .reason = reason});
}

// One header of the form `Bearer a="...", b="..."`. Values are ours: URLs, scope names and fixed sentences, none of
// which holds a quote or a backslash.
http::Response challenge_with(int status, std::string body_json, std::string_view error, std::string_view description,
                              std::string_view resource_metadata, const std::string& scope) {
  std::string challenge = "Bearer ";
  if (!error.empty()) {
    challenge.append("error=\"").append(error).append("\", error_description=\"").append(description).append("\", ");
  }
  challenge.append("resource_metadata=\"").append(resource_metadata).append("\"");
  if (!scope.empty()) challenge.append(", scope=\"").append(scope).append("\"");
  http::Response response = unstored_json(status, std::move(body_json));
  response.headers.set("WWW-Authenticate", challenge);
  return response;
}

std::string error_body(std::string_view error, std::string_view description) {
  return json::serialize(json::Object{{"error", error}, {"error_description", description}});
}

}  // namespace

Result<std::string_view, BearerError> find_bearer_token(const http::Request& request) {
  if (!request.query().empty()) {
    const auto query = uri::Form::parse(request.query());
    if (!query) return refuse(Kind::malformed, "the query cannot be read");
    if (query->count("access_token") > 0) return refuse(Kind::malformed, "a token in the query");
  }
  const std::string* header = request.headers.find_only("Authorization");
  if (!header && request.headers.find("Authorization")) return refuse(Kind::malformed, "two Authorization headers");
  if (!header) return refuse(Kind::missing, "no Authorization header");
  const std::string_view credentials = *header;
  const std::size_t space = credentials.find(' ');
  if (!http::equal_ignoring_case(credentials.substr(0, space), "Bearer"))
    return refuse(Kind::missing, "another scheme than Bearer");
  if (space == std::string_view::npos) return refuse(Kind::missing, "Bearer without a token");
  const std::size_t begin = credentials.find_first_not_of(' ', space);
  if (begin == std::string_view::npos) return refuse(Kind::missing, "Bearer without a token");
  const std::string_view token = credentials.substr(begin);
  if (token.contains(' ') || token.contains(',') || token.contains('\t'))
    return refuse(Kind::malformed, "more than one token");
  return token;
}

Result<Caller, BearerError> check_bearer_token(AccessTokens& tokens, const RevokedGrants& revoked,
                                               const http::Request& request, TimePoint now) {
  TRY(const std::string_view token, find_bearer_token(request));
  Caller caller = tokens.open(token);
  if (!caller) return refuse(Kind::invalid, "not a token of ours");
  if (now >= caller->authorized_until) return refuse(Kind::invalid, "expired");
  if (revoked.refuses(*caller)) return refuse(Kind::invalid, "revoked");
  return caller;
}

http::Response bearer_challenge(const Settings& settings, const BearerError& error, std::string_view path) {
  const std::string metadata_url = resource_metadata_url(settings, path);
  const std::string scope = scope_text(without_included(settings.scopes, settings.scope_names()));
  switch (error.kind) {
    case Kind::missing:
      // RFC 6750 sec. 3.1: who brought no credentials is told of no error.
      return challenge_with(401, error_body("unauthorized", "Sign in first: see the WWW-Authenticate header."), "", "",
                            metadata_url, scope);
    case Kind::malformed: {
      constexpr std::string_view sentence = "Send exactly one access token, in the Authorization header.";
      return challenge_with(400, error_body("invalid_request", sentence), "invalid_request", sentence, metadata_url,
                            scope);
    }
    case Kind::invalid:
      break;
  }
  constexpr std::string_view sentence = "The access token is invalid, expired or revoked.";
  return challenge_with(401, error_body("invalid_token", sentence), "invalid_token", sentence, metadata_url, scope);
}

http::Response insufficient_scope_challenge(const Settings& settings, const std::vector<std::string>& held,
                                            const std::vector<std::string>& needed, std::string_view path) {
  std::vector<std::string> asked = held;
  asked.insert(asked.end(), needed.begin(), needed.end());
  constexpr std::string_view sentence = "This needs a permission that was not granted.";
  return challenge_with(403, error_body("insufficient_scope", sentence), "insufficient_scope", sentence,
                        resource_metadata_url(settings, path), scope_text(without_included(settings.scopes, asked)));
}

}  // namespace postern::oauth
