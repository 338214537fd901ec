#include "postern/mcp/content.hpp"

#include <string_view>

#include "postern/base/encoding.hpp"

namespace postern::mcp {

namespace {

json::Object text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

json::Object media_block(std::string_view type, std::string_view bytes, std::string_view mime_type) {
  return {{"type", type}, {"data", base64_encode(bytes)}, {"mimeType", mime_type}};
}

void add_if_any(json::Object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object.emplace(name, value);
}

json::Object resource_block(std::string_view uri, std::string_view mime_type, std::string_view name,
                            std::string_view value) {
  json::Object resource{{"uri", uri}};
  add_if_any(resource, "mimeType", mime_type);
  resource.emplace(name, value);
  return {{"type", "resource"}, {"resource", std::move(resource)}};
}

struct Writer {
  const RevisionRules& rules;

  json::Object operator()(const Text& content) const { return text_block(content.text); }
  json::Object operator()(const Image& content) const { return media_block("image", content.bytes, content.mime_type); }
  json::Object operator()(const Audio& content) const {
    if (!rules.annotations) return text_block("[audio, " + content.mime_type + "]");
    return media_block("audio", content.bytes, content.mime_type);
  }
  json::Object operator()(const ResourceLink& content) const {
    if (!rules.structured_output) return text_block(content.name + ": " + content.uri);
    json::Object block{{"type", "resource_link"}, {"uri", content.uri}, {"name", content.name}};
    add_if_any(block, "description", content.description);
    add_if_any(block, "mimeType", content.mime_type);
    return block;
  }
  json::Object operator()(const EmbeddedText& content) const {
    return resource_block(content.uri, content.mime_type, "text", content.text);
  }
  json::Object operator()(const EmbeddedBytes& content) const {
    return resource_block(content.uri, content.mime_type, "blob", base64_encode(content.bytes));
  }
};

}  // namespace

json::Object to_json(const Content& content, Revision revision) {
  return std::visit(Writer{rules_of(revision)}, content);
}

json::Object to_json(const ToolResult& result, Revision revision) {
  json::Array blocks;
  blocks.reserve(result.content.size() + 1);
  for (const Content& content : result.content) blocks.emplace_back(to_json(content, revision));

  json::Object object;
  if (result.structured) {
    // For clients that look at text only: the same value once more (2026-07-28, server/tools, structured content).
    if (blocks.empty()) blocks.emplace_back(text_block(json::serialize(*result.structured)));
    if (rules_of(revision).structured_output) object.emplace("structuredContent", *result.structured);
  }
  object.emplace("content", std::move(blocks));
  if (result.is_error) object.emplace("isError", true);
  return object;
}

}  // namespace postern::mcp
