// That a resource has changed, told to every event loop (2026-07-28, basic/patterns/subscriptions).
//
//   auto subscription = on_resource_update(bus, [this](std::string_view user_id, std::string_view uri) { ... });
//   co_await publish_resource_update(bus, call.caller(), "acme://orders/A-17");
//
// An update is a user's own: nobody else's streams hear of it (security.md threat 28), and what somebody without a name
// changed is told to nobody.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/bus.hpp"

namespace postern::mcp {

[[nodiscard]] std::unique_ptr<Bus::Subscription> on_resource_update(
    Bus& bus, std::function<void(std::string_view user_id, std::string_view uri)> listener);

[[nodiscard]] Task<void> publish_resource_update(Bus& bus, const Principal* caller, std::string uri);

}  // namespace postern::mcp
