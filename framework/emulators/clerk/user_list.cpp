// GET /v1/users and /v1/users/count: the same filters, a bare array and a number (clerk.md 3.3, 3.4).
#include <algorithm>
#include <array>

#include "emulators/clerk/user_json.hpp"
#include "emulators/clerk/users.hpp"
#include "postern/http/headers.hpp"

namespace postern::emulator::users {

namespace {

using Values = std::vector<std::string>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, {}, lower, lower).empty();
}

bool has_contact(const std::vector<Contact>& contacts, const Values& wanted) {
  return std::ranges::any_of(contacts, [&](const Contact& contact) {
    return std::ranges::any_of(wanted, [&](const auto& text) { return http::equal_ignoring_case(contact.text, text); });
  });
}

// Values may carry a sign: "-x" leaves out what "+x", or plain "x", takes in.
bool accepts(const Values& wanted, std::string_view actual) {
  bool asks_for_some = false, taken = false;
  for (const std::string& value : wanted) {
    const bool negative = value.starts_with('-');
    const std::string_view plain = std::string_view(value).substr(negative || value.starts_with('+') ? 1 : 0);
    if (negative && plain == actual) return false;
    asks_for_some |= !negative;
    taken |= !negative && plain == actual;
  }
  return !asks_for_some || taken;
}

bool is_member_of_any(const World& world, const User& user, const Values& organizations) {
  return std::ranges::any_of(organizations,
                             [&](const auto& id) { return world.find_membership(id, user.id) != nullptr; });
}

bool any_email_contains(const User& user, std::string_view part) {
  return std::ranges::any_of(user.email_addresses,
                             [&](const Contact& c) { return contains_ignoring_case(c.text, part); });
}

bool mentions(const User& user, std::string_view part) {
  return contains_ignoring_case(user.full_name(), part) || contains_ignoring_case(user.username.value_or(""), part) ||
         contains_ignoring_case(user.id, part) || any_email_contains(user, part);
}

struct Filter {
  Values email_addresses, phone_numbers, external_ids, usernames, user_ids, organization_ids;
  std::string query, email_address_query, name_query, banned;

  explicit Filter(const uri::Form& form)
      : email_addresses(query_values(form, "email_address")),
        phone_numbers(query_values(form, "phone_number")),
        external_ids(query_values(form, "external_id")),
        usernames(query_values(form, "username")),
        user_ids(query_values(form, "user_id")),
        organization_ids(query_values(form, "organization_id")),
        query(query_value(form, "query")),
        email_address_query(query_value(form, "email_address_query")),
        name_query(query_value(form, "name_query")),
        banned(query_value(form, "banned")) {}

  [[nodiscard]] bool matches(const World& world, const User& user) const {
    return (email_addresses.empty() || has_contact(user.email_addresses, email_addresses)) &&
           (phone_numbers.empty() || has_contact(user.phone_numbers, phone_numbers)) &&
           (external_ids.empty() || accepts(external_ids, user.external_id.value_or(""))) &&
           (usernames.empty() || accepts(usernames, user.username.value_or(""))) && accepts(user_ids, user.id) &&
           (organization_ids.empty() || is_member_of_any(world, user, organization_ids)) &&
           (query.empty() || mentions(user, query)) &&
           (email_address_query.empty() || any_email_contains(user, email_address_query)) &&
           (name_query.empty() || contains_ignoring_case(user.full_name(), name_query)) &&
           (banned.empty() || (banned == "true") == user.banned);
  }
};

std::vector<const User*> matching(Call& call) {
  const Filter filter{call.query};
  std::vector<const User*> found;
  for (const auto& [id, user] : call.world.users) {
    if (filter.matches(call.world, user)) found.push_back(&user);
  }
  return found;
}

std::string text_key(const User& user, std::string_view field) {
  if (field == "first_name") return user.first_name.value_or("");
  if (field == "last_name") return user.last_name.value_or("");
  if (field == "username") return user.username.value_or("");
  return user.email_addresses.empty() ? "" : user.email_addresses.front().text;
}

TimePoint time_key(const User& user, std::string_view field) {
  if (field == "created_at") return user.created_at;
  return field == "updated_at" ? user.updated_at : user.last_sign_in_at.value_or(TimePoint{});
}

Read<void> sort(std::vector<const User*>& found, const uri::Form& query) {
  static constexpr std::array time_fields = {"created_at", "updated_at", "last_sign_in_at", "last_active_at"};
  static constexpr std::array text_fields = {"email_address", "first_name", "last_name", "username"};
  std::string field = query_value(query, "order_by");
  if (field.empty()) field = "-created_at";
  const bool descending = field.starts_with('-');
  if (descending || field.starts_with('+')) field.erase(0, 1);
  const bool by_time = std::ranges::contains(time_fields, field);
  if (!by_time && !std::ranges::contains(text_fields, field)) {
    return std::unexpected(ApiError::invalid("order_by", "does not name a field to order by"));
  }
  std::ranges::stable_sort(found, [&](const User* a, const User* b) {
    if (descending) std::swap(a, b);
    return by_time ? time_key(*a, field) < time_key(*b, field) : text_key(*a, field) < text_key(*b, field);
  });
  return {};
}

}  // namespace

Answer list(Call& call) {
  auto found = matching(call);
  TRY(sort(found, call.query));
  TRY(auto page, read_page(call.query));
  return slice(found, page, [](const User* user) { return to_json(*user); });
}

Answer count(Call& call) { return json::Object{{"object", "total_count"}, {"total_count", matching(call).size()}}; }

}  // namespace postern::emulator::users
