#include "postern/clerk/backend.hpp"

#include <algorithm>
#include <format>
#include <string_view>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/clerk/actor.hpp"
#include "postern/clerk/retry_after.hpp"
#include "postern/uri/percent.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view api_version = "2026-05-12";
constexpr std::string_view user_agent = "postern/0.1.0";
constexpr int attempts_max = 3;
constexpr Duration first_pause = 200ms;
constexpr std::size_t response_bytes_max = 256 * 1024;
constexpr auto minted_lifetime = 60s;  // as short as Clerk's own session tokens

BackendError senseless() { return {.status = 200, .message = "The answer is not what the API describes."}; }

BackendError::Kind kind_of(int status, std::string_view code) {
  if (status == 404 || status == 410) return BackendError::Kind::not_found;
  if (status == 429 || status >= 500) return BackendError::Kind::unavailable;
  const bool is_about_our_key =
      code == "clerk_key_invalid" || code == "authentication_invalid" || code == "authorization_header_format_invalid";
  if (status == 401 && is_about_our_key) return BackendError::Kind::bad_secret;
  return BackendError::Kind::refused;
}

// {"errors":[{"code","message",...}]} (clerk.md 3.2); anything else is an error without a name.
BackendError parse_error(int status, std::string_view body) {
  BackendError error{.status = status};
  if (const auto document = json::parse(body)) {
    const json::Value* errors = json::find(*document, "errors");
    const json::Array* entries = errors == nullptr ? nullptr : errors->if_array();
    const json::Object* first = entries == nullptr || entries->empty() ? nullptr : entries->front().if_object();
    if (first != nullptr) {
      error.code = json::find_string(*first, "code").value_or("");
      error.message = json::find_string(*first, "long_message").value_or("");
      if (error.message.empty()) error.message = json::find_string(*first, "message").value_or("");
    }
  }
  error.kind = kind_of(status, error.code);
  return error;
}

// An id of "." or ".." would climb in the path, encoded or not (clerk.md 3.1).
bool climbs(std::string_view path) {
  return path.contains("/./") || path.contains("/../") || path.ends_with("/.") || path.ends_with("/..");
}

std::optional<std::string> find_text(const json::Value& value, std::string_view name) {
  const json::Object* object = value.if_object();
  const auto text = object == nullptr ? std::nullopt : json::find_string(*object, name);
  if (!text || text->empty()) return std::nullopt;
  return std::string{*text};
}

std::optional<std::vector<std::string>> find_texts(const json::Value& value, std::string_view name) {
  const json::Value* member = json::find(value, name);
  const json::Array* array = member == nullptr ? nullptr : member->if_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const json::Value& text : *array) {
    if (!text.is_string()) return std::nullopt;
    texts.emplace_back(text.as_string());
  }
  return texts;
}

std::optional<bool> find_flag(const json::Value& value, std::string_view name) {
  const json::Value* member = json::find(value, name);
  const bool* flag = member == nullptr ? nullptr : member->if_bool();
  if (flag == nullptr) return std::nullopt;
  return *flag;
}

std::optional<Session> read_session(const json::Value& value) {
  auto id = find_text(value, "id");
  auto user_id = find_text(value, "user_id");
  auto status = find_text(value, "status");
  if (!id || !user_id || !status) return std::nullopt;
  Session session{.id = *std::move(id), .user_id = *std::move(user_id), .status = *std::move(status)};
  session.organization_id = find_text(value, "last_active_organization_id").value_or("");
  const json::Value* active_at = json::find(value, "last_active_at");
  if (active_at != nullptr && active_at->is_int64())
    session.last_active_at = TimePoint{Duration{active_at->get_int64()}};
  session.actor = find_actor(value.as_object(), "actor").value_or("unknown");
  return session;
}

}  // namespace

Task<BackendResult<Session>> Backend::get_session(std::string session_id) {
  CO_TRY(const auto answer, co_await call({.path = "/v1/sessions/" + uri::percent_encode(session_id)}));
  auto session = read_session(answer);
  if (!session || session->id != session_id) co_return std::unexpected(senseless());
  co_return *std::move(session);
}

Task<BackendResult<std::vector<Session>>> Backend::list_active_sessions(std::string user_id) {
  CO_TRY(const auto answer, co_await call({.path = concat("/v1/sessions?user_id=", uri::percent_encode(user_id),
                                                          "&status=active&limit=100&paginated=true")}));
  const json::Value* data = json::find(answer, "data");
  const json::Array* entries = data == nullptr ? nullptr : data->if_array();
  if (entries == nullptr) co_return std::unexpected(senseless());
  std::vector<Session> sessions;
  for (const json::Value& entry : *entries) {
    auto session = read_session(entry);
    if (!session) co_return std::unexpected(senseless());
    sessions.push_back(*std::move(session));
  }
  co_return sessions;
}

Task<BackendResult<User>> Backend::get_user(std::string user_id) {
  CO_TRY(const auto answer, co_await call({.path = "/v1/users/" + uri::percent_encode(user_id)}));
  auto id = find_text(answer, "id");
  const auto banned = find_flag(answer, "banned");
  const auto locked = find_flag(answer, "locked");
  if (id != user_id || !banned || !locked) co_return std::unexpected(senseless());
  co_return User{.id = *std::move(id),
                 .first_name = find_text(answer, "first_name").value_or(""),
                 .last_name = find_text(answer, "last_name").value_or(""),
                 .banned = *banned,
                 .locked = *locked};
}

// A list with one entry at most, since there is one user to look for; without any, the user has left.
Task<BackendResult<Membership>> Backend::get_membership(std::string organization_id, std::string user_id) {
  CO_TRY(const auto answer, co_await call({.path = concat("/v1/organizations/", uri::percent_encode(organization_id),
                                                          "/memberships?user_id=", uri::percent_encode(user_id))}));
  const json::Value* data = json::find(answer, "data");
  const json::Array* memberships = data == nullptr ? nullptr : data->if_array();
  if (memberships == nullptr) co_return std::unexpected(senseless());
  if (memberships->empty())
    co_return std::unexpected(BackendError{.kind = BackendError::Kind::not_found, .status = 200});
  const json::Value& found = memberships->front();
  const json::Value* user = json::find(found, "public_user_data");
  auto role = find_text(found, "role");
  auto permissions = find_texts(found, "permissions");
  if (user == nullptr || find_text(*user, "user_id") != user_id || !role || !permissions)
    co_return std::unexpected(senseless());
  const json::Value* organization = json::find(found, "organization");
  co_return Membership{
      .role = *std::move(role),
      .permissions = *std::move(permissions),
      .organization_name = organization == nullptr ? "" : find_text(*organization, "name").value_or("")};
}

Task<BackendResult<std::vector<oauth::Organization>>> Backend::list_organizations(std::string user_id) {
  CO_TRY(
      const auto answer,
      co_await call({.path = concat("/v1/users/", uri::percent_encode(user_id), "/organization_memberships?limit=100"),
                     .repeat = Call::Repeat::never}));
  const json::Value* data = json::find(answer, "data");
  const json::Array* memberships = data == nullptr ? nullptr : data->if_array();
  if (memberships == nullptr) co_return std::unexpected(senseless());
  std::vector<oauth::Organization> organizations;
  for (const json::Value& membership : *memberships) {
    const json::Value* organization = json::find(membership, "organization");
    auto id = organization == nullptr ? std::nullopt : find_text(*organization, "id");
    if (!id) co_return std::unexpected(senseless());
    std::string name = find_text(*organization, "name").value_or(*id);
    organizations.push_back(
        {.id = *std::move(id), .name = std::move(name), .slug = find_text(*organization, "slug").value_or("")});
  }
  co_return organizations;
}

// Without a version, as Clerk's own SDK calls them (clerk.md 3.1).
Task<BackendResult<json::Value>> Backend::verify(TokenKind kind, std::string token) {
  switch (kind) {
    case TokenKind::api_key:
      return call({.method = http::Method::post,
                   .path = "/api_keys/verify",
                   .body = json::serialize(json::Object{{"secret", token}})});
    case TokenKind::m2m_token:
      return call({.method = http::Method::post,
                   .path = "/m2m_tokens/verify",
                   .body = json::serialize(json::Object{{"token", token}})});
    case TokenKind::oauth_token:
      break;
  }
  return call({.method = http::Method::post,
               .path = "/oauth_applications/access_tokens/verify",
               .body = json::serialize(json::Object{{"access_token", token}})});
}

Task<BackendResult<MintedToken>> Backend::mint_token(std::string session_id, std::string template_name) {
  return mint(concat("/v1/sessions/", uri::percent_encode(session_id), "/tokens/", uri::percent_encode(template_name)));
}

Task<BackendResult<MintedToken>> Backend::mint_session_token(std::string session_id) {
  return mint(concat("/v1/sessions/", uri::percent_encode(session_id), "/tokens"));
}

Task<BackendResult<MintedToken>> Backend::mint(std::string path) {
  const TimePoint asked_at = ports_.clock.now();
  CO_TRY(const auto answer, co_await call({.method = http::Method::post,
                                           .path = std::move(path),
                                           .body = concat(R"({"expires_in_seconds":)", minted_lifetime.count(), "}")}));
  auto jwt = find_text(answer, "jwt");
  const bool fits_a_header =
      jwt && std::ranges::all_of(*jwt, [](char character) { return character > ' ' && character < '\x7f'; });
  if (!fits_a_header) co_return std::unexpected(senseless());
  co_return MintedToken{.jwt = Secret{*std::move(jwt)}, .expires_at = asked_at + minted_lifetime};
}

Task<BackendResult<json::Value>> Backend::call(Call call) {
  CO_TRY(const auto response, co_await exchange(std::move(call)));
  if (response.status != 200) co_return std::unexpected(parse_error(response.status, response.body));
  auto document = json::parse(response.body);
  if (!document) co_return std::unexpected(senseless());
  co_return *std::move(document);
}

Task<BackendResult<FetchResponse>> Backend::exchange(Call call) {
  if (climbs(call.path))
    co_return std::unexpected(BackendError{.kind = BackendError::Kind::refused, .message = "That is no id."});
  const int attempts = call.repeat == Call::Repeat::as_needed ? attempts_max : 1;
  const TimePoint deadline = ports_.clock.now() + settings_.deadline;
  for (int number = 1;; ++number) {
    const Duration left = deadline - ports_.clock.now();
    auto response = co_await attempt(call, std::min<Duration>(left, limits::fetch_timeout));
    const int status = response ? response->status : 0;
    const bool is_worth_another = status == 0 || status == 429 || status >= 500;
    const TimePoint now = ports_.clock.now();
    const Duration pause = pause_before(number, response ? parse_retry_after(response->headers, now) : std::nullopt);
    if (is_worth_another && number < attempts && now + pause < deadline) {
      co_await ports_.clock.sleep_for(pause);
      continue;
    }
    if (status >= 200 && status < 300) co_return *std::move(response);
    BackendError error =
        response ? parse_error(status, response->body) : BackendError{.message = "Clerk did not answer."};
    const bool needs_operator = error.kind == BackendError::Kind::bad_secret;
    ports_.log.write(needs_operator ? LogLevel::error : LogLevel::warning, "clerk.backend_error",
                     {{"status", status}, {"code", error.code}, {"attempts", number}});
    if (!response) co_return std::unexpected(std::move(error));
    co_return *std::move(response);
  }
}

Task<Result<FetchResponse>> Backend::attempt(const Call& call, Duration timeout) {
  FetchRequest request{.method = call.method,
                       .url = settings_.api_url + call.path,
                       .body = call.body,
                       .timeout = timeout,
                       .response_bytes_max = response_bytes_max};
  request.headers.set("Authorization", concat("Bearer ", settings_.secret_key.secret().reveal()));
  request.headers.set("Clerk-API-Version", api_version);
  request.headers.set("User-Agent", user_agent);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json");
  return ports_.fetch.fetch(std::move(request));
}

// Doubles from try to try; up to as much again by chance, so that many instances do not come back in step.
Duration Backend::pause_before(int attempt, std::optional<Duration> retry_after) {
  const Duration base = first_pause * (1 << (attempt - 1));
  const auto chance = static_cast<unsigned char>(ports_.random.bytes(1).front());
  return std::max(base + base * chance / 255, retry_after.value_or(Duration::zero()));
}

}  // namespace postern::clerk
