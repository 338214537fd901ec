// Whatever JSON comes as a message: it is read as one of three kinds or refused, and either way the answer is JSON that
// carries the very id that came, or none if that was none.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "postern/base/ensure.hpp"
#include "postern/mcp/jsonrpc.hpp"

namespace {

using namespace postern;
using namespace postern::mcp;

// The reply, once it is known to say `id` and nothing of the other outcome.
void check_reply(std::string_view text, const json::Value* id, std::string_view outcome) {
  const auto reply = json::parse(text);
  ensure(reply && *json::find(*reply, "jsonrpc") == "2.0" && json::find(*reply, outcome) != nullptr);
  const json::Value* repeated = json::find(*reply, "id");
  ensure(id == nullptr ? repeated == nullptr : repeated != nullptr && *repeated == *id);
  ensure(reply->as_object().size() == (id == nullptr ? 2U : 3U));
}

void check_message(const rpc::Message& message, const json::Value& came) {
  const json::Value* id = json::find(came, "id");
  if (const auto* request = std::get_if<rpc::Request>(&message)) {
    ensure(*json::find(came, "method") == json::Value(request->method));
    check_reply(rpc::result_reply(request->id, "{}"), id, "result");
    check_reply(rpc::error_reply(request->id, {rpc::ErrorCode::internal_error, request->method, request->params}), id,
                "error");
  } else if (const auto* notification = std::get_if<rpc::Notification>(&message)) {
    ensure(id == nullptr);
    const auto written = json::parse(rpc::notification(notification->method, notification->params));
    ensure(written.has_value());
    const auto again = rpc::parse_message(*written);
    const auto* same = again ? std::get_if<rpc::Notification>(&*again) : nullptr;
    ensure(same != nullptr && same->method == notification->method && same->params == notification->params);
  } else {
    const auto& response = std::get<rpc::Response>(message);
    ensure(id != nullptr && response.outcome == *json::find(came, response.is_error ? "error" : "result"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto came = json::parse({reinterpret_cast<const char*>(data), size});
  if (!came) return 0;
  const auto message = rpc::parse_message(*came);
  if (message) {
    check_message(*message, *came);
  } else {
    const auto& [id, error] = message.error();
    check_reply(rpc::error_reply(id, error), id ? json::find(*came, "id") : nullptr, "error");
  }
  return 0;
}
