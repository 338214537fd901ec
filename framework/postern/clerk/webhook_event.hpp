// What an event of Clerk's means for connections (clerk.md 3.11).
//
//   session.ended, session.removed, session.revoked     the connections that were made in this session
//   user.deleted, user.updated to banned                all of the user's
//   organizationMembership.deleted                      the user's in this organization
//   organization.deleted                                everybody's in this organization
//   organizationMembership.updated                      the user's in this organization have other rights
//
// All other events mean nothing to us.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/oauth/ended_access.hpp"

namespace postern::clerk {

struct ChangedMembership {
  std::string user_id;
  std::string organization_id;
};

struct WebhookEvent {
  std::string type;
  std::optional<oauth::EndedAccess> ended;
  std::optional<ChangedMembership> changed{};
};

// `sent_at` stands in for the moment of the event, if it does not say. An error is an event that cannot be read.
[[nodiscard]] Result<WebhookEvent> parse_webhook_event(std::string_view body, TimePoint sent_at);

}  // namespace postern::clerk
