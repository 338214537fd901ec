#include "postern/mcp/methods/resource_updates.hpp"

#include <utility>

namespace postern::mcp {

namespace {
constexpr std::string_view updated_topic = "mcp.resource.updated";
}

std::unique_ptr<Bus::Subscription> on_resource_update(
    Bus& bus, std::function<void(std::string_view user_id, std::string_view uri)> listener) {
  return bus.subscribe(std::string{updated_topic}, std::move(listener));
}

Task<void> publish_resource_update(Bus& bus, const Principal* caller, std::string uri) {
  if (caller) co_await bus.publish(std::string{updated_topic}, caller->user_id, std::move(uri));
}

}  // namespace postern::mcp
