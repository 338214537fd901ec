// What a server may ask of the client that called it: its user (elicitation), its model (sampling) and its folders
// (roots). The functions that ask are Call's.
//
//   struct Confirm { bool sure = false; };
//   CO_TRY(auto answer, co_await call.ask<Confirm>("confirm", "Cancel the order A-17?"));
//   if (!answer || !answer->sure) co_return "Nothing was cancelled.";
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/content.hpp"

namespace postern::mcp {

// 2026-07-28, schema.ts, ClientCapabilities: as far as a server asks for something.
struct ClientCapabilities {
  bool forms = false;  // elicitation.form
  bool urls = false;   // elicitation.url
  bool sampling = false;
  bool sampling_tools = false;
  bool roots = false;
  bool tasks = false;  // extension io.modelcontextprotocol/tasks

  bool operator==(const ClientCapabilities&) const = default;
};
[[nodiscard]] ClientCapabilities parse_capabilities(const json::Object& capabilities);

// What the user said to a question. False if they did not accept; then there is no content.
template <class T>
struct Answer {
  enum class Action { accept, decline, cancel };
  Action action = Action::cancel;  // decline: said no. cancel: closed it without a word
  std::optional<T> content{};

  explicit operator bool() const { return content.has_value(); }
  const T& operator*() const { return *content; }
  const T* operator->() const { return &*content; }
};

// 2026-07-28, client/sampling. Deprecated there: use it where it is the assistant's own model that is wanted. Messages
// that no PromptMessage can hold, tool_use and tool_result, stand in `more` and follow the others.
struct Sampling {
  std::vector<PromptMessage> messages;
  int tokens_max = 1000;
  std::string system_prompt{};
  json::Object more{};  // other members of CreateMessageRequestParams: modelPreferences, temperature, tools ...
};
struct Sampled {
  std::string text;  // of all its text blocks
  json::Value content;
  std::string model;
  std::string stop_reason;
};

// 2026-07-28, client/roots. Deprecated there, too.
struct Root {
  std::string uri;
  std::optional<std::string> name;
};

// RFC 5424 sec. 6.2.1, as notifications/message has them.
enum class Severity { debug, info, notice, warning, error, critical, alert, emergency };
[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::optional<Severity> find_severity(std::string_view name);

// A request to the client, in whatever way the revision has for it.
struct InputRequest {
  std::string_view method;  // "elicitation/create"
  json::Object params;
  bool declared;                                                 // the client can answer it
  json::Object needed;                                           // ClientCapabilities that it would take
  std::function<Result<void>(const json::Value& result)> check;  // whether its answer makes sense
};

// The client of one call, as the call reaches it: on the stream of the very request that made it, and no other (threat
// 28).
class ClientLink {
 public:
  virtual ~ClientLink() = default;
  virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;
  virtual void log(Severity severity, std::string_view logger, const json::Value& data) = 0;
  virtual void set_meta(std::string_view name, json::Value value) = 0;
  [[nodiscard]] virtual Task<void> resource_updated(std::string uri) = 0;
  // The answer, which `check` approved. `key` names the request within its call.
  [[nodiscard]] virtual Task<Result<json::Value>> request(std::string key, InputRequest request) = 0;
  [[nodiscard]] virtual const ClientCapabilities& capabilities() const = 0;
};

namespace detail {

[[nodiscard]] InputRequest form_request(std::string_view message, json::Object schema,
                                        const ClientCapabilities& client);
[[nodiscard]] InputRequest url_request(std::string_view message, std::string_view url,
                                       const ClientCapabilities& client);
[[nodiscard]] InputRequest sampling_request(Sampling sampling, const ClientCapabilities& client);
[[nodiscard]] InputRequest roots_request(const ClientCapabilities& client);
[[nodiscard]] Result<Answer<json::Object>> read_answer(const json::Value& result);
[[nodiscard]] Result<Sampled> read_sampled(const json::Value& result);
[[nodiscard]] Result<std::vector<Root>> read_roots(const json::Value& result);

}  // namespace detail

}  // namespace postern::mcp
