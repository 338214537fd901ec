// Says of tokens what the server would, for verdicts.test.mjs, which asks others the same.
//
//   {"now": 1767225600, "issuer": "...", "audience": "...", "authorized_party": "...", "jwks": {"keys": [...]},
//   "session_kid": "..."}
//   ["jwt", "<kid>", "<token>"]             jose::verify() with that key, issuer and audience
//   ["session", "", "<token>"]              clerk::SessionTokenVerifier with the RSA key `session_kid` alone
//   ["access", "", "<token>"]               clerk::ClerkTokens, which takes OAuth access tokens for that audience, with
//   the same key; every user stands
//
// goes in, one line each; out comes a line for each but the first: "ok", or the reason that the server would log.
#pragma once

#include <string>
#include <string_view>

#include "postern/base/task.hpp"
#include "postern/ports/ports.hpp"

namespace postern::jwt_judge {

// Of `ports` the cryptography alone is used. Traps if a line is none of the above.
Task<std::string> judge(std::string_view lines, Ports& ports);

}  // namespace postern::jwt_judge
