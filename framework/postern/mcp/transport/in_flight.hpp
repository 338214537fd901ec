// The requests under way in revisions with sessions: what a client says of one of them comes as a POST of its own,
// perhaps to another event loop than the one that runs it. That is `notifications/cancelled` (2025-11-25,
// basic/utilities/cancellation), and the answer to a request of ours (basic/transports).
//
//   auto registration = in_flight.add(session.key, *request);             // for as long as it lives
//   co_await in_flight.cancel(session.key, id);                            // on any loop
//   co_await in_flight.answer(session.key, response);
//
// The session is part of the key, so nobody reaches a request of somebody else's (security.md threat 28). If one id is
// used twice at a time, only the first request can be reached.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "postern/mcp/methods/pending_request.hpp"
#include "postern/ports/bus.hpp"

namespace postern::mcp {

class InFlight {
 public:
  // Both the request and the InFlight outlive it.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();
    // What comes to other instances, too, reaches the request from now on.
    [[nodiscard]] Task<void> listen() const;

   private:
    friend InFlight;
    InFlight* owner_ = nullptr;
    std::string session_key_;
    std::string key_;
  };

  explicit InFlight(Bus& bus);
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  [[nodiscard]] Registration add(std::string_view session_key, PendingRequest& request);
  [[nodiscard]] Task<void> cancel(std::string_view session_key, std::string_view id);
  [[nodiscard]] Task<void> answer(std::string_view session_key, const rpc::Response& response);

 private:
  [[nodiscard]] PendingRequest* find(std::string_view session_key, std::string_view id) const;
  void take_answer(std::string_view session_key, std::string_view message) const;

  Bus& bus_;
  std::unordered_map<std::string, PendingRequest*> requests_;
  std::unique_ptr<Bus::Subscription> cancelled_;
  std::unique_ptr<Bus::Subscription> answered_;
};

}  // namespace postern::mcp
