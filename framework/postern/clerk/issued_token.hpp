// What Clerk says of a token that it issued to a program, read strictly (clerk.md 3.9, 3.10, 5.3).
//
//   auto token = read_api_key(answer, now);                    // of POST /api_keys/verify
//   if (!token) log(token.error());
//
// Clerk answers 200 for tokens that are revoked or expired as well. So every member that says so must be there, and say
// that it is not; a member of another type than Clerk's, or none where there must be one, makes it no token at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/json/value.hpp"

namespace postern::clerk {

enum class TokenKind {
  api_key,      // "ak_...": of a user or an organization
  m2m_token,    // "mt_..." or a JWT: of a machine
  oauth_token,  // "oat_..." or a JWT: of a user, through a client of Clerk's OAuth server
};

// By its looks (clerk.md 4.2), which prove nothing. Nullopt: none of them.
[[nodiscard]] std::optional<TokenKind> kind_of(std::string_view token);

struct IssuedToken {
  std::string id;
  std::string subject;                // "user_...", "org_..." or "mch_..."
  std::string client_id;              // OAuth only
  std::string actor;                  // who acts as the user (actor.hpp): OAuth only
  std::vector<std::string> scopes;    // what it may do
  std::vector<std::string> audience;  // whom it is for: resources (OAuth) or machines (M2M)
  std::optional<TimePoint> expires_at;
};

// The error is the reason, for the log.
using ReadToken = Result<IssuedToken, std::string_view>;

[[nodiscard]] ReadToken read_api_key(const json::Value& answer, TimePoint now);
// What it may do is in its claims, as `scope` (RFC 8693 sec. 4.2): Clerk's own scopes are the machines it is for.
[[nodiscard]] ReadToken read_m2m_token(const json::Value& answer, TimePoint now);
[[nodiscard]] ReadToken read_oauth_token(const json::Value& answer, TimePoint now);

// The same of JWTs, whose signature, issuer and times have been verified.
[[nodiscard]] ReadToken read_m2m_jwt(const jose::JwsHeader& header, const jose::VerifiedJwt& jwt);
[[nodiscard]] ReadToken read_oauth_jwt(const jose::JwsHeader& header, const jose::VerifiedJwt& jwt);

}  // namespace postern::clerk
