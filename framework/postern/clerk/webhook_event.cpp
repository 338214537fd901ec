#include "postern/clerk/webhook_event.hpp"

#include "postern/json/value.hpp"

namespace postern::clerk {
namespace {

// The id of the data, or of what one or two members lead to; empty if it is not there.
std::string text_at(const json::Value& data, std::initializer_list<std::string_view> path) {
  const json::Value* value = &data;
  for (std::string_view name : path) {
    value = json::find(*value, name);
    if (!value) return {};
  }
  return value->is_string() ? std::string{std::string_view{value->get_string()}} : std::string{};
}

bool is_banned(const json::Value& user) {
  const json::Value* banned = json::find(user, "banned");
  return banned && banned->is_bool() && banned->get_bool();
}

TimePoint happened_at(const json::Value& event, TimePoint sent_at) {
  const json::Value* timestamp = json::find(event, "timestamp");
  return timestamp && timestamp->is_int64() ? TimePoint{Duration{timestamp->get_int64()}} : sent_at;
}

std::unexpected<Error> unreadable() { return fail(Error::Kind::invalid, "The event lacks what its type promises."); }

}  // namespace

Result<WebhookEvent> parse_webhook_event(std::string_view body, TimePoint sent_at) {
  TRY(const auto event, json::parse(body));
  const json::Value* data = json::find(event, "data");
  WebhookEvent read{.type = text_at(event, {"type"}), .ended = std::nullopt};
  if (!data || read.type.empty()) return unreadable();

  oauth::EndedAccess ended{.ended_at = happened_at(event, sent_at)};
  if (read.type == "session.ended" || read.type == "session.removed" || read.type == "session.revoked") {
    ended.user_id = text_at(*data, {"user_id"});
    ended.session_id = text_at(*data, {"id"});
    if (ended.user_id.empty() || ended.session_id.empty()) return unreadable();
  } else if (read.type == "user.deleted" || (read.type == "user.updated" && is_banned(*data))) {
    ended.user_id = text_at(*data, {"id"});
    if (ended.user_id.empty()) return unreadable();
  } else if (read.type == "organizationMembership.updated") {
    read.changed = ChangedMembership{.user_id = text_at(*data, {"public_user_data", "user_id"}),
                                     .organization_id = text_at(*data, {"organization", "id"})};
    if (read.changed->user_id.empty() || read.changed->organization_id.empty()) return unreadable();
    return read;
  } else if (read.type == "organizationMembership.deleted") {
    ended.user_id = text_at(*data, {"public_user_data", "user_id"});
    ended.organization_id = text_at(*data, {"organization", "id"});
    if (ended.user_id.empty() || ended.organization_id.empty()) return unreadable();
  } else if (read.type == "organization.deleted") {
    ended.organization_id = text_at(*data, {"id"});
    if (ended.organization_id.empty()) return unreadable();
  } else {
    return read;
  }
  read.ended = std::move(ended);
  return read;
}

}  // namespace postern::clerk
