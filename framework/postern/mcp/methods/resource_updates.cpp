#include "postern/mcp/methods/resource_updates.hpp"

#include <utility>

namespace postern::mcp {

namespace {
constexpr std::string_view updated_topic = "mcp.resource.updated";
}

// The message is "<user id>\n<uri>".
std::unique_ptr<Bus::Subscription> on_resource_update(
    Bus& bus, std::function<void(std::string_view user_id, std::string_view uri)> listener) {
  return bus.subscribe(std::string{updated_topic}, [listener = std::move(listener)](std::string_view message) {
    const std::size_t end = message.find('\n');
    if (end != std::string_view::npos) listener(message.substr(0, end), message.substr(end + 1));
  });
}

Task<void> publish_resource_update(Bus& bus, const Principal* caller, std::string uri) {
  if (caller) co_await bus.publish(std::string{updated_topic}, caller->user_id + '\n' + std::move(uri));
}

}  // namespace postern::mcp
