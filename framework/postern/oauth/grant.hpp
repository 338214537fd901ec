// A grant: one user's permission for one client, from the authorization code to the last refresh token. One record,
// grant/<grant id>, so that every step is one atomic change.
//
//                        60 s                        30 d from each refresh
//   callback ──> code_issued ── redeem ──> active ──┐ rotate: generation + 1
//                     │                     │  ^────┘
//                     │                     │ code again, old refresh token again, sign-out, RFC 7009
//                     └──────> revoked <────┘
//
// What each state allows is decided here, by plain functions over the record and the time; grants.hpp reads and
// replaces. A state that has run out of time is simply gone from the Store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/oauth/credentials.hpp"
#include "postern/oauth/sign_in.hpp"

namespace postern::oauth {

enum class GrantState { code_issued, active, revoked };

struct Grant {
  std::string id;
  GrantState state = GrantState::code_issued;
  std::string client_id;
  std::string client_name;  // what it called itself on the consent page
  SignedInUser user;
  std::vector<std::string> scopes;
  std::string resource;
  TimePoint started_at;  // when the code was issued
  TimePoint indexed_until;

  // What the code is bound to. The hash is kept for good, so that a second use is recognised.
  std::string redirect_uri;
  std::string code_challenge;
  std::string code_hash;

  // The refresh token that is current: 1 comes with the code's redemption.
  std::int64_t generation = 0;
  TimePoint rotated_at;

  [[nodiscard]] static Result<Grant> from_record(std::string id, std::string_view record);
  [[nodiscard]] std::string to_record() const;
};

enum class CodeVerdict { redeem, refuse, replayed };

// What the token request says, to be held against the grant.
struct CodePresented {
  const AuthorizationCode& code;
  std::string_view client_id;
  std::string_view redirect_uri;
  std::string_view code_verifier;
};
[[nodiscard]] CodeVerdict judge_code(Crypto& crypto, const Grant& grant, const CodePresented& presented);

enum class RefreshVerdict { rotate, repeat, refuse, reused };

// `token` is genuine: its secret was checked when it was parsed.
[[nodiscard]] RefreshVerdict judge_refresh(const Grant& grant, const RefreshToken& token, std::string_view client_id,
                                           TimePoint now);

}  // namespace postern::oauth
