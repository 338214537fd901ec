#include "emulators/clerk/model.hpp"

#include <array>
#include <utility>

namespace postern::emulator {

namespace {

// The order of the enumerators.
constexpr std::array<std::string_view, 8> session_statuses = {"active",  "pending", "revoked",   "ended",
                                                              "expired", "removed", "abandoned", "replaced"};

}  // namespace

std::string User::full_name() const {
  std::string name = first_name.value_or("");
  if (last_name) name += (name.empty() ? "" : " ") + *last_name;
  return name;
}

std::string User::display_name() const {
  if (auto name = full_name(); !name.empty()) return name;
  if (!email_addresses.empty()) return email_addresses.front().text;
  return username.value_or(id);
}

std::string_view to_string(SessionStatus status) { return session_statuses[std::to_underlying(status)]; }

std::optional<SessionStatus> parse_session_status(std::string_view text) {
  for (std::size_t i = 0; i < session_statuses.size(); ++i) {
    if (session_statuses[i] == text) return static_cast<SessionStatus>(i);
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& texts, char separator) {
  std::string list;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) list += separator;
    list += text;
  }
  return list;
}

}  // namespace postern::emulator
