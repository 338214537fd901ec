// Clerk's Backend API: what we ask of it, in our types (clerk.md 3).
//
//   Backend backend{{.secret_key = key}, ports};
//   auto session = co_await backend.get_session(claims.session_id);
//   if (session && session->is_active()) ...
//
// A 429, a 5xx or no answer at all is tried again, after what Retry-After asks for, up to three times within the
// deadline, as each call here may be repeated without harm; but for list_organizations(), without which it goes, too.
// No redirect is followed. The secret key never shows in an error or a log.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/clerk/issued_token.hpp"
#include "postern/clerk/keys.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct BackendSettings {
  std::string api_url = "https://api.clerk.com";  // no slash at the end
  SecretKey secret_key;
  Duration deadline = std::chrono::seconds{10};  // of a call, with all its attempts
};

struct BackendError {
  enum class Kind {
    not_found,    // no such thing, or it was cleaned up
    refused,      // Clerk answered, and will answer so again
    bad_secret,   // it does not take our secret key: the operator must act
    unavailable,  // no answer, an overloaded Clerk, or an answer that makes no sense: try later
  };
  Kind kind = Kind::unavailable;
  int status = 0;       // 0: no answer
  std::string code;     // Clerk's name for it, or empty
  std::string message;  // Clerk's sentence, for logs
};

template <class T>
using BackendResult = Result<T, BackendError>;

struct Session {
  std::string id;
  std::string user_id;
  std::string status;           // "active", "ended", "revoked" ... (clerk.md 3.6)
  std::string organization_id;  // the one that is active in it; may be empty
  TimePoint last_active_at{};
  std::string actor{};  // who acts as the user (actor.hpp); empty: nobody

  [[nodiscard]] bool is_active() const { return status == "active"; }
};

struct User {
  std::string id;
  std::string first_name;  // may be empty, as the last name may
  std::string last_name;
  bool banned = false;
  bool locked = false;
};

// What a user is in an organization (clerk.md 3.5).
struct Membership {
  std::string role;                      // "org:admin"
  std::vector<std::string> permissions;  // of that role: "org:<feature>:<permission>"
  std::string organization_name;         // for people; may be empty
};

struct MintedToken {
  Secret jwt;
  TimePoint expires_at;  // at the latest
};

class Backend {
 public:
  Backend(BackendSettings settings, Ports& ports) : settings_(std::move(settings)), ports_(ports) {}

  Task<BackendResult<Session>> get_session(std::string session_id);
  // A hundred of them at most.
  Task<BackendResult<std::vector<Session>>> list_active_sessions(std::string user_id);
  Task<BackendResult<User>> get_user(std::string user_id);
  Task<BackendResult<Membership>> get_membership(std::string organization_id, std::string user_id);
  // Those that the user is a member of, a hundred of them at most.
  Task<BackendResult<std::vector<oauth::Organization>>> list_organizations(std::string user_id);
  // What Clerk knows of a token that it issued, as it came: see issued_token.hpp for what it means.
  Task<BackendResult<json::Value>> verify(TokenKind kind, std::string token);
  // A token by a JWT template, or the session's own: good for a minute, which is asked for rather than read from it.
  Task<BackendResult<MintedToken>> mint_token(std::string session_id, std::string template_name);
  Task<BackendResult<MintedToken>> mint_session_token(std::string session_id);

  struct Call {
    http::Method method = http::Method::get;
    std::string path;  // with the version, each parameter encoded
    std::string body{};
    enum class Repeat { as_needed, never } repeat = Repeat::as_needed;
  };
  // Whatever Clerk answers, in the end. An error: it gave no answer, or the path climbs.
  Task<BackendResult<FetchResponse>> exchange(Call call);

 private:
  Task<BackendResult<MintedToken>> mint(std::string path);
  Task<BackendResult<json::Value>> call(Call call);
  Task<Result<FetchResponse>> attempt(const Call& call, Duration timeout);
  [[nodiscard]] Duration pause_before(int attempt, std::optional<Duration> retry_after);

  BackendSettings settings_;
  Ports& ports_;
};

}  // namespace postern::clerk
