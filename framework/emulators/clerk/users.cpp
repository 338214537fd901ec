#include "emulators/clerk/users.hpp"

#include <algorithm>

#include "emulators/clerk/sessions.hpp"
#include "emulators/clerk/user_json.hpp"

namespace postern::emulator::users {

namespace {

constexpr std::string_view metadata_names[] = {"public_metadata", "private_metadata", "unsafe_metadata"};

json::Object& metadata(User& user, std::string_view name) {
  if (name == "public_metadata") return user.public_metadata;
  return name == "private_metadata" ? user.private_metadata : user.unsafe_metadata;
}

ApiError taken(std::string_view parameter, std::string_view what) {
  return {.status = 422,
          .code = "form_identifier_exists",
          .message = "That " + std::string(what) + " is taken. Please try another.",
          .long_message = "That " + std::string(what) + " is taken. Please try another.",
          .param_name = std::string(parameter)};
}

Read<std::vector<Contact>> read_contacts(World& world, const json::Object& body, std::string_view name) {
  TRY(auto texts, optional_texts(body, name));
  std::vector<Contact> contacts;
  for (std::string& text : texts) {
    if (text.empty() || (name == "email_address" && text.find('@') == std::string::npos)) {
      ApiError error = ApiError::invalid(name, "must be well formed");
      error.code = "form_param_format_invalid";
      return std::unexpected(std::move(error));
    }
    contacts.push_back({.id = world.new_id("idn_"), .text = std::move(text)});
  }
  return contacts;
}

bool shares(const std::vector<Contact>& a, const std::vector<Contact>& b) {
  return std::ranges::any_of(a, [&](const Contact& one) { return std::ranges::contains(b, one.text, &Contact::text); });
}

// Identifiers are unique in an instance; `user` itself does not count.
Read<void> check_identifiers(const World& world, const User& user) {
  for (const auto& [id, other] : world.users) {
    if (id == user.id) continue;
    if (shares(user.email_addresses, other.email_addresses))
      return std::unexpected(taken("email_address", "email address"));
    if (shares(user.phone_numbers, other.phone_numbers)) return std::unexpected(taken("phone_number", "phone number"));
    if (user.username && user.username == other.username) return std::unexpected(taken("username", "username"));
    if (user.external_id && user.external_id == other.external_id)
      return std::unexpected(taken("external_id", "external id"));
  }
  return {};
}

// Deep: objects are merged, null removes (SDK: updateUserMetadata). Depth is bounded by the JSON parser.
void merge(json::Object& into, const json::Object& changes) {
  for (const auto& change : changes) {
    json::Value& member = into[change.key()];
    if (change.value().is_null()) {
      into.erase(change.key());
    } else if (change.value().is_object()) {
      if (!member.is_object()) member = json::Object{};
      merge(member.get_object(), change.value().get_object());
    } else {
      member = change.value();
    }
  }
}

Answer touched(Call& call, User& user) {
  user.updated_at = call.world.now();
  call.world.emit("user.updated", to_json(user));
  return to_json(user);
}

}  // namespace

ApiError user_not_found(std::string_view id) {
  return ApiError::not_found("not found", "No user was found with id " + std::string(id));
}

Read<User*> find_user(Call& call) {
  const std::string_view id = call.path.get("user_id");
  if (User* user = find(call.world.users, id)) return user;
  return std::unexpected(user_not_found(id));
}

Answer get(Call& call) {
  TRY(User * user, find_user(call));
  return to_json(*user);
}

Answer create(Call& call) {
  if (World::full(call.world.users)) return std::unexpected(ApiError::too_many("users"));
  User user{.id = call.world.new_id("user_")};
  TRY(change_text(call.body, "first_name", user.first_name));
  TRY(change_text(call.body, "last_name", user.last_name));
  TRY(change_text(call.body, "username", user.username));
  TRY(change_text(call.body, "external_id", user.external_id));
  TRY(user.email_addresses, read_contacts(call.world, call.body, "email_address"));
  TRY(user.phone_numbers, read_contacts(call.world, call.body, "phone_number"));
  TRY(user.banned, optional_flag(call.body, "banned"));
  for (const auto name : metadata_names) {
    TRY(metadata(user, name), optional_object(call.body, name));
  }
  TRY(auto password, optional_text(call.body, "password"));
  user.password_enabled = password.has_value();  // kept nowhere: the sign-in page asks for none
  if (user.email_addresses.empty() && user.phone_numbers.empty() && !user.username) {
    return std::unexpected(ApiError::missing("email_address"));
  }
  TRY(check_identifiers(call.world, user));
  user.created_at = user.updated_at = call.world.now();
  json::Object shown = to_json(user);
  call.world.users.emplace(user.id, std::move(user));
  return shown;
}

Answer update(Call& call) {
  TRY(User * user, find_user(call));
  for (const auto name : metadata_names) {  // since API version 2026-05-12 only through /metadata (clerk.md 3.1)
    if (json::find(call.body, name)) return std::unexpected(ApiError::unknown_parameter(name));
  }
  User changed = *user;
  TRY(change_text(call.body, "first_name", changed.first_name));
  TRY(change_text(call.body, "last_name", changed.last_name));
  TRY(change_text(call.body, "username", changed.username));
  TRY(change_text(call.body, "external_id", changed.external_id));
  TRY(auto password, optional_text(call.body, "password"));
  if (password) changed.password_enabled = true;
  TRY(check_identifiers(call.world, changed));
  *user = std::move(changed);
  return touched(call, *user);
}

Answer remove(Call& call) {
  TRY(User * user, find_user(call));
  json::Object answer = deleted("user", user->id);
  if (user->external_id) answer["external_id"] = *user->external_id;
  call.world.remove_user(std::string(user->id));
  call.world.emit("user.deleted", answer);
  return answer;
}

Answer ban(Call& call) {
  TRY(User * user, find_user(call));
  user->banned = true;
  for (const Session* session : call.world.end_sessions_of(user->id, SessionStatus::revoked))
    call.world.emit("session.revoked", sessions::to_json(*session));
  return touched(call, *user);
}

Answer unban(Call& call) {
  TRY(User * user, find_user(call));
  user->banned = false;
  return touched(call, *user);
}

Answer lock(Call& call) {
  TRY(User * user, find_user(call));
  user->locked = true;
  return touched(call, *user);
}

Answer unlock(Call& call) {
  TRY(User * user, find_user(call));
  user->locked = false;
  return touched(call, *user);
}

Answer merge_metadata(Call& call) {
  TRY(User * user, find_user(call));
  for (const auto name : metadata_names) {
    TRY(auto changes, optional_object(call.body, name));
    merge(metadata(*user, name), changes);
  }
  return touched(call, *user);
}

Answer replace_metadata(Call& call) {
  TRY(User * user, find_user(call));
  for (const auto name : metadata_names) {
    if (!json::find(call.body, name)) continue;
    TRY(metadata(*user, name), optional_object(call.body, name));
  }
  return touched(call, *user);
}

}  // namespace postern::emulator::users
