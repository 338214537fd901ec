// What the tokens for programs have in common: API keys, machine tokens, OAuth access tokens (clerk.md 3.9, 3.10).
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "emulators/clerk/call.hpp"

namespace postern::emulator {

// Makes the id "<prefix><32 hex>" and a secret under the same prefix.
void fill_in(World& world, IssuedToken& token, std::string_view prefix, std::optional<std::int64_t> lifetime_seconds);

// The shared members. OAuth tokens count in seconds, the others in milliseconds.
enum class TimeUnit : std::uint8_t { seconds, milliseconds };
[[nodiscard]] json::Object to_json(const World& world, const IssuedToken& token, std::string_view object,
                                   TimeUnit unit);

template <class T>
[[nodiscard]] T* find_by_secret(Table<T>& table, std::string_view secret) {
  const auto found = std::ranges::find_if(table, [&](const auto& entry) { return entry.second.secret == secret; });
  return found == table.end() ? nullptr : &found->second;
}

Read<void> revoke(Call& call, IssuedToken& token);
[[nodiscard]] ApiError token_not_found();

}  // namespace postern::emulator
