#include "postern/clerk/issued_token.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "postern/clerk/actor.hpp"
#include "postern/oauth/scope_text.hpp"

namespace postern::clerk {
namespace {

constexpr std::string_view category_m2m = "cl_B7d4PD333AAA";  // clerk.md 2.1

std::unexpected<std::string_view> refuse(std::string_view reason) { return std::unexpected(reason); }

bool is_access_token(const jose::JwsHeader& header) {
  return header.typ == "at+jwt" || header.typ == "application/at+jwt";  // RFC 9068 sec. 2.1
}

std::string find_text(const json::Object& object, std::string_view name) {
  return std::string{json::find_string(object, name).value_or("")};
}

bool is_false(const json::Object& object, std::string_view name) {
  const json::Value* value = json::find(object, name);
  return value && value->is_bool() && !value->get_bool();
}

// Null and absent are no texts; anything but an array of texts is an error.
Result<std::vector<std::string>, std::string_view> find_texts(const json::Object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::Value* value = json::find(object, name);
  if (!value || value->is_null()) return texts;
  if (!value->is_array()) return refuse("malformed");
  for (const json::Value& text : value->get_array()) {
    if (!text.is_string()) return refuse("malformed");
    texts.emplace_back(text.get_string());
  }
  return texts;
}

template <class Unit>
Result<std::optional<TimePoint>, std::string_view> find_expiration(const json::Object& object) {
  const json::Value* value = json::find(object, "expiration");
  if (!value) return refuse("malformed");
  if (value->is_null()) return std::nullopt;
  if (!value->is_int64()) return refuse("malformed");
  const std::int64_t number = value->get_int64();
  constexpr std::int64_t latest =
      TimePoint{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}.time_since_epoch() /
      std::chrono::duration_cast<Duration>(Unit{1});
  if (number < 0 || number > latest) return refuse("malformed");
  return TimePoint{Unit{number}};
}

// What all three kinds share. `prefix` is that of the token's id.
template <class Unit>
ReadToken read(const json::Value& answer, std::string_view object, std::string_view prefix, TimePoint now) {
  if (!answer.is_object()) return refuse("malformed");
  const json::Object& members = answer.get_object();
  if (const json::Value* active = json::find(members, "active"); active && *active != true) return refuse("inactive");
  if (find_text(members, "object") != object) return refuse("another_object");
  if (!is_false(members, "revoked")) return refuse("revoked");
  if (!is_false(members, "expired")) return refuse("expired");
  IssuedToken token{.id = find_text(members, "id"), .subject = find_text(members, "subject")};
  if (!token.id.starts_with(prefix)) return refuse("malformed");
  TRY(token.scopes, find_texts(members, "scopes"));
  TRY(token.expires_at, find_expiration<Unit>(members));
  if (token.expires_at && *token.expires_at <= now) return refuse("expired");
  return token;
}

// Null and absent are no scope; anything but a text of scopes is an error.
Result<std::vector<std::string>, std::string_view> read_scope(const json::Object& claims) {
  const json::Value* value = json::find(claims, "scope");
  if (!value || value->is_null()) return std::vector<std::string>{};
  if (!value->is_string()) return refuse("malformed");
  auto names = oauth::parse_scope_text(value->get_string());
  if (!names) return refuse("malformed");
  return *std::move(names);
}

Result<std::string, std::string_view> read_actor(const json::Object& members) {
  auto actor = find_actor(members, "act");
  if (!actor) return refuse("malformed");
  return *std::move(actor);
}

}  // namespace

std::optional<TokenKind> kind_of(std::string_view token) {
  if (token.starts_with("ak_")) return TokenKind::api_key;
  if (token.starts_with("mt_")) return TokenKind::m2m_token;
  if (token.starts_with("oat_")) return TokenKind::oauth_token;
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) return std::nullopt;
  if (is_access_token(jws->header())) return TokenKind::oauth_token;
  if (jws->header().cat == category_m2m) return TokenKind::m2m_token;
  return std::nullopt;
}

ReadToken read_api_key(const json::Value& answer, TimePoint now) {
  TRY(auto token, read<std::chrono::milliseconds>(answer, "api_key", "ak_", now));
  if (!token.subject.starts_with("user_") && !token.subject.starts_with("org_")) return refuse("another_subject");
  return token;
}

ReadToken read_m2m_token(const json::Value& answer, TimePoint now) {
  TRY(auto token, read<std::chrono::milliseconds>(answer, "machine_to_machine_token", "mt_", now));
  if (!token.subject.starts_with("mch_")) return refuse("another_subject");
  token.audience = std::exchange(token.scopes, {});
  const json::Value* claims = json::find(answer, "claims");
  if (!claims || claims->is_null()) return token;
  if (!claims->is_object()) return refuse("malformed");
  TRY(token.scopes, read_scope(claims->get_object()));
  return token;
}

ReadToken read_oauth_token(const json::Value& answer, TimePoint now) {
  TRY(auto token, read<std::chrono::seconds>(answer, "clerk_idp_oauth_access_token", "oat_", now));
  if (!token.subject.starts_with("user_")) return refuse("another_subject");
  const json::Object& members = answer.get_object();
  token.client_id = find_text(members, "client_id");
  if (token.client_id.empty()) return refuse("malformed");
  TRY(token.actor, read_actor(members));
  TRY(token.audience, find_texts(members, "aud"));
  return token;
}

ReadToken read_m2m_jwt(const jose::JwsHeader& header, const jose::VerifiedJwt& jwt) {
  if (header.cat != category_m2m || (header.typ && *header.typ != "JWT")) return refuse("wrong_category");
  IssuedToken token{.id = find_text(jwt.claims(), "jti"),
                    .subject = jwt.registered().subject,
                    .expires_at = jwt.registered().expires_at};
  if (!token.subject.starts_with("mch_")) return refuse("another_subject");
  if (token.id.empty()) return refuse("malformed");
  auto machines = oauth::parse_scope_text(find_text(jwt.claims(), "scopes"));
  if (!machines) return refuse("malformed");
  token.audience = *std::move(machines);
  TRY(token.scopes, read_scope(jwt.claims()));
  return token;
}

// RFC 9068 sec. 2.2 and 4.
ReadToken read_oauth_jwt(const jose::JwsHeader& header, const jose::VerifiedJwt& jwt) {
  if (!is_access_token(header)) return refuse("wrong_type");
  const json::Object& claims = jwt.claims();
  IssuedToken token{.id = find_text(claims, "jti"),
                    .subject = jwt.registered().subject,
                    .client_id = find_text(claims, "client_id"),
                    .audience = jwt.registered().audience,
                    .expires_at = jwt.registered().expires_at};
  if (!token.subject.starts_with("user_")) return refuse("another_subject");
  if (token.id.empty() || token.client_id.empty()) return refuse("malformed");
  TRY(token.actor, read_actor(claims));
  if (json::find(claims, "scp")) {
    TRY(token.scopes, find_texts(claims, "scp"));
  } else {
    TRY(token.scopes, read_scope(claims));
  }
  return token;
}

}  // namespace postern::clerk
