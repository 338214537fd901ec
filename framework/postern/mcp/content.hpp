// What a tool hands back: pieces of content, and perhaps a structured value.
//
//   co_return Text{"3 orders found"};
//   co_return ToolResult{.content = {Text{"The chart:"}, Image{.bytes = png, .mime_type = "image/png"}}};
//
// Bytes are raw here and base64 on the wire. Text must be UTF-8.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "postern/mcp/revision.hpp"

namespace postern::mcp {

struct Text {
  std::string text;
};
struct Image {
  std::string bytes;
  std::string mime_type;  // "image/png"
};
struct Audio {
  std::string bytes;
  std::string mime_type;  // "audio/wav"
};
// Says where something is; the client reads it if it wants to.
struct ResourceLink {
  std::string uri;
  std::string name;
  std::string description;  // may be empty, as may mime_type
  std::string mime_type;
};
// Carries the thing itself.
struct EmbeddedText {
  std::string uri;
  std::string mime_type;
  std::string text;
};
struct EmbeddedBytes {
  std::string uri;
  std::string mime_type;
  std::string bytes;
};
using Content = std::variant<Text, Image, Audio, ResourceLink, EmbeddedText, EmbeddedBytes>;
using ResourceContents = std::variant<EmbeddedText, EmbeddedBytes>;  // what a resource is read as

enum class Role { user, assistant };
struct PromptMessage {
  Content content;
  Role role = Role::user;
};

// Bytes that are no text: what the function of a resource may hand back.
struct Bytes {
  std::string bytes;
};
// Where a resource was declared to be, and as what: for contents that do not say it themselves.
struct ResourceAddress {
  std::string uri;
  std::string mime_type;
};

struct ToolResult {
  std::vector<Content> content;
  std::optional<std::string> structured;  // an object as JSON text: json::encode(orders)
  bool is_error = false;                  // the assistant is told so, and may try again in another way
};

// A kind of content that the revision does not know yet becomes a text that says what it was.
[[nodiscard]] std::string to_json(const ToolResult& result, Revision revision);
[[nodiscard]] std::string to_json(const PromptMessage& message, Revision revision);
[[nodiscard]] std::string to_json(const ResourceContents& contents);

}  // namespace postern::mcp
