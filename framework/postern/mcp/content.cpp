#include "postern/mcp/content.hpp"

#include <string_view>

#include "postern/base/encoding.hpp"
#include "postern/json/writer.hpp"

namespace postern::mcp {

namespace {

void write_contents(std::string& out, std::string_view uri, std::string_view mime_type, std::string_view name,
                    std::string_view value) {
  json::ObjectWriter resource{out};
  json::append(resource.member("uri"), uri);
  if (!mime_type.empty()) json::append(resource.member("mimeType"), mime_type);
  json::append(resource.member(name), value);
  resource.end();
}
void write_contents(std::string& out, const EmbeddedText& contents) {
  write_contents(out, contents.uri, contents.mime_type, "text", contents.text);
}
void write_contents(std::string& out, const EmbeddedBytes& contents) {
  write_contents(out, contents.uri, contents.mime_type, "blob", base64_encode(contents.bytes));
}

// Appends one block of content to an array.
struct BlockWriter {
  std::string& out;
  const RevisionRules& rules;

  void operator()(const Text& content) const { write_text(content.text); }
  void operator()(const Image& content) const { write_media("image", content.bytes, content.mime_type); }
  void operator()(const Audio& content) const {
    if (!rules.annotations) return write_text("[audio, " + content.mime_type + "]");
    write_media("audio", content.bytes, content.mime_type);
  }
  void operator()(const ResourceLink& content) const {
    if (!rules.structured_output) return write_text(content.name + ": " + content.uri);
    json::ObjectWriter block = begin("resource_link");
    json::append(block.member("uri"), content.uri);
    json::append(block.member("name"), content.name);
    if (!content.description.empty()) json::append(block.member("description"), content.description);
    if (!content.mime_type.empty()) json::append(block.member("mimeType"), content.mime_type);
    block.end();
  }
  void operator()(const EmbeddedText& content) const { write_resource(content); }
  void operator()(const EmbeddedBytes& content) const { write_resource(content); }

  void write_text(std::string_view text) const {
    json::ObjectWriter block = begin("text");
    json::append(block.member("text"), text);
    block.end();
  }

 private:
  [[nodiscard]] json::ObjectWriter begin(std::string_view type) const {
    json::ObjectWriter block{out};
    json::append(block.member("type"), type);
    return block;
  }
  void write_media(std::string_view type, std::string_view bytes, std::string_view mime_type) const {
    json::ObjectWriter block = begin(type);
    json::append(block.member("data"), base64_encode(bytes));
    json::append(block.member("mimeType"), mime_type);
    block.end();
  }
  void write_resource(const auto& contents) const {
    json::ObjectWriter block = begin("resource");
    write_contents(block.member("resource"), contents);
    block.end();
  }
};

}  // namespace

std::string to_json(const ToolResult& result, Revision revision) {
  const RevisionRules& rules = rules_of(revision);
  std::string text;
  if (result.structured) text.reserve(3 * result.structured->size());  // it comes twice, once with its quotes escaped
  json::ObjectWriter object{text};
  const BlockWriter blocks{object.member("content"), rules};
  text += '[';
  for (const Content& content : result.content) {
    if (&content != &result.content.front()) text += ',';
    std::visit(blocks, content);
  }
  // For clients that look at text only: the same value once more (2026-07-28, server/tools, structured content).
  if (result.structured && result.content.empty()) blocks.write_text(*result.structured);
  text += ']';
  if (result.structured && rules.structured_output) object.member("structuredContent") += *result.structured;
  if (result.is_error) object.member("isError") += "true";
  object.end();
  return text;
}

std::string to_json(const PromptMessage& message, Revision revision) {
  std::string text;
  json::ObjectWriter object{text};
  json::append(object.member("role"), message.role == Role::user ? "user" : "assistant");
  object.member("content");
  std::visit(BlockWriter{text, rules_of(revision)}, message.content);
  object.end();
  return text;
}

std::string to_json(const ResourceContents& contents) {
  std::string text;
  std::visit([&text](const auto& it) { write_contents(text, it); }, contents);
  return text;
}

}  // namespace postern::mcp
