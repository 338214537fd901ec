// Outgoing requests, answered by handlers in this process: each has an origin, where nobody else is.
//
//   testing::HandlerFetch fetch;
//   fetch.serve("http://127.0.0.1:8790", clerk);
//   fetch.stop("http://127.0.0.1:8790");             // from now on it is unavailable, as is every other origin
//
// The handlers outlive it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "postern/http/message.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::testing {

class HandlerFetch final : public Fetch {
 public:
  void serve(std::string origin, http::Handler& handler) { handlers_[std::move(origin)] = &handler; }
  void stop(const std::string& origin) { handlers_.erase(origin); }

  Task<Result<FetchResponse>> fetch(FetchRequest request) override;

 private:
  std::map<std::string, http::Handler*> handlers_;
};

}  // namespace postern::testing
