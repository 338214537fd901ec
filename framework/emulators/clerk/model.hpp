// What the emulator knows: the records of one Clerk instance, as plain data. World owns them, the resource files show
// them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/time.hpp"
#include "postern/json/value.hpp"

namespace postern::emulator {

struct Contact {  // an email address or a phone number
  std::string id;
  std::string text;
};

// What somebody pays for (clerk.md 2.2): the claims `pla` and `fea` say it.
struct Subscription {
  std::string plan;  // empty: none
  std::vector<std::string> features;
};

// An account of a user's elsewhere, and the token for it that Clerk keeps.
struct ExternalAccount {
  std::string id;
  std::string provider;  // "oauth_google"
  std::string provider_user_id;
  std::string token;
  std::vector<std::string> scopes;
};

struct User {
  std::string id;
  std::optional<std::string> external_id;
  std::optional<std::string> username;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::vector<Contact> email_addresses;  // the first is the primary one
  std::vector<Contact> phone_numbers;
  json::Object public_metadata;
  json::Object private_metadata;
  json::Object unsafe_metadata;
  Subscription subscription;
  std::vector<ExternalAccount> external_accounts;
  bool password_enabled = false;
  bool banned = false;
  bool locked = false;
  std::optional<TimePoint> last_sign_in_at;
  TimePoint created_at;
  TimePoint updated_at;

  [[nodiscard]] std::string full_name() const;
  // What a person would know this user by: name, else email address, else username, else id.
  [[nodiscard]] std::string display_name() const;
};

enum class SessionStatus : std::uint8_t { active, pending, revoked, ended, expired, removed, abandoned, replaced };
[[nodiscard]] std::string_view to_string(SessionStatus status);
[[nodiscard]] std::optional<SessionStatus> parse_session_status(std::string_view text);

struct Session {
  std::string id;
  std::string user_id;
  std::string client_id;
  std::string refresh_token;
  std::optional<std::string> organization_id;  // the active one
  std::optional<json::Object> actor;           // who acts as the user (clerk.md 2.2)
  SessionStatus status = SessionStatus::active;
  TimePoint expire_at;
  TimePoint created_at;
  TimePoint updated_at;
  TimePoint last_active_at;

  // May tokens be minted from it? A pending session gives tokens, which say that they are pending (clerk.md 2.2).
  [[nodiscard]] bool alive() const { return status == SessionStatus::active || status == SessionStatus::pending; }
};

// One browser as the instance sees it. Its id doubles as the development instance's `__clerk_db_jwt`.
struct Browser {
  std::string id;
  std::string client_id;
  std::string session_id;  // empty: signed out
};

struct JwtTemplate {
  std::string id;
  std::string name;
  json::Object claims;
  std::chrono::seconds lifetime{60};
  std::chrono::seconds allowed_clock_skew{5};
  TimePoint created_at;
  TimePoint updated_at;
};

struct Organization {
  std::string id;
  std::string name;
  std::string slug;
  json::Object public_metadata;
  Subscription subscription;
  TimePoint created_at;
  TimePoint updated_at;
};

struct Membership {
  std::string id;
  std::string organization_id;
  std::string user_id;
  std::string role;                      // "org:admin"
  std::vector<std::string> permissions;  // of that role: "org:<feature>:<permission>"
  TimePoint created_at;
  TimePoint updated_at;
};

// Of both kinds: a sign-in token signs in its user, an actor token somebody who acts as them.
struct SignInToken {
  std::string id;
  std::string user_id;
  std::optional<json::Object> actor;
  std::optional<std::chrono::seconds> session_lifetime;  // in place of the instance's
  std::string token;
  std::string status = "pending";  // pending | accepted | revoked
  TimePoint expires_at;
  TimePoint created_at;
  TimePoint updated_at;
};

// What every token for a program has (clerk.md 3.9, 3.10).
struct IssuedToken {
  std::string id;
  std::string secret;
  std::string subject;
  std::vector<std::string> scopes;
  std::optional<std::string> revocation_reason;
  bool revoked = false;
  std::optional<TimePoint> expires_at;
  TimePoint created_at;
  TimePoint updated_at;

  [[nodiscard]] bool expired(TimePoint now) const { return expires_at && *expires_at <= now; }
};

struct ApiKey : IssuedToken {
  std::string name;
  std::optional<std::string> description;
  std::optional<json::Object> claims;
  std::optional<std::string> created_by;
};

struct Machine {
  std::string id;
  std::string name;
  std::string secret_key;
  std::vector<std::string> may_call;  // machines; each token is for all of them
};

struct M2mToken : IssuedToken {
  std::optional<json::Object> claims;
};

struct OAuthToken : IssuedToken {
  std::string client_id;
  std::optional<json::Object> actor;
  std::string grant_id;  // empty: issued by a lever
  std::vector<std::string> audience;
};

// A client of the instance's OAuth server (clerk.md 3.9, 5.2): made through the Backend API, registered by itself, or
// met by the address of its metadata document, which is then its client_id.
struct OAuthApplication {
  std::string id;
  std::string client_id;
  std::string client_secret;  // empty: public
  std::string name;
  std::optional<std::string> client_uri;
  std::vector<std::string> redirect_uris;
  std::vector<std::string> scopes;
  bool pkce_required = false;
  bool consent_screen_enabled = true;
  bool introduced_itself = false;
  TimePoint created_at;
  TimePoint updated_at;

  [[nodiscard]] bool is_public() const { return client_secret.empty(); }
};

// What a user has allowed a client: first a code, then tokens.
struct OAuthGrant {
  std::string id;
  std::string client_id;
  std::string user_id;
  std::optional<json::Object> actor;
  std::optional<std::string> organization_id;  // with the scope user:org:read
  std::vector<std::string> scopes;
  std::string resource;  // RFC 8707; empty: none was named
  std::string redirect_uri;
  std::string code_challenge;  // empty: no PKCE
  std::string nonce;
  std::string code;
  TimePoint code_expires_at;
  bool code_redeemed = false;
  std::string refresh_token;
  bool revoked = false;
};

enum class ResponseMode : std::uint8_t { query, form_post };

// An authorization request that has passed its checks, and waits for its user's decision.
struct OAuthRequest {
  OAuthGrant grant;  // what it would become
  std::string state;
  ResponseMode response_mode = ResponseMode::query;
  std::string browser_id;
  TimePoint expires_at;
};

// The instance's settings for all of them, as the dashboard's page for MCP servers leaves them.
struct OAuthSettings {
  bool dynamic_registration = true;
  bool jwt_access_tokens = true;
  bool audience_claim = true;
  bool client_documents = true;
  std::vector<std::string> default_scopes = {"profile", "email"};
};

// Cookies to set, kept under a nonce for the seconds between the redirect to the app and the app's call for them.
struct HandshakePayload {
  std::vector<std::string> directives;
  TimePoint expires_at;
};

[[nodiscard]] std::string joined(const std::vector<std::string>& texts, char separator);

template <class T>
using Table = std::map<std::string, T, std::less<>>;  // by id

template <class T>
[[nodiscard]] T* find(Table<T>& table, std::string_view id) {
  const auto found = table.find(id);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace postern::emulator
