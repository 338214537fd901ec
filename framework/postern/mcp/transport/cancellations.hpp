// `notifications/cancelled` of the revisions with sessions (2025-11-25, basic/utilities/cancellation): it comes as a
// request of its own, perhaps on another event loop than the call that it means.
//
//   auto registration = cancellations.add(session.key + id.text(), *call);    // for as long as it lives
//   co_await cancellations.cancel(session.key + id.text());                    // on any loop
//
// The key holds the session, so nobody can cancel a call of somebody else's (security.md threat 28). If one key is used
// twice at a time, only the first call can be cancelled.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "postern/mcp/methods/tools_call.hpp"
#include "postern/ports/bus.hpp"

namespace postern::mcp {

class Cancellations {
 public:
  // Both the call and the Cancellations outlive it.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend Cancellations;
    Cancellations* owner_ = nullptr;
    std::string key_;
  };

  explicit Cancellations(Bus& bus);
  Cancellations(const Cancellations&) = delete;
  Cancellations& operator=(const Cancellations&) = delete;

  [[nodiscard]] Registration add(std::string key, ToolCall& call);
  [[nodiscard]] Task<void> cancel(std::string key);

 private:
  Bus& bus_;
  std::unordered_map<std::string, ToolCall*> calls_;
  std::unique_ptr<Bus::Subscription> cancelled_;
};

}  // namespace postern::mcp
