#include "postern/oauth/grant.hpp"

#include <optional>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/secret.hpp"
#include "postern/oauth/pkce.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

std::string_view to_text(GrantState state) {
  switch (state) {
    case GrantState::code_issued:
      return "code_issued";
    case GrantState::active:
      return "active";
    case GrantState::revoked:
      return "revoked";
  }
  return "revoked";
}

std::optional<GrantState> parse_state(std::string_view text) {
  for (GrantState state : {GrantState::code_issued, GrantState::active, GrantState::revoked})
    if (to_text(state) == text) return state;
  return std::nullopt;
}

}  // namespace

Result<Grant> Grant::from_record(std::string id, std::string_view record) {
  RecordReader reader{record};
  const auto state = parse_state(reader.text("state"));
  Grant grant{.id = std::move(id),
              .state = state.value_or(GrantState::revoked),
              .client_id = reader.text("client_id"),
              .client_name = reader.text("client_name"),
              .user = {.user_id = reader.text("user_id"),
                       .actor = reader.text("actor"),
                       .session_id = reader.text("session_id"),
                       .organization_id = reader.text("organization_id"),
                       .organization_name = reader.text("organization_name"),
                       .role = reader.text("role"),
                       .permissions = reader.texts("permissions"),
                       .features = reader.texts("features"),
                       .plans = reader.texts("plans")},
              .scopes = reader.texts("scopes"),
              .resource = reader.text("resource"),
              .started_at = reader.time("started_at"),
              .indexed_until = reader.time("indexed_until"),
              .redirect_uri = reader.text("redirect_uri"),
              .code_challenge = reader.text("code_challenge"),
              .code_hash = reader.text("code_hash"),
              .generation = reader.number("generation"),
              .rotated_at = reader.time("rotated_at")};
  TRY(reader.check());
  if (!state) return fail(Error::Kind::internal, "A stored grant is in a state that does not exist.");
  return grant;
}

std::string Grant::to_record() const {
  return json::serialize(json::Object{{"state", to_text(state)},
                                      {"client_id", client_id},
                                      {"client_name", client_name},
                                      {"user_id", user.user_id},
                                      {"actor", user.actor},
                                      {"session_id", user.session_id},
                                      {"organization_id", user.organization_id},
                                      {"organization_name", user.organization_name},
                                      {"role", user.role},
                                      {"permissions", to_json(user.permissions)},
                                      {"features", to_json(user.features)},
                                      {"plans", to_json(user.plans)},
                                      {"scopes", to_json(scopes)},
                                      {"resource", resource},
                                      {"started_at", to_json(started_at)},
                                      {"indexed_until", to_json(indexed_until)},
                                      {"redirect_uri", redirect_uri},
                                      {"code_challenge", code_challenge},
                                      {"code_hash", code_hash},
                                      {"generation", generation},
                                      {"rotated_at", to_json(rotated_at)}});
}

CodeVerdict judge_code(Crypto& crypto, const Grant& grant, const CodePresented& presented) {
  const std::string hash = base64url_encode(crypto.sha256(presented.code.secret.reveal()));
  if (!constant_time_equal(hash, grant.code_hash) || grant.client_id != presented.client_id) return CodeVerdict::refuse;
  if (grant.state == GrantState::active) return CodeVerdict::replayed;
  if (grant.state == GrantState::revoked) return CodeVerdict::refuse;
  if (grant.redirect_uri != presented.redirect_uri) return CodeVerdict::refuse;
  if (!verifier_fits(crypto, presented.code_verifier, grant.code_challenge)) return CodeVerdict::refuse;
  return CodeVerdict::redeem;
}

RefreshVerdict judge_refresh(const Grant& grant, const RefreshToken& token, std::string_view client_id, TimePoint now) {
  if (grant.state != GrantState::active || grant.client_id != client_id || token.generation > grant.generation)
    return RefreshVerdict::refuse;
  if (token.generation == grant.generation) return RefreshVerdict::rotate;
  const bool is_previous = token.generation == grant.generation - 1;
  if (is_previous && now <= grant.rotated_at + limits::refresh_grace) return RefreshVerdict::repeat;
  return RefreshVerdict::reused;
}

}  // namespace postern::oauth
