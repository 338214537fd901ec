// Which endpoint answers a request, by method and path.
//
//   Router router;
//   router.add(Method::get, "/api/orders/{id}", [&](Request& request, const PathParameters& parameters) {
//     return show_order(request, std::string{parameters.get("id")});
//   });
//   Response response = co_await router.handle(request);
//
// Bytes are matched as received, so a path has one spelling; only what a {parameter} takes is decoded, after matching.
// A literal segment wins over a parameter. The router never decides who may do what: each endpoint does (threat 51).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/task.hpp"
#include "postern/http/message.hpp"

namespace postern::http {

class PathParameters {
 public:
  // The decoded segment: valid UTF-8, not empty, no slash, backslash or control character in it. Traps if the pattern
  // has no such name.
  [[nodiscard]] std::string_view get(std::string_view name) const;

 private:
  friend class Router;
  std::vector<std::pair<std::string, std::string>> values_;
};

// The request lives until the response is sent, the parameters until the task is done: a stream copies what it needs.
using Endpoint = std::function<Task<Response>(Request& request, const PathParameters& parameters)>;

class Router {
 public:
  // Traps on a pattern that is malformed or that was added before for this method. All is added before the first
  // request.
  void add(Method method, std::string_view pattern, Endpoint endpoint);

  // 400 for a path that could be read in two ways (see the source), 404, or 405 with Allow. HEAD goes to GET's endpoint
  // unless it has its own; the host leaves the body out.
  [[nodiscard]] Task<Response> handle(Request& request) const;

  // Whether any method is answered at this path.
  [[nodiscard]] bool knows(std::string_view path) const;

 private:
  struct Segment {
    std::string text;  // a parameter's name, or the literal bytes
    bool is_parameter = false;
    bool operator==(const Segment&) const = default;
  };
  struct Route {
    Method method;
    std::vector<Segment> segments;
    std::string literal;  // the whole path, if no segment is a parameter
    Endpoint endpoint;
    [[nodiscard]] bool matches(const std::vector<std::string_view>& path) const;
  };

  [[nodiscard]] Task<Response> match(Request& request) const;

  std::vector<Route> routes_;  // of two that match one path, the one with the earlier literal stands first
};

}  // namespace postern::http
