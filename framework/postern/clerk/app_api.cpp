#include "postern/clerk/app_api.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/clerk/retry_after.hpp"

namespace postern::clerk {
namespace {

Error explain(MintError error) {
  switch (error) {
    case MintError::session_gone:
      return {Error::Kind::unauthorized, "The sign-in has ended. Connect again."};
    case MintError::no_session:
      return {Error::Kind::forbidden,
              "The user is signed out of the app. It works again once they have signed in there."};
    case MintError::other_organization:
      return {Error::Kind::forbidden,
              "At the app another organization is open than the one that this connection is for. Switch to it there, "
              "or connect again for another one."};
    case MintError::retry_later:
      return {Error::Kind::unavailable, "The sign-in service does not answer now. Try again in a moment."};
    case MintError::config_error:
    case MintError::bad_secret:
      return {Error::Kind::internal, "This server is not set up to call the app. Its operator finds why in the log."};
  }
  return {Error::Kind::internal, ""};
}

// The port's own words may repeat an address, which is nobody's business but the operator's.
Error explain(const Error& error) {
  if (error.kind == Error::Kind::limited) return {Error::Kind::limited, "The app's answer is too large."};
  return {Error::Kind::unavailable, "The app does not answer now. Try again in a moment."};
}

}  // namespace

Task<Result<mcp::UpstreamResponse>> AppApi::send(const Principal& caller, mcp::UpstreamRequest request) {
  if (caller.is_program)
    co_return fail(Error::Kind::forbidden,
                   "This needs a person who is signed in at the app, and nobody is: the caller is a program.");
  const auto url = settings_.app.resolve(request.path);
  if (!url) co_return fail(Error::Kind::internal, "The tool asked the app for something that is no path.");
  const TimePoint deadline = ports_.clock.now() + settings_.timeout;
  CO_TRY(const Secret token, co_await mint(caller));
  CO_TRY(auto response, co_await attempt(*url, request, token, deadline));
  if (response.status == 401) {
    minter_.drop(caller, token);
    CO_TRY(const Secret fresh, co_await mint(caller));
    CO_TRY(response, co_await attempt(*url, std::move(request), fresh, deadline));
  }
  if (response.status != 401)
    co_return mcp::UpstreamResponse{.status = response.status, .body = std::move(response.body)};
  ports_.log.write(LogLevel::warning, "app.refuses_token", {{"status", response.status}});
  // No end of the session: Clerk has just made that token from it (clerk.md 6.2 rows 10 and 12).
  co_return fail(Error::Kind::forbidden,
                 "The app does not accept this server's tokens. Whoever runs the app has to find out why.");
}

Task<Result<Secret>> AppApi::mint(const Principal& caller) {
  auto token = co_await minter_.mint(caller);
  if (!token) co_return std::unexpected(explain(token.error()));
  co_return *std::move(token);
}

Task<Result<FetchResponse>> AppApi::attempt(std::string url, mcp::UpstreamRequest request, Secret token,
                                            TimePoint deadline) {
  CO_TRY(auto response, co_await attempt_once(url, request, token, deadline));
  const auto pause = parse_retry_after(response.headers, ports_.clock.now());
  const bool may_repeat =
      request.method == http::Method::get && (response.status == 429 || response.status == 503) && pause;
  if (!may_repeat || ports_.clock.now() + *pause >= deadline) co_return response;
  co_await ports_.clock.sleep_for(*pause);
  co_return co_await attempt_once(std::move(url), std::move(request), std::move(token), deadline);
}

Task<Result<FetchResponse>> AppApi::attempt_once(std::string url, mcp::UpstreamRequest request, Secret token,
                                                 TimePoint deadline) {
  FetchRequest outgoing{.method = request.method,
                        .url = std::move(url),
                        .body = std::move(request.body),
                        .timeout = std::max<Duration>(deadline - ports_.clock.now(), Duration{1}),
                        .response_bytes_max = settings_.response_bytes_max};
  outgoing.headers.set("Authorization", concat("Bearer ", token.reveal()));
  outgoing.headers.set("Accept", "application/json");
  if (!outgoing.body.empty()) outgoing.headers.set("Content-Type", "application/json");
  if (!request.trace.traceparent.empty()) outgoing.headers.set("traceparent", request.trace.traceparent);
  if (!request.trace.tracestate.empty()) outgoing.headers.set("tracestate", request.trace.tracestate);
  auto response = co_await ports_.fetch.fetch(std::move(outgoing));
  if (!response) {
    ports_.log.write(LogLevel::warning, "app.unreachable", {{"kind", to_string(response.error().kind)}});
    co_return std::unexpected(explain(response.error()));
  }
  co_return *std::move(response);
}

}  // namespace postern::clerk
