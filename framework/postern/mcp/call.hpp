// Everything a tool, a prompt or a resource may want to know or do while it runs.
//
//   Task<Result<Orders>> search_orders(SearchOrders in, mcp::Call& call) {
//     call.progress(1, 2, "asking the shop");
//     co_return co_await call.api().get<Orders>("/api/orders", {{"q", in.query}});
//   }
//
// Lives as long as the function's coroutine. A call that is cancelled (the client went away, or said so) is dropped at
// the `co_await` where it waits, so there is nothing to ask and nothing to poll: what must be undone belongs in a
// destructor.
//
// ask(), ask_to_open(), sample() and roots() ask the client, and each names its question with a key of its own. Up to
// 2025-11-25 that is a request on the stream of the call, which waits. From 2026-07-28 on the call ends there; the
// client repeats it with its answers, the function runs again from its start, and what was answered returns at once. So
// do what has an effect after the last question, and ask the same questions in every run. Several at once: when_all().
// A client that cannot answer ends the call with an error that says so; client() tells beforehand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/json/bind.hpp"
#include "postern/mcp/api_client.hpp"
#include "postern/mcp/client.hpp"
#include "postern/mcp/form.hpp"
#include "postern/ports/clock.hpp"

namespace postern::mcp {

class Call {
 public:
  // What is referred to outlives the call.
  Call(Caller caller, Upstreams upstreams, Clock& clock, ClientLink& client, json::Object meta = {})
      : caller_(std::move(caller)), upstreams_(upstreams), clock_(clock), client_(client), meta_(std::move(meta)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Null only in what is public, when nobody is signed in.
  [[nodiscard]] const Principal* caller() const { return caller_.get(); }
  [[nodiscard]] const Caller& shared_caller() const { return caller_; }
  // Whoever is signed in. If nobody is it throws, which ends the call as a fault of the server (on Workers, where
  // nothing is caught, the instance with it): what is declared `.without_sign_in()` asks caller() instead.
  [[nodiscard]] const Principal& user() const {
    if (!caller_) throw_for_nobody();
    return *caller_;
  }

  // The user's own app, as caller(), in the trace that the client's request belongs to. Nobody may make them, but each
  // request of theirs fails as Error::Kind::unauthorized: so of clerk(), too.
  [[nodiscard]] ApiClient api() const { return {upstreams_.app, caller(), "The app", read_trace_context(meta_)}; }
  // Clerk's Backend API, with the server's secret key: "/v1/users/..." of anybody. Whom user() may ask about is for the
  // tool to see to.
  [[nodiscard]] ApiClient clerk() const { return {upstreams_.clerk, caller(), "Clerk"}; }

  // The request's _meta, without what is the protocol's own.
  [[nodiscard]] const json::Object& meta() const { return meta_; }
  // A member of the result's _meta. Its name has a prefix of yours: "com.example/cost" (2026-07-28, basic/index,
  // _meta).
  void set_meta(std::string_view name, json::Value value) { client_.set_meta(name, std::move(value)); }

  // Tells the client how far this is, if it asked to be told. Only what is more than before is sent.
  void progress(double done, std::optional<double> total = std::nullopt, std::string_view message = {}) {
    client_.progress(done, total, message);
  }
  // A line for the client's log, if it wants lines of this severity. No secrets, nobody else's data.
  void log(Severity severity, const json::Value& data, std::string_view logger = {}) {
    client_.log(severity, logger, data);
  }
  // Tells those of this user's clients that watch the resource.
  [[nodiscard]] Task<void> resource_updated(std::string uri) { return client_.resource_updated(std::move(uri)); }

  // Asks the user to fill in T, a Form (form.hpp). Never ask for a secret so.
  template <class T>
  [[nodiscard]] Task<Result<Answer<T>>> ask(std::string key, std::string message) {
    static_assert(
        Form<T>,
        "A form is a struct of texts, numbers, booleans, enums and lists of enums: no structs in it, no other "
        "lists, no pattern, no uuid. Ask with a schema of your own for what it cannot say.");
    CO_TRY(auto answer, co_await ask(std::move(key), std::move(message), json::schema<T>(), check_as<T>));
    Answer<T> typed{.action = static_cast<typename Answer<T>::Action>(answer.action)};
    if (answer) typed.content = *json::decode<T>(*answer);
    co_return typed;
  }
  // The same with a schema of your own.
  [[nodiscard]] Task<Result<Answer<json::Object>>> ask(std::string key, std::string message, json::Object schema) {
    return ask(std::move(key), std::move(message), std::move(schema), accept_any);
  }
  // Asks the user to open a page, for what must not pass through the client. Accepted: they agreed to; whether they are
  // done is for the page's server to know.
  [[nodiscard]] Task<Result<Answer<json::Object>>> ask_to_open(std::string key, std::string message, std::string url);

  [[nodiscard]] Task<Result<Sampled>> sample(std::string key, Sampling sampling);
  [[nodiscard]] Task<Result<std::vector<Root>>> roots(std::string key);

  // What the client can be asked.
  [[nodiscard]] const ClientCapabilities& client() const { return client_.capabilities(); }

  [[nodiscard]] Clock& clock() const { return clock_; }

 private:
  [[noreturn]] static void throw_for_nobody();

  using Check = Result<void> (*)(const json::Object& content);

  static Result<void> accept_any(const json::Object&) { return {}; }
  template <class T>
  static Result<void> check_as(const json::Object& content) {
    TRY([[maybe_unused]] auto value, json::decode<T>(content));
    return {};
  }
  [[nodiscard]] Task<Result<Answer<json::Object>>> ask(std::string key, std::string message, json::Object schema,
                                                       Check check);

  Caller caller_;
  Upstreams upstreams_;
  Clock& clock_;
  ClientLink& client_;
  json::Object meta_;
};

}  // namespace postern::mcp
