#include "postern/mcp/endpoint.hpp"

#include <algorithm>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/http/media_type.hpp"
#include "postern/mcp/methods/discover.hpp"
#include "postern/mcp/transport/refusal.hpp"
#include "postern/mcp/transport/reply_stream.hpp"
#include "postern/mcp/transport/request_headers.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

const json::Value* find_meta(const json::Object& params, std::string_view key) {
  const json::Value* meta = json::find(params, "_meta");
  return meta ? json::find(*meta, key) : nullptr;
}

const json::Object* params_of(const rpc::Message& message) {
  if (const auto* request = std::get_if<rpc::Request>(&message)) return &request->params;
  if (const auto* notification = std::get_if<rpc::Notification>(&message)) return &notification->params;
  return nullptr;
}

// Which kind of revision a message belongs to: a modern one says so in its _meta, and what has a session, or begins
// one, is not modern (2026-07-28, basic/versioning, backward compatibility). For the rest the headers decide.
bool is_modern(const rpc::Message& message, const http::HeaderMap& headers) {
  const json::Object* params = params_of(message);
  if (params && find_meta(*params, version_key)) return true;
  if (headers.find("Mcp-Session-Id")) return false;
  const auto* request = std::get_if<rpc::Request>(&message);
  if (request && request->method == "initialize") return false;
  const std::string* version = headers.find("MCP-Protocol-Version");
  if (!version) return headers.find("Mcp-Method") != nullptr;
  const auto known = find_revision(*version);
  return !known || !rules_of(*known).sessions;
}

// 2026-07-28, basic/index, _meta, and basic/versioning, protocol version negotiation.
std::expected<void, rpc::Error> check_modern(const rpc::Request& request, const http::HeaderMap& headers,
                                             Transport transport) {
  const json::Value* version = find_meta(request.params, version_key);
  if (!version || !version->is_string()) {
    return std::unexpected(
        rpc::Error{rpc::ErrorCode::invalid_params, "params._meta needs \"" + std::string{version_key} + "\"."});
  }
  const std::string_view date = version->as_string();
  const bool has_headers = transport == Transport::http;
  if (has_headers) {
    if (auto checked = check_version_header(headers, date); !checked) return checked;
  }

  const auto revision = find_revision(date);
  if (!revision || rules_of(*revision).sessions) {
    return std::unexpected(rpc::Error{rpc::ErrorCode::unsupported_version, "Unsupported protocol version",
                                      json::Object{{"supported", supported_versions()}, {"requested", date}}});
  }
  const json::Value* capabilities = find_meta(request.params, capabilities_key);
  if (!capabilities || !capabilities->is_object()) {
    return std::unexpected(
        rpc::Error{rpc::ErrorCode::invalid_params, "params._meta needs \"" + std::string{capabilities_key} + "\"."});
  }
  if (!has_headers) return {};
  return check_method_headers(headers, request.method, request.params);
}

// An answer for which nothing has to be awaited.
Task<Endpoint::Answer> answered(Endpoint::Answer answer) { co_return answer; }

}  // namespace

Endpoint::Endpoint(const App& app, const Ports& ports, EndpointOptions options)
    : app_(app),
      ports_(ports),
      options_(std::move(options)),
      state_key_(derive_key(ports.crypto, options_.session_key, "mcp-request-state")),
      open_to_anyone_(app.open_to_anyone()),
      changing_lists_(options_.rights_are_told ? app.guarded_lists() : std::vector<std::string_view>{}),
      has_news_(!app.resources().empty() || app.has_tasks() || !changing_lists_.empty()),
      catalog_(app, changing_lists_),
      sessions_(ports_, options_.session_key),
      event_ids_(ports_, options_.session_key),
      in_flight_(ports_.bus),
      tasks_(ports_),
      streams_(app_, ports_, sessions_, tasks_, event_ids_, changing_lists_),
      calls_(ports_, event_ids_, options_.until_revoked),
      sse_(ports_,
           [this](http::Request& request, const Caller& caller) { return handle(request, caller, Transport::sse); }) {}

Task<Endpoint::Answer> Endpoint::handle(http::Request& request, const Caller& caller, Transport transport) {
  if (!caller && !open_to_anyone_) return answered(std::unexpected(Denied{}));
  switch (request.method) {
    case http::Method::post:
      return post(request, caller, transport);
    case http::Method::delete_:
      return end_session(request, caller);
    case http::Method::get:
      if (has_news_ || request.headers.find("Last-Event-ID")) return open_stream(request, caller, transport);
      [[fallthrough]];
    default: {
      // There is nothing to tell on a stream of the server's own (2025-11-25, basic/transports: a GET may be answered
      // so).
      http::Response response = http::Response::empty(405);
      response.headers.set("Allow", has_news_ ? "GET, POST, DELETE" : "POST, DELETE");  // RFC 9110 sec. 15.5.6
      return answered(std::move(response));
    }
  }
}

Endpoint::Accepted Endpoint::read_accept(const http::HeaderMap& headers) {
  // As every client has to send it, and in the specification's own spelling does (2026-07-28, basic/transports).
  constexpr std::string_view usual = "application/json, text/event-stream";
  const std::string* accept = headers.find_only("Accept");
  if (accept && *accept == usual) return {.json = true, .events = true};
  return {.json = http::accepts(headers, "application/json"), .events = http::accepts(headers, "text/event-stream")};
}

Task<Endpoint::Answer> Endpoint::post(const http::Request& request, const Caller& caller, Transport transport) {
  if (!http::has_content_type(request.headers, "application/json")) {
    co_return http::Response::text(415, "The body must be application/json.\n");
  }
  const Accepted accepted = read_accept(request.headers);
  if (!accepted.json && !accepted.events) {
    co_return http::Response::text(406, "Accept application/json and text/event-stream.\n");
  }
  json::Arena arena;
  auto value = json::parse(request.body, arena);
  if (!value) co_return refusal(400, {}, {rpc::ErrorCode::parse_error, std::move(value).error().message});
  if (value->is_array())
    co_return co_await post_batch(std::move(value->as_array()),
                                  {.request = request, .caller = caller, .transport = transport, .accepted = accepted});

  auto message = rpc::parse_message(*std::move(value));
  if (!message) co_return refusal(400, message.error().id, message.error().error);
  Exchange exchange{.request = request, .caller = caller, .transport = transport, .accepted = accepted};
  if (is_modern(*message, request.headers)) co_return co_await post_modern(*std::move(message), exchange);
  co_return co_await post_legacy(*std::move(message), exchange);
}

Task<Endpoint::Answer> Endpoint::post_modern(rpc::Message message, Exchange exchange) {
  // None has a meaning over HTTP: closing the stream is what cancels (2026-07-28, basic/patterns/cancellation).
  if (std::holds_alternative<rpc::Notification>(message)) return answered(http::Response::empty(202));
  auto* asked = std::get_if<rpc::Request>(&message);
  if (!asked) return answered(refusal(400, {}, {rpc::ErrorCode::invalid_request, "Clients send no responses."}));
  if (auto checked = check_modern(*asked, exchange.request.headers, exchange.transport); !checked) {
    return answered(refusal(400, asked->id, checked.error()));
  }
  exchange.client = parse_capabilities(find_meta(asked->params, capabilities_key)->as_object());
  if (const json::Value* level = find_meta(asked->params, log_level_key)) {
    exchange.log_from = level->is_string() ? find_severity(std::string_view{level->as_string()}) : std::nullopt;
    if (!exchange.log_from) {
      return answered(refusal(400, asked->id, {rpc::ErrorCode::invalid_params, "_meta has an unknown log level."}));
    }
  }
  return answer(std::move(*asked), exchange);
}

Task<Endpoint::Answer> Endpoint::answer(rpc::Request message, Exchange exchange) {
  if (const AppMethod method = find_app_method(app_, message.method)) {
    return run(method, std::move(message), exchange);
  }
  if (message.method.starts_with("tasks/") && app_.has_tasks()) return answer_about_task(std::move(message), exchange);
  if (message.method == "subscriptions/listen" && !exchange.session && has_news_) {
    return listen(std::move(message), exchange);
  }
  const MethodOutcome outcome =
      catalog_.answer(exchange.revision, message.method, message.params, exchange.caller.get());
  if (outcome) return answered(http::Response::json(200, rpc::result_reply(message.id, *outcome)));
  const bool not_found = outcome.error().code == rpc::ErrorCode::method_not_found;
  const bool modern = !rules_of(exchange.revision).sessions;
  return answered(refusal(not_found && modern ? 404 : 200, message.id, outcome.error()));
}

Task<Endpoint::Answer> Endpoint::listen(rpc::Request message, Exchange exchange) {
  if (!exchange.accepted.events) co_return http::Response::text(406, "Accept text/event-stream.\n");
  const json::Value* wanted = json::find(message.params, "notifications");
  if (wanted && json::find(*wanted, "taskIds") && !exchange.client.tasks) {
    co_return refusal(400, message.id, missing_tasks_capability());
  }
  const rpc::Id id = message.id;
  auto stream = co_await streams_.listen(std::move(message), exchange.caller);
  co_return stream ? *std::move(stream) : refusal(200, id, stream.error());
}

CallContext Endpoint::context_of(rpc::Id id, const Exchange& exchange, Strand* strand) const {
  const bool has_headers = !exchange.session && exchange.transport == Transport::http;
  return {.app = app_,
          .ports = ports_,
          .upstreams = options_.upstreams,
          .call_log = options_.call_log,
          .state_key = state_key_,
          .revision = exchange.revision,
          .result_end = catalog_.result_end(exchange.revision),
          .id = std::move(id),
          .headers = has_headers ? &exchange.request.headers : nullptr,
          .caller = exchange.caller,
          .client = exchange.client,
          .log_from = exchange.accepted.events ? exchange.log_from : std::nullopt,
          .can_ask = exchange.can_ask,
          .request_id = exchange.request.id,
          .strand = strand};
}

// What comes to nothing at once is logged here, whatever else by itself.
CallStart Endpoint::start(AppMethod method, rpc::Request& message, const Exchange& exchange, Strand* strand) const {
  CallStart started = method(context_of(std::move(message.id), exchange, strand), message.params);
  if (!std::holds_alternative<std::unique_ptr<PendingRequest>>(started)) {
    log_refusal(message, exchange.caller, exchange.request.id,
                std::holds_alternative<Denied>(started) ? CallOutcome::denied : CallOutcome::error);
  }
  return started;
}

std::optional<Denied> Endpoint::find_denial(const rpc::Request& message, const Caller& caller,
                                            std::string_view request_id) const {
  const Declaration* declaration = find_declaration(app_, message.method, message.params);
  if (!declaration || !is_visible(*declaration, caller.get())) return std::nullopt;
  auto denied = check_access(*declaration, caller.get());
  if (denied) log_refusal(message, caller, request_id, CallOutcome::denied);
  return denied;
}

void Endpoint::log_refusal(const rpc::Request& message, const Caller& caller, std::string_view request_id,
                           CallOutcome outcome) const {
  if (!options_.call_log || !caller) return;
  static constexpr std::string_view logged[] = {"tools/call", "prompts/get", "resources/read"};
  const auto* const kind = std::ranges::find(logged, message.method);
  if (kind == std::end(logged)) return;
  const auto name = json::find_string(message.params, *kind == "resources/read" ? "uri" : "name");
  options_.call_log->end({.caller = caller,
                          .method = *kind,
                          .name = name.value_or(""),
                          .began_at = ports_.clock.now(),
                          .request_id = request_id,
                          .change = nullptr},
                         outcome);
}

Task<Endpoint::Answer> Endpoint::run(AppMethod method, rpc::Request message, Exchange exchange) {
  const rpc::Id id = message.id;
  CallStart started = start(method, message, exchange, co_await this_strand());
  if (auto* denied = std::get_if<Denied>(&started)) co_return std::unexpected(std::move(*denied));
  if (auto* error = std::get_if<rpc::Error>(&started)) {
    const bool is_bad_request =
        error->code == rpc::ErrorCode::missing_client_capability || error->code == rpc::ErrorCode::header_mismatch;
    co_return refusal(is_bad_request ? 400 : 200, id, *error);
  }
  auto request = std::get<std::unique_ptr<PendingRequest>>(std::move(started));

  if (request->task_offer().when != TaskOffer::When::never) {
    if (auto answer = co_await try_task(request, exchange)) co_return *std::move(answer);
  }

  InFlight::Registration registration;
  if (!request->over() && exchange.session) registration = in_flight_.add(exchange.session->key, *request);

  if (!exchange.accepted.events) {
    co_await run_to_end(*request);
  } else if (!request->has_news() && exchange.accepted.json) {
    co_await race(request->news(), ports_.clock.sleep_for(options_.stream_after));
  }
  const bool is_refused = request->http_status() != 200;  // whatever it said before: only a plain answer can say so
  const bool reply_is_all = request->over() && request->reply() && !request->has_messages();
  if (is_refused || (reply_is_all && exchange.accepted.json)) {
    co_return http::Response::json(request->http_status(), request->take_reply());
  }
  if (!exchange.accepted.events) co_return http::Response::empty(202);  // the client has cancelled it
  if (exchange.session && exchange.caller && exchange.transport == Transport::http) {
    co_return calls_.start(std::move(request), std::move(registration), *exchange.session, exchange.caller,
                           co_await this_strand());
  }
  co_return reply_stream(std::move(request), std::move(registration), ports_.clock);
}

// For who cannot, or does not want to, hear anything before the reply.
Task<void> Endpoint::run_to_end(PendingRequest& request) const {
  while (!request.over() && ports_.clock.now() < request.ends_at()) {
    co_await race(request.news(), ports_.clock.sleep_for(request.ends_at() - ports_.clock.now()));
    while (request.take_message()) continue;
  }
  if (!request.over()) request.time_out();
  while (request.take_message()) continue;
}

}  // namespace postern::mcp
