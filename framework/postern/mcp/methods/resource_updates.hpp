// That a resource has changed, told to every event loop (2026-07-28, basic/patterns/subscriptions).
//
//   auto subscription = on_resource_update(bus, [this](auto account, auto uri, auto moment) { ... });
//   co_await publish_resource_update(ports, call.caller(), "acme://orders/A-17");
//   CO_TRY(auto updates, co_await find_resource_updates(ports, account, since));     // for who did not hear of it
//
// An update is its account's own: nobody else's streams hear of it (security.md threat 28), and what somebody without a
// name changed is told to nobody. For a session whose connection is broken at the time it is written down, and
// remembered for limits::resource_update_lifetime, first.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

[[nodiscard]] std::unique_ptr<Bus::Subscription> on_resource_update(
    Bus& bus, std::function<void(std::string_view account, std::string_view uri, TimePoint moment)> listener);

// `ports` outlives it.
[[nodiscard]] Task<void> publish_resource_update(const Ports& ports, const Principal* caller, std::string uri);

// When the resources of an account have changed, of those that have since then, or at about that time: clocks differ.
// That of the moment itself is known. Nullopt: it is too long ago, or they are too many, to tell.
using ResourceUpdates = std::map<std::string, TimePoint, std::less<>>;
[[nodiscard]] Task<Result<std::optional<ResourceUpdates>>> find_resource_updates(const Ports& ports,
                                                                                 std::string account, TimePoint since);

}  // namespace postern::mcp
