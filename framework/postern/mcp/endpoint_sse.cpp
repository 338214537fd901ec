// The endpoint's part for HTTP with SSE, the transport of 2024-11-05 (basic/transports, HTTP with SSE).
#include "postern/http/media_type.hpp"
#include "postern/mcp/endpoint.hpp"
#include "postern/mcp/transport/refusal.hpp"
#include "postern/uri/form.hpp"

namespace postern::mcp {

// The session in which the stream begins is also its address; `initialize` begins another on the same stream.
Task<Endpoint::Answer> Endpoint::open_sse(const http::Request& request, const Caller& caller, std::string address) {
  if (!caller && !open_to_anyone_) co_return std::unexpected(Denied{});
  if (!http::accepts(request.headers, "text/event-stream")) {
    co_return http::Response::text(406, "Accept text/event-stream.\n");
  }
  std::string id = sessions_.open(Revision::v2024_11_05, caller, {});
  const auto session = co_await sessions_.find(id, caller);
  if (!session || !*session) co_return try_again();
  address += id;
  co_return sse_.open(std::move(id), (*session)->key, std::move(address), caller);
}

// The stream runs it with the rights of the token that opened it. That this one has them, too, is asked here, where a
// challenge can be answered with.
Task<Endpoint::Answer> Endpoint::post_sse(const http::Request& request, const Caller& caller) {
  if (!caller && !open_to_anyone_) co_return std::unexpected(Denied{});
  if (!http::has_content_type(request.headers, "application/json")) {
    co_return http::Response::text(415, "The body must be application/json.\n");
  }
  const auto query = uri::Form::parse(request.query());
  const std::string* id = query ? query->find_only("session_id") : nullptr;
  const rpc::Error gone{rpc::ErrorCode::invalid_request, "There is no such stream, or it is too busy. Open another."};
  if (!id) co_return refusal(404, {}, gone);
  const auto session = co_await sessions_.find(*id, caller);
  if (!session) co_return try_again();
  if (!*session) co_return refusal(404, {}, gone);

  json::Arena arena;
  auto value = json::parse(request.body, arena);
  if (!value) co_return refusal(400, {}, {rpc::ErrorCode::parse_error, std::move(value).error().message});
  const auto message = rpc::parse_message(*std::move(value));
  if (!message) co_return refusal(400, message.error().id, message.error().error);
  if (const auto* asked = std::get_if<rpc::Request>(&*message)) {
    if (auto denied = find_denial(*asked, caller, request.id)) co_return std::unexpected(*std::move(denied));
  }
  if (!co_await sse_.give((*session)->key, caller, request.body)) co_return refusal(404, {}, gone);
  co_return http::Response::empty(202);
}

}  // namespace postern::mcp
