// What a module does with requests. One program has one of them: the server with an app in it (application.cpp).
#pragma once

#include <memory>
#include <string_view>

#include "postern/base/task.hpp"
#include "postern/http/message.hpp"

namespace postern::workers {

class Service {
 public:
  virtual ~Service() = default;
  virtual Task<http::Response> handle(http::Request request) = 0;
  // What may be done behind the client's back.
  virtual Task<void> after_response() = 0;
  // What another instance has said on the bus.
  virtual void hear(std::string_view topic, std::string_view key, std::string_view message) = 0;
};

// `settings` is the record of `configure` (abi.md). Null if they are wrong: each problem has been logged.
[[nodiscard]] std::unique_ptr<Service> make_service(std::string_view settings);

}  // namespace postern::workers
