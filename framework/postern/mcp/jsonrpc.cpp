#include "postern/mcp/jsonrpc.hpp"

#include <utility>

namespace postern::mcp::rpc {

namespace {

std::unexpected<Malformed> malformed(std::optional<Id> id, std::string message) {
  return std::unexpected(Malformed{std::move(id), {ErrorCode::invalid_request, std::move(message)}});
}

}  // namespace

std::optional<std::string> scalar_text(const json::Value& value) {
  if (!value.is_string() && !value.is_int64() && !value.is_uint64()) return std::nullopt;
  return json::serialize(value);
}

std::expected<Message, Malformed> parse_message(json::Value value) {
  if (!value.is_object()) return malformed({}, "A message must be a JSON object.");
  json::Object& object = value.as_object();

  std::optional<Id> id;
  if (const json::Value* given = json::find(object, "id")) {
    std::optional<std::string> text = scalar_text(*given);
    if (!text) return malformed({}, "An id must be a string or an integer.");
    id = Id{*std::move(text)};
  }
  if (json::find_string(object, "jsonrpc") != "2.0") return malformed(id, "\"jsonrpc\" must be \"2.0\".");

  const json::Value* method = json::find(object, "method");
  if (!method) {
    const bool has_result = json::find(object, "result") != nullptr;
    const bool has_error = json::find(object, "error") != nullptr;
    if (!id || has_result == has_error) return malformed(id, "A message needs a method, or an id and one outcome.");
    return Response{*std::move(id)};
  }
  if (!method->is_string()) return malformed(id, "\"method\" must be a string.");

  json::Object params;
  if (auto given = object.find("params"); given != object.end()) {
    if (!given->value().is_object()) return malformed(id, "\"params\" must be an object.");
    params = std::move(given->value().as_object());
  }
  std::string name{std::string_view{method->as_string()}};
  if (id) return Request{*std::move(id), std::move(name), std::move(params)};
  return Notification{std::move(name), std::move(params)};
}

std::string result_reply(const Id& id, std::string_view result) {
  std::string reply;
  reply.reserve(result.size() + id.text().size() + 40);
  reply += R"({"jsonrpc":"2.0","id":)";
  reply += id.text();
  reply += R"(,"result":)";
  reply += result;
  reply += '}';
  return reply;
}

std::string error_reply(const std::optional<Id>& id, const Error& error) {
  json::Object body{{"code", static_cast<int>(error.code)}, {"message", error.message}};
  if (error.data) body.emplace("data", *error.data);
  std::string reply = R"({"jsonrpc":"2.0")";
  if (id) reply += R"(,"id":)" + id->text();
  reply += R"(,"error":)" + json::serialize(body) + "}";
  return reply;
}

}  // namespace postern::mcp::rpc
