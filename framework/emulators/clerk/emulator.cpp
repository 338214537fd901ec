#include "emulators/clerk/emulator.hpp"

#include "emulators/clerk/api_error.hpp"
#include "emulators/clerk/routes.hpp"
#include "emulators/clerk/webhooks.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator {

namespace {

constexpr std::string_view control_prefix = "/__emulator";

bool is_loopback_origin(const std::string& text) {
  const auto url = uri::Url::parse(text);
  return url && url->is_loopback();
}

// Against web pages that reach for a server on the reader's machine: by a name that resolves to it (Host), or by a form
// or script of theirs (Origin). Backends send no Origin.
bool is_from_this_machine(const http::Request& request) {
  const std::string* host = request.headers.find_only("Host");
  if (!host || !is_loopback_origin("http://" + *host)) return false;
  if (request.headers.count("Origin") == 0) return true;
  const std::string* origin = request.headers.find_only("Origin");
  return origin && is_loopback_origin(*origin);
}

http::Response stranger() {
  return to_response({.status = 403,
                      .code = "origin_invalid",
                      .message = "Not from this machine",
                      .long_message = "The offline Clerk answers only to a loopback Host and Origin."},
                     "guard");
}

bool matches(const Fault& fault, const http::Request& request) {
  const std::size_t space = fault.match.find(' ');
  if (space == std::string::npos) return request.path().starts_with(fault.match);
  const std::string_view match = fault.match;
  return match.substr(0, space) == to_string(request.method) && request.path().starts_with(match.substr(space + 1));
}

// The first fault that matches, one use of it spent.
std::optional<Fault> take_fault(World& world, const http::Request& request) {
  for (auto fault = world.faults.begin(); fault != world.faults.end(); ++fault) {
    if (!matches(*fault, request)) continue;
    Fault taken = *fault;
    if (--fault->times == 0) world.faults.erase(fault);
    return taken;
  }
  return std::nullopt;
}

ApiError error_of(int status) {
  if (status == 429) {
    return {.status = 429,
            .code = "too_many_requests",
            .message = "Too many requests. Please try again in a bit.",
            .long_message = "Too many requests. Please try again in a bit."};
  }
  return {
      .status = status,
      .code = status == 503 ? "maintenance" : "internal_clerk_error",
      .message = "Oops, an unexpected error occurred",
      .long_message = "There was an internal error on our servers. We've been notified and are working on fixing it."};
}

http::Response failed(const Fault& fault, World& world) {
  http::Response response = fault.body ? http::Response::json(fault.status, json::serialize(*fault.body))
                                       : to_response(error_of(fault.status), world.new_id("trace_"));
  if (fault.retry_after) response.headers.set("Retry-After", std::to_string(fault.retry_after->count()));
  return response;
}

}  // namespace

Emulator::Emulator(Settings settings, Clock& clock, Random& random, Fetch& fetch, SigningKey key)
    : world_(std::move(settings), clock, random, std::move(key)), fetch_(fetch) {
  add_routes(router_, world_, fetch_);
}

Task<http::Response> Emulator::handle(http::Request request) {
  if (!is_from_this_machine(request)) co_return stranger();
  if (request.path().starts_with(control_prefix)) {
    http::Response answer = co_await router_.handle(request);
    co_await send_webhooks(world_, fetch_);
    co_return answer;
  }

  http::Response response;
  const auto fault = take_fault(world_, request);
  if (fault && fault->delay > Duration{0}) co_await world_.clock().sleep_for(fault->delay);
  if (fault && fault->status != 0) {
    response = failed(*fault, world_);
  } else {
    response = co_await router_.handle(request);
    co_await send_webhooks(world_, fetch_);
  }
  world_.record({.at = world_.now(),
                 .method = std::string(to_string(request.method)),
                 .path = std::string(request.path()),
                 .status = response.status});
  co_return response;
}

}  // namespace postern::emulator
