#include "postern/mcp/jsonrpc.hpp"

#include <cstdint>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/json/writer.hpp"

namespace postern::mcp::rpc {

namespace {

std::unexpected<Malformed> malformed(std::optional<Id> id, std::string message) {
  return std::unexpected(Malformed{std::move(id), {ErrorCode::invalid_request, std::move(message)}});
}

}  // namespace

std::optional<std::string> scalar_text(const json::Value& value) {
  std::string text;
  if (const json::String* string = value.if_string()) {
    json::append(text, std::string_view{*string});
  } else if (const std::int64_t* integer = value.if_int64()) {
    json::append(text, *integer);
  } else if (const std::uint64_t* large = value.if_uint64()) {
    json::append(text, *large);
  } else {
    return std::nullopt;
  }
  return text;
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
    json::Value* result = object.if_contains("result");
    json::Value* error = object.if_contains("error");
    if (!id || !result == !error) return malformed(id, "A message needs a method, or an id and one outcome.");
    return Response{*std::move(id), error != nullptr, std::move(result ? *result : *error)};
  }
  if (!method->is_string()) return malformed(id, "\"method\" must be a string.");

  json::Value* given = object.if_contains("params");
  if (given && !given->is_object()) return malformed(id, "\"params\" must be an object.");
  // Moved into a new object, not assigned to one: so they stay in the arena that they came from.
  json::Object params = given ? json::Object{std::move(given->as_object())} : json::Object{};
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
  return error_reply_of(id, error_text(error));
}

std::string notification(std::string_view method, const json::Object& params) {
  return notification_of(method, json::serialize(params));
}

std::string error_text(const Error& error) {
  json::Object object{{"code", static_cast<int>(error.code)}, {"message", error.message}};
  if (error.data) object.emplace("data", *error.data);
  return json::serialize(object);
}

std::string error_reply_of(const std::optional<Id>& id, std::string_view error) {
  return concat(R"({"jsonrpc":"2.0")", id ? concat(R"(,"id":)", id->text()) : "", R"(,"error":)", error, "}");
}

std::string notification_of(std::string_view method, std::string_view params) {
  return concat(R"({"jsonrpc":"2.0","method":")", method, R"(","params":)", params, "}");
}

}  // namespace postern::mcp::rpc
