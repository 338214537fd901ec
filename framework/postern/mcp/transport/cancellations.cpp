#include "postern/mcp/transport/cancellations.hpp"

#include <utility>

namespace postern::mcp {

namespace {
constexpr const char* cancelled_topic = "mcp.call.cancelled";
}

Cancellations::Registration::Registration(Registration&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)) {}

Cancellations::Registration& Cancellations::Registration::operator=(Registration&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(key_, other.key_);
  return *this;
}

Cancellations::Registration::~Registration() {
  if (owner_) owner_->calls_.erase(key_);
}

Cancellations::Cancellations(Bus& bus)
    : bus_(bus), cancelled_(bus.subscribe(cancelled_topic, [this](std::string_view key) {
        auto found = calls_.find(std::string{key});
        if (found != calls_.end()) found->second->cancel();
      })) {}

Cancellations::Registration Cancellations::add(std::string key, ToolCall& call) {
  Registration registration;
  if (calls_.try_emplace(key, &call).second) {
    registration.owner_ = this;
    registration.key_ = std::move(key);
  }
  return registration;
}

Task<void> Cancellations::cancel(std::string key) { co_await bus_.publish(cancelled_topic, std::move(key)); }

}  // namespace postern::mcp
