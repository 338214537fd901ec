// What a Clerk session token says of its user: the same whether it is of version 1 or 2 (clerk.md 2.2).
//
// Made from a VerifiedJwt only. What the token must be in order to count is checked here, beyond its signature and
// registered claims, and one class of Clerk's tokens never passes for another: they are all signed by one key, and only
// `typ`, `cat`, `sub` and `sid` keep them apart (clerk.md 2.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/jose/jwt.hpp"

namespace postern::clerk {

enum class SessionTokenError {
  wrong_type,        // `typ` is there and is not JWT: an OAuth access token
  wrong_category,    // `cat` is there and is that of a template or machine token
  not_a_session,     // no `sid`: a template token without a category
  not_a_user,        // `sub` is a machine's, or nobody's
  pending,           // `sts`: signed in, but with something left to do, such as choosing an organization
  malformed_claims,  // a member of another type than Clerk's
};

[[nodiscard]] constexpr std::string_view to_string(SessionTokenError error) {
  switch (error) {
    case SessionTokenError::wrong_type:
      return "wrong_type";
    case SessionTokenError::wrong_category:
      return "wrong_category";
    case SessionTokenError::not_a_session:
      return "not_a_session";
    case SessionTokenError::not_a_user:
      return "not_a_user";
    case SessionTokenError::pending:
      return "pending";
    case SessionTokenError::malformed_claims:
      return "malformed_claims";
  }
  return "malformed_claims";
}

struct Organization {
  std::string id;
  std::string slug;                      // may be empty
  std::string role;                      // "org:admin"
  std::vector<std::string> permissions;  // "org:<feature>:<permission>"
};

struct SessionClaims {
  std::string user_id;     // "user_..."
  std::string session_id;  // "sess_..."
  std::string authorized_party;
  TimePoint issued_at;
  TimePoint expires_at;
  std::optional<Organization> organization;
  std::string features;  // lists of scope:name, as Clerk writes them; version 1 has none
  std::string plans;
  std::string actor;  // who acts as this user, support staff or an agent (actor.hpp); empty: nobody
};

// `header` is that of the token that `jwt` was verified from; `jwt` was verified with a lifetime_max, so it has an
// `iat`.
[[nodiscard]] Result<SessionClaims, SessionTokenError> read_session_claims(const jose::JwsHeader& header,
                                                                           const jose::VerifiedJwt& jwt);

}  // namespace postern::clerk
