// Who makes a request: the user, through which client, with what rights. It is what a verified token says.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/time.hpp"

namespace postern {

// A user in one organization, or for themselves: "user_1/org_1", "user_1/-". Whatever is kept of their work is kept
// under this, so that a connection for one organization cannot reach what was done in another (docs/storage-schema.md).
[[nodiscard]] inline std::string account_of(std::string_view user_id, std::string_view organization_id) {
  return std::string{user_id}.append("/").append(organization_id.empty() ? "-" : organization_id);
}

struct Principal {
  std::string user_id;          // "user_..." at Clerk
  std::string actor{};          // who acts as this user, as find_actor() writes it; empty: they do themselves
  std::string session_id;       // "sess_...": what tokens for the app are minted from; may be empty
  std::string organization_id;  // empty: a personal account, which has no role and no permissions
  std::string role{};           // "org:admin"
  std::vector<std::string> permissions{};  // "org:<feature>:<permission>": those held that the app asks for
  std::vector<std::string> features{};     // the same of the plan's features, named as the app does: "export"
  std::vector<std::string> plans{};        // and of plans: "org:pro"
  std::string client_id;                   // the assistant's OAuth client
  std::string grant_id;                    // this connection; ends when the user revokes it
  std::vector<std::string> scopes;
  bool is_program = false;  // it came with a key or a token of its own: nobody is signed in behind it
  TimePoint authorized_until = TimePoint::max();  // the token's end, and that of every call made with it (threat 43)

  [[nodiscard]] std::string account() const { return account_of(user_id, organization_id); }
  [[nodiscard]] bool has_scope(std::string_view scope) const { return std::ranges::contains(scopes, scope); }
  [[nodiscard]] bool has_permission(std::string_view permission) const {
    return std::ranges::contains(permissions, permission);
  }
  [[nodiscard]] bool has_feature(std::string_view feature) const { return std::ranges::contains(features, feature); }
  [[nodiscard]] bool has_plan(std::string_view plan) const { return std::ranges::contains(plans, plan); }
};

// Who makes a request; null if nobody is signed in. Shared, as one client makes many requests.
using Caller = std::shared_ptr<const Principal>;

[[nodiscard]] inline std::string account_of(const Caller& caller) { return caller ? caller->account() : std::string{}; }

}  // namespace postern
