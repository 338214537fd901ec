#include "postern/clerk/clerk_login.hpp"

#include <chrono>
#include <optional>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/clerk/actor.hpp"
#include "postern/json/value.hpp"
#include "postern/uri/percent.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t answer_bytes_max = 64 * 1024;
constexpr std::size_t error_bytes_max = 64;  // for the log: it is the browser that brings it
constexpr auto id_token_lifetime_max = 25h;  // Clerk's are of a day

std::unexpected<Error> unavailable() {
  return fail(Error::Kind::unavailable, "The sign-in cannot be checked now. Try again in a moment.");
}

std::optional<std::string> find_member(std::string_view body, std::string_view name) {
  const auto document = json::parse(body);
  const json::Object* object = document ? document->if_object() : nullptr;
  const auto text = object == nullptr ? std::nullopt : json::find_string(*object, name);
  if (!text) return std::nullopt;
  return std::string{*text};
}

// The session, should Clerk ever name it; empty if not.
std::string session_of(const jose::VerifiedJwt& id_token) {
  const auto session_id = json::find_string(id_token.claims(), "sid");
  return session_id && session_id->starts_with("sess_") ? std::string{*session_id} : std::string{};
}

// OpenID Connect Core sec. 3.1.3.7, beyond signature, issuer, audience and times. One key signs everything of the
// instance; that it is an ID token and no other is shown by its audience, which is this client, and by the nonce. The
// error is the reason, for the log.
Result<void, std::string_view> check_id_token(const InstanceJwts::Verified& verified, std::string_view client_id,
                                              std::string_view nonce) {
  const jose::RegisteredClaims& registered = verified.jwt.registered();
  if (verified.header.typ && *verified.header.typ != "JWT") return std::unexpected("wrong_type");
  const std::string& azp = registered.authorized_party;
  if (azp.empty() ? registered.audience.size() != 1 : azp != client_id) return std::unexpected("wrong_azp");
  const auto given = json::find_string(verified.jwt.claims(), "nonce");
  if (!given || !constant_time_equal(*given, nonce)) return std::unexpected("wrong_nonce");
  if (!registered.subject.starts_with("user_")) return std::unexpected("not_a_user");
  return {};
}

}  // namespace

ClerkLogin::ClerkLogin(ClerkLoginSettings settings, InstanceJwts& jwts, SessionTokenVerifier& session_tokens,
                       Standing& standing, Ports& ports)
    : settings_(std::move(settings)),
      policy_{.issuer = settings_.issuer, .audience = settings_.client_id, .lifetime_max = id_token_lifetime_max},
      jwts_(jwts),
      session_tokens_(session_tokens),
      standing_(standing),
      ports_(ports) {}

std::string ClerkLogin::begin(const oauth::SignInRequest& request) {
  const std::string challenge = base64url_encode(ports_.crypto.sha256(derive("code_verifier/", request.state)));
  const uri::Form query{
      {"response_type", "code"},     {"client_id", settings_.client_id}, {"redirect_uri", settings_.callback_url},
      {"scope", "openid"},           {"state", request.state},           {"nonce", derive("nonce/", request.state)},
      {"code_challenge", challenge}, {"code_challenge_method", "S256"}};
  return concat(settings_.issuer, "/oauth/authorize?", query.serialize());
}

Task<Result<oauth::SignedInUser>> ClerkLogin::complete(const oauth::SignInReturn& returned) {
  const uri::Form& parameters = returned.parameters;
  // RFC 9207 sec. 2.4. There is one issuer whom we ask, so an instance that does not send it yet leaves no room to mix
  // up.
  const std::string* issuer = parameters.find_only("iss");
  if (parameters.count("iss") > 0 && (issuer == nullptr || *issuer != settings_.issuer)) co_return refuse("wrong_iss");
  if (const std::string* error = parameters.find_only("error")) {
    ports_.log.write(LogLevel::info, "clerk_login.error",
                     {{"error", std::string_view{*error}.substr(0, error_bytes_max)}});
    co_return refuse("clerk_refused");
  }
  const std::string* code = parameters.find_only("code");
  const std::string* state = parameters.find_only("state");
  if (code == nullptr || state == nullptr) co_return refuse("no_code");
  CO_TRY(auto id_token, co_await redeem(*code, derive("code_verifier/", *state)));
  const auto verified = co_await jwts_.verify(std::move(id_token), policy_);
  if (!verified && verified.error().kind == Error::Kind::unavailable) co_return unavailable();
  if (!verified) co_return refuse(verified.error().reason);
  if (const auto checked = check_id_token(*verified, settings_.client_id, derive("nonce/", *state)); !checked)
    co_return refuse(checked.error());
  const jose::VerifiedJwt& jwt = verified->jwt;
  const auto actor = find_actor(jwt.claims(), "act");
  if (!actor) co_return refuse("malformed_act");

  const std::string user_id = jwt.registered().subject;
  const std::string session_id = session_of(jwt);
  auto finding =
      session_id.empty() ? standing_.find_latest_session(user_id, *actor) : standing_.find_session(session_id, user_id);
  CO_TRY(auto session, co_await std::move(finding));
  co_return co_await standing_.admit({.user_id = user_id,
                                      .actor = actor->empty() ? std::move(session.actor) : *actor,
                                      .session_id = std::move(session.id),
                                      .organization_id = std::move(session.organization_id)});
}

Task<Result<oauth::SignedInUser>> ClerkLogin::recognize(std::string session_token) {
  CO_TRY(auto claims, co_await session_tokens_.verify(std::move(session_token)));
  co_return co_await standing_.recognize(std::move(claims));
}

Task<std::vector<oauth::Organization>> ClerkLogin::find_organizations(std::string user_id) {
  return standing_.find_organizations(std::move(user_id));
}

Task<Result<oauth::SignedInUser>> ClerkLogin::confirm(const oauth::SignedInUser& user) {
  return standing_.confirm(user);
}

// 43 characters, as RFC 7636 sec. 4.1 wants them.
std::string ClerkLogin::derive(std::string_view purpose, std::string_view state) const {
  return base64url_encode(ports_.crypto.hmac_sha256(settings_.key.reveal(), concat(purpose, state)));
}

// A code may be redeemed once, so whatever comes of the attempt, there is no second one.
Task<Result<std::string>> ClerkLogin::redeem(std::string code, std::string code_verifier) {
  const uri::Form form{{"grant_type", "authorization_code"},
                       {"code", code},
                       {"redirect_uri", settings_.callback_url},
                       {"code_verifier", code_verifier}};
  FetchRequest request{.method = http::Method::post,
                       .url = settings_.issuer + "/oauth/token",
                       .body = form.serialize(),
                       .response_bytes_max = answer_bytes_max};
  // RFC 6749 sec. 2.3.1.
  const std::string credentials =
      concat(uri::percent_encode(settings_.client_id), ":", uri::percent_encode(settings_.client_secret.reveal()));
  request.headers.set("Authorization", concat("Basic ", base64_encode(credentials)));
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  auto response = co_await ports_.fetch.fetch(std::move(request));
  if (!response || response->status == 429 || response->status >= 500) co_return unavailable();
  // By its OpenAPI description Clerk may answer 401 to a bad code as well: only what is said of the client is ours to
  // mend.
  if (response->status == 401 && find_member(response->body, "error") != "invalid_grant") {
    ports_.log.write(LogLevel::error, "clerk_login.client_refused", {{"status", response->status}});
    co_return unavailable();
  }
  auto id_token = response->status == 200 ? find_member(response->body, "id_token") : std::nullopt;
  wipe(response->body);  // the other tokens
  if (response->status != 200) co_return refuse("code_refused");
  if (!id_token) co_return refuse("no_id_token");
  co_return *std::move(id_token);
}

std::unexpected<Error> ClerkLogin::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "clerk_login.refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The sign-in could not be verified. Start again from your assistant.");
}

}  // namespace postern::clerk
