#include "postern/mcp/client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "postern/json/bind.hpp"
#include "postern/mcp/call.hpp"

namespace postern::mcp {

namespace {

constexpr std::array<std::string_view, 8> severities{"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

json::Object nested(std::string_view outer, std::string_view inner) {
  return {{outer, json::Object{{inner, json::Object{}}}}};
}

bool is_object(const json::Value* value) { return value && value->is_object(); }

std::unexpected<Error> bad_answer(std::string_view what) {
  return fail(Error::Kind::invalid, "The client's answer has no " + std::string{what} + ".");
}

void append_text(std::string& text, const json::Value& block) {
  const json::Object* object = block.if_object();
  if (object && json::find_string(*object, "type") == "text") {
    text += json::find_string(*object, "text").value_or("");
  }
}

}  // namespace

std::string_view to_string(Severity severity) { return severities[static_cast<std::size_t>(severity)]; }

std::optional<Severity> find_severity(std::string_view name) {
  for (std::size_t i = 0; i < severities.size(); ++i) {
    if (severities[i] == name) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

// An empty `elicitation` means forms: it comes from revisions that knew nothing else (2026-07-28, client/elicitation,
// capabilities).
ClientCapabilities parse_capabilities(const json::Object& capabilities) {
  ClientCapabilities parsed;
  if (const json::Value* elicitation = json::find(capabilities, "elicitation"); is_object(elicitation)) {
    parsed.urls = is_object(json::find(*elicitation, "url"));
    parsed.forms = is_object(json::find(*elicitation, "form")) || !parsed.urls;
  }
  if (const json::Value* sampling = json::find(capabilities, "sampling"); is_object(sampling)) {
    parsed.sampling = true;
    parsed.sampling_tools = is_object(json::find(*sampling, "tools"));
  }
  if (const json::Value* extensions = json::find(capabilities, "extensions"); is_object(extensions)) {
    parsed.tasks = is_object(json::find(*extensions, "io.modelcontextprotocol/tasks"));
  }
  parsed.roots = is_object(json::find(capabilities, "roots"));
  return parsed;
}

namespace detail {

InputRequest form_request(std::string_view message, json::Object schema, const ClientCapabilities& client) {
  return {.method = "elicitation/create",
          .params = {{"mode", "form"}, {"message", message}, {"requestedSchema", std::move(schema)}},
          .declared = client.forms,
          .needed = nested("elicitation", "form"),
          .check = {}};
}

InputRequest url_request(std::string_view message, std::string_view url, const ClientCapabilities& client) {
  return {.method = "elicitation/create",
          .params = {{"mode", "url"}, {"message", message}, {"url", url}},
          .declared = client.urls,
          .needed = nested("elicitation", "url"),
          .check = {}};
}

InputRequest sampling_request(Sampling sampling, const ClientCapabilities& client) {
  const bool tools = sampling.more.contains("tools");
  json::Object params = std::move(sampling.more);
  json::Array messages;
  for (const PromptMessage& message : sampling.messages) {
    messages.push_back(*json::parse(to_json(message, latest_revision)));
  }
  if (const json::Value* more = json::find(params, "messages"); more && more->is_array()) {
    messages.insert(messages.end(), more->as_array().begin(), more->as_array().end());
  }
  params["messages"] = std::move(messages);
  params["maxTokens"] = sampling.tokens_max;
  if (!sampling.system_prompt.empty()) params["systemPrompt"] = sampling.system_prompt;
  return {.method = "sampling/createMessage",
          .params = std::move(params),
          .declared = tools ? client.sampling_tools : client.sampling,
          .needed = tools ? nested("sampling", "tools") : json::Object{{"sampling", json::Object{}}},
          .check = {}};
}

InputRequest roots_request(const ClientCapabilities& client) {
  return {.method = "roots/list",
          .params = {},
          .declared = client.roots,
          .needed = {{"roots", json::Object{}}},
          .check = {}};
}

Result<Answer<json::Object>> read_answer(const json::Value& result) {
  using Action = Answer<json::Object>::Action;
  const json::Object* object = result.if_object();
  const auto action = object ? json::find_string(*object, "action") : std::nullopt;
  if (action == "decline") return Answer<json::Object>{.action = Action::decline};
  if (action == "cancel") return Answer<json::Object>{.action = Action::cancel};
  if (action != "accept") return bad_answer("action");
  const json::Value* content = json::find(*object, "content");
  if (content && !content->is_object()) return bad_answer("content that is an object");
  return Answer<json::Object>{.action = Action::accept, .content = content ? content->as_object() : json::Object{}};
}

Result<Sampled> read_sampled(const json::Value& result) {
  const json::Object* object = result.if_object();
  const json::Value* content = object ? json::find(*object, "content") : nullptr;
  if (!content) return bad_answer("content");
  Sampled sampled{.text = {},
                  .content = *content,
                  .model = std::string{json::find_string(*object, "model").value_or("")},
                  .stop_reason = std::string{json::find_string(*object, "stopReason").value_or("")}};
  append_text(sampled.text, *content);
  if (const json::Array* blocks = content->if_array()) {
    for (const json::Value& block : *blocks) append_text(sampled.text, block);
  }
  return sampled;
}

Result<std::vector<Root>> read_roots(const json::Value& result) {
  const json::Value* roots = json::find(result, "roots");
  if (!roots) return bad_answer("roots");
  return json::decode<std::vector<Root>>(*roots);
}

}  // namespace detail

void Call::throw_for_nobody() { throw std::logic_error{"call.user(): nobody is signed in"}; }

Task<Result<Answer<json::Object>>> Call::ask(std::string key, std::string message, json::Object schema, Check check) {
  InputRequest request = detail::form_request(message, std::move(schema), client());
  request.check = [check](const json::Value& result) -> Result<void> {
    TRY(auto answer, detail::read_answer(result));
    return answer ? check(*answer) : Result<void>{};
  };
  CO_TRY(auto result, co_await client_.request(std::move(key), std::move(request)));
  co_return detail::read_answer(result);
}

Task<Result<Answer<json::Object>>> Call::ask_to_open(std::string key, std::string message, std::string url) {
  InputRequest request = detail::url_request(message, url, client());
  request.check = [](const json::Value& result) { return detail::read_answer(result).transform([](auto&&) {}); };
  CO_TRY(auto result, co_await client_.request(std::move(key), std::move(request)));
  co_return detail::read_answer(result);
}

Task<Result<Sampled>> Call::sample(std::string key, Sampling sampling) {
  InputRequest request = detail::sampling_request(std::move(sampling), client());
  request.check = [](const json::Value& result) { return detail::read_sampled(result).transform([](auto&&) {}); };
  CO_TRY(auto result, co_await client_.request(std::move(key), std::move(request)));
  co_return detail::read_sampled(result);
}

Task<Result<std::vector<Root>>> Call::roots(std::string key) {
  InputRequest request = detail::roots_request(client());
  request.check = [](const json::Value& result) { return detail::read_roots(result).transform([](auto&&) {}); };
  CO_TRY(auto result, co_await client_.request(std::move(key), std::move(request)));
  co_return detail::read_roots(result);
}

}  // namespace postern::mcp
