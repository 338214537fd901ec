// The endpoint's part for revisions with sessions: 2024-11-05 to 2025-11-25 (basic/lifecycle, basic/transports).
#include "postern/http/media_type.hpp"
#include "postern/mcp/endpoint.hpp"
#include "postern/mcp/methods/initialize.hpp"
#include "postern/mcp/transport/refusal.hpp"

namespace postern::mcp {

namespace {

http::Response invalid(std::string message) {
  return refusal(400, {}, {rpc::ErrorCode::invalid_request, std::move(message)});
}

// The reply to who changed a session.
MethodOutcome said(const Result<void>& changed) {
  if (changed) return "{}";
  if (changed.error().kind == Error::Kind::invalid)
    return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, changed.error().message});
  return std::unexpected(rpc::Error{rpc::ErrorCode::internal_error, "Try again in a moment."});
}

}  // namespace

Task<Endpoint::Answer> Endpoint::post_legacy(rpc::Message message, Exchange exchange) {
  auto* asked = std::get_if<rpc::Request>(&message);
  if (asked && asked->method == "initialize") co_return initialize(*asked, exchange.caller);

  auto session = co_await find_session(exchange.request, exchange.caller);
  if (!session) co_return std::move(session).error();
  join(exchange, *session);
  exchange.can_ask = exchange.accepted.events;
  if (asked) {
    if (const auto outcome = co_await adjust(*asked, exchange)) {
      co_return *outcome ? http::Response::json(200, rpc::result_reply(asked->id, **outcome))
                         : refusal(200, asked->id, outcome->error());
    }
    co_return co_await answer(std::move(*asked), exchange);
  }
  co_await take(message, exchange);
  co_return http::Response::empty(202);
}

// What the session says of its client.
void Endpoint::join(Exchange& exchange, const Session& session) const {
  exchange.session = &session;
  exchange.revision = session.revision;
  exchange.client = session.client;
  exchange.log_from = sessions_.log_from(session);
}

http::Response Endpoint::initialize(const rpc::Request& message, const Caller& caller) {
  const auto revision = negotiate(message.params);
  if (!revision) return refusal(400, message.id, revision.error());
  const json::Value* capabilities = json::find(message.params, "capabilities");
  const bool told = capabilities && capabilities->is_object();
  http::Response response = http::Response::json(200, rpc::result_reply(message.id, catalog_.initialize(*revision)));
  response.headers.set(
      "Mcp-Session-Id",
      sessions_.open(*revision, caller, told ? parse_capabilities(capabilities->as_object()) : ClientCapabilities{}));
  return response;
}

// The session's revision holds, whatever known date the header names: some clients send their latest one there.
Task<std::expected<Session, http::Response>> Endpoint::find_session(const http::Request& request,
                                                                    const Caller& caller) {
  const std::string* version = request.headers.find("MCP-Protocol-Version");
  if (version && !find_revision(*version)) co_return std::unexpected(invalid("Unknown MCP-Protocol-Version."));
  const std::string* id = request.headers.find_only("Mcp-Session-Id");
  if (!id) co_return std::unexpected(invalid("Mcp-Session-Id must be there, once. Start with initialize."));

  auto session = co_await sessions_.find(*id, caller);
  if (!session) co_return std::unexpected(try_again());
  if (!*session) {
    co_return std::unexpected(
        refusal(404, {}, {rpc::ErrorCode::invalid_request, "No such session. Start a new one with initialize."}));
  }
  co_return **std::move(session);
}

// The session's own stream; or, from where its client has come to, the one that it names (2025-11-25, basic/transports,
// resumability and redelivery).
Task<Endpoint::Answer> Endpoint::open_stream(const http::Request& request, const Caller& caller, Transport transport) {
  if (!http::accepts(request.headers, "text/event-stream")) {
    co_return http::Response::text(406, "Accept text/event-stream.\n");
  }
  auto session = co_await find_session(request, caller);
  if (!session) co_return std::move(session).error();
  const bool resumable = caller && transport == Transport::http;
  const std::string* last_id = request.headers.find("Last-Event-ID");
  std::optional<EventPosition> position;
  if (last_id && !last_id->empty()) {
    position = resumable ? event_ids_.open(session->key, *last_id) : std::nullopt;
    if (!position) co_return invalid("Last-Event-ID is not of this session.");
    if (!position->stream.empty()) co_return co_await calls_.resume(*std::move(session), caller, *std::move(position));
  }
  co_return co_await streams_.open(
      *std::move(session), caller,
      resumable ? NotificationStreams::Events::with_ids : NotificationStreams::Events::without_ids, position);
}

Task<Endpoint::Answer> Endpoint::end_session(const http::Request& request, const Caller& caller) {
  auto session = co_await find_session(request, caller);
  if (!session) co_return std::move(session).error();
  const auto ended = co_await sessions_.end(*std::move(session));
  co_return ended ? http::Response::empty(204) : try_again();
}

// What needs no reply. An answer or a cancellation of what is not there is dropped.
Task<void> Endpoint::take(const rpc::Message& message, const Exchange& exchange) {
  const Session& session = *exchange.session;
  if (const auto* response = std::get_if<rpc::Response>(&message)) {
    if (exchange.caller) co_await take_task_answer(*response, exchange.caller);
    co_await in_flight_.answer(session.key, *response);
  }
  const auto* notification = std::get_if<rpc::Notification>(&message);
  if (!notification || notification->method != "notifications/cancelled") co_return;
  const json::Value* id = json::find(notification->params, "requestId");
  const auto text = id ? rpc::scalar_text(*id) : std::nullopt;
  if (text) co_await in_flight_.cancel(session.key, *text);
}

// The methods that change the session; nullopt for all others.
Task<std::optional<MethodOutcome>> Endpoint::adjust(const rpc::Request& message, const Exchange& exchange) {
  const Session& session = *exchange.session;
  if (message.method == "logging/setLevel") co_return co_await set_log_level(message.params, session);
  if (app_.resources().empty()) co_return std::nullopt;
  if (message.method == "resources/subscribe") co_return co_await set_watched(true, message.params, exchange);
  if (message.method == "resources/unsubscribe") co_return co_await set_watched(false, message.params, exchange);
  co_return std::nullopt;
}

Task<MethodOutcome> Endpoint::set_log_level(const json::Object& params, const Session& session) {
  const auto name = json::find_string(params, "level");
  const auto severity = name ? find_severity(*name) : std::nullopt;
  if (!severity) {
    co_return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "params.level must be a level of RFC 5424."});
  }
  co_return said(co_await sessions_.set_log_from(session, *severity));
}

Task<MethodOutcome> Endpoint::set_watched(bool watched, const json::Object& params, const Exchange& exchange) {
  const Session& session = *exchange.session;
  const auto uri = json::find_string(params, "uri");
  if (!uri) co_return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "params.uri must be there."});
  const auto found = app_.find_resource(*uri);
  if (!found || !is_visible(*found->resource, exchange.caller.get()))
    co_return std::unexpected(resource_not_found(*uri, session.revision));
  co_return said(watched ? co_await sessions_.watch(session, std::string{*uri})
                         : co_await sessions_.unwatch(session, std::string{*uri}));
}

// One message after the other, and one array for all replies (2025-03-26, basic/index, batching). Whether all of them
// may run is asked before any does: a challenge is the answer to the whole request, and it is repeated whole.
Task<Endpoint::Answer> Endpoint::post_batch(json::Array messages, Exchange exchange) {
  if (messages.empty() || messages.size() > limits::rpc_batch_max) co_return invalid("Send one message at a time.");
  if (!exchange.request.headers.find("Mcp-Session-Id")) co_return invalid("Send one message at a time.");
  auto session = co_await find_session(exchange.request, exchange.caller);
  if (!session) co_return std::move(session).error();
  join(exchange, *session);
  exchange.log_from.reset();  // there is no stream
  if (!rules_of(session->revision).batches) co_return invalid("This revision has no batches: send one at a time.");

  std::vector<std::expected<rpc::Message, rpc::Malformed>> parsed;
  for (json::Value& value : messages) {
    const auto& message = parsed.emplace_back(rpc::parse_message(std::move(value)));
    const auto* asked = message ? std::get_if<rpc::Request>(&*message) : nullptr;
    auto denied = asked ? find_denial(*asked, exchange.caller, exchange.request.id) : std::nullopt;
    if (denied) co_return std::unexpected(*std::move(denied));
  }

  std::string replies;
  for (auto& message : parsed) {
    auto reply = message ? co_await answer_in_batch(*std::move(message), exchange)
                         : rpc::error_reply(message.error().id, message.error().error);
    if (!reply) co_return std::unexpected(std::move(reply).error());
    if (reply->empty()) continue;
    replies += replies.empty() ? "[" : ",";
    replies += *reply;
  }
  if (replies.empty()) co_return http::Response::empty(202);
  co_return http::Response::json(200, replies + "]");
}

// Empty for what needs no reply.
Task<Result<std::string, Denied>> Endpoint::answer_in_batch(rpc::Message message, Exchange exchange) {
  auto* asked = std::get_if<rpc::Request>(&message);
  if (!asked) {
    co_await take(message, exchange);
    co_return "";
  }
  const rpc::Id id = asked->id;
  const AppMethod method = find_app_method(app_, asked->method);
  if (!method) {
    auto adjusted = co_await adjust(*asked, exchange);
    const auto outcome = adjusted
                             ? *std::move(adjusted)
                             : catalog_.answer(exchange.revision, asked->method, asked->params, exchange.caller.get());
    co_return outcome ? rpc::result_reply(id, *outcome) : rpc::error_reply(id, outcome.error());
  }
  CallStart started = start(method, *asked, exchange, co_await this_strand());
  if (auto* denied = std::get_if<Denied>(&started)) co_return std::unexpected(std::move(*denied));
  if (auto* error = std::get_if<rpc::Error>(&started)) co_return rpc::error_reply(id, *error);
  auto& request = *std::get<std::unique_ptr<PendingRequest>>(started);
  const auto registration = in_flight_.add(exchange.session->key, request);
  co_await run_to_end(request);
  co_return request.reply().value_or("");
}

}  // namespace postern::mcp
