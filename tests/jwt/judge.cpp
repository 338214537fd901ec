#include "judge.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include "postern/base/ensure.hpp"
#include "postern/clerk/clerk_tokens.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/jose/jwk.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/testing/manual_clock.hpp"
#include "postern/uri/percent.hpp"

namespace postern::jwt_judge {
namespace {

// Keeps the reason that came last.
class ReasonLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField> fields) override {
    for (const LogField& field : fields) {
      if (field.name == "reason") reason_ = std::get<std::string_view>(field.value);
    }
  }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

// Clerk's Backend API, in which every user stands.
class EveryUserStands final : public Fetch {
 public:
  Task<Result<FetchResponse>> fetch(FetchRequest request) override {
    const std::string_view id = std::string_view{request.url}.substr(request.url.rfind('/') + 1);
    co_return FetchResponse{.status = 200,
                            .headers = {},
                            .body = json::serialize(json::Object{
                                {"id", uri::percent_decode(id).value()}, {"banned", false}, {"locked", false}})};
  }
};

std::string text_of(const json::Object& object, std::string_view name) {
  const auto text = json::find_string(object, name);
  ensure(text.has_value());
  return std::string{*text};
}

class Judge {
 public:
  Judge(const json::Object& terms, Ports& host)
      : clock_(from_unix_seconds(terms.at("now").as_int64())),
        ports_{clock_, host.random, host.crypto, users_, host.store, host.cache, log_, host.bus},
        policy_{.issuer = text_of(terms, "issuer"), .audience = text_of(terms, "audience")},
        jwks_(jose::Jwks::parse(json::serialize(terms.at("jwks"))).value()),
        key_(std::get<RsaPublicKey>(find(text_of(terms, "session_kid")).public_key)),
        sessions_({.issuer = policy_.issuer, .authorized_parties = {text_of(terms, "authorized_party")}, .key = key_},
                  unused_keys_, ports_),
        jwts_(key_, unused_keys_, ports_),
        access_(
            {.accepted = {clerk::TokenKind::oauth_token}, .issuer = policy_.issuer, .resources = {*policy_.audience}},
            jwts_, backend_, ports_) {
    for (const jose::Jwk& jwk : jwks_.keys()) keys_.push_back(jose::Key::import(ports_.crypto, jwk).value());
  }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  std::string judge_jwt(std::string_view kid, std::string_view token) {
    const auto key = std::ranges::find(keys_, kid, &jose::Key::kid);
    ensure(key != keys_.end());
    const auto jws = jose::UnverifiedJws::parse(token);
    if (!jws) return std::string{to_string(jws.error())};
    const auto jwt = jose::verify(*jws, *key, policy_, clock_.now());
    return jwt ? "ok" : std::string{to_string(jwt.error())};
  }
  Task<std::string> judge_access(std::string token) {
    const auto caller = co_await access_.verify(std::move(token));
    co_return caller ? "ok" : log_.reason();
  }
  Task<std::string> judge_session(std::string token) {
    const auto claims = co_await sessions_.verify(std::move(token));
    if (claims) co_return "ok";
    co_return claims.error().kind == Error::Kind::forbidden ? "pending" : log_.reason();
  }

 private:
  [[nodiscard]] const jose::Jwk& find(std::string_view kid) const {
    const auto jwk = std::ranges::find(jwks_.keys(), kid, &jose::Jwk::kid);
    ensure(jwk != jwks_.keys().end());
    return *jwk;
  }

  testing::ManualClock clock_;
  ReasonLog log_;
  EveryUserStands users_;
  Ports ports_;
  jose::ClaimsPolicy policy_;
  jose::Jwks jwks_;
  std::vector<jose::Key> keys_;
  std::optional<RsaPublicKey> key_;
  clerk::KeySet unused_keys_{"https://clerk.invalid/", ports_};
  clerk::Backend backend_{{.secret_key = clerk::SecretKey::parse("sk_test_unused").value()}, ports_};
  clerk::SessionTokenVerifier sessions_;
  clerk::InstanceJwts jwts_;
  clerk::ClerkTokens access_;
};

json::Value parse(std::string_view line) { return json::parse(line).value(); }

}  // namespace

Task<std::string> judge(std::string_view lines, Ports& ports) {
  const std::size_t end = lines.find('\n');
  ensure(end != std::string_view::npos);
  Judge judge{parse(lines.substr(0, end)).as_object(), ports};
  lines.remove_prefix(end + 1);
  std::string verdicts;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const json::Value question = parse(line);
    const json::Array& parts = question.as_array();
    ensure(parts.size() == 3);
    std::string token{parts[2].as_string()};
    const json::String& kind = parts[0].as_string();
    if (kind == "session") {
      verdicts += co_await judge.judge_session(std::move(token));
    } else if (kind == "access") {
      verdicts += co_await judge.judge_access(std::move(token));
    } else {
      verdicts += judge.judge_jwt(parts[1].as_string(), token);
    }
    verdicts += '\n';
  }
  co_return verdicts;
}

}  // namespace postern::jwt_judge
