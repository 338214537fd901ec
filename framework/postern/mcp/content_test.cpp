#include "postern/mcp/content.hpp"

#include <doctest/doctest.h>

#include "postern/json/value.hpp"

namespace postern::mcp {
namespace {

json::Value parse(std::string_view text) { return json::parse(text).value(); }
json::Value shown(const ToolResult& result, Revision revision = Revision::v2026_07_28) {
  return parse(to_json(result, revision));
}
json::Value shown(const Content& content, Revision revision = Revision::v2026_07_28) {
  return json::find(shown(ToolResult{.content = {content}}, revision), "content")->as_array().at(0);
}

}  // namespace

// Shapes: schema/2026-07-28, ContentBlock. The bytes are RFC 4648 sec. 10's "foobar".
TEST_CASE("each kind of content has the shape of the schema, bytes as base64") {
  struct Row {
    Content content;
    std::string_view json;
  };
  const Row rows[] = {
      {Text{"3 orders"}, R"({"type":"text","text":"3 orders"})"},
      {Image{.bytes = "foobar", .mime_type = "image/png"},
       R"({"type":"image","data":"Zm9vYmFy","mimeType":"image/png"})"},
      {Audio{.bytes = "fooba", .mime_type = "audio/wav"},
       R"({"type":"audio","data":"Zm9vYmE=","mimeType":"audio/wav"})"},
      {ResourceLink{.uri = "file:///a.txt", .name = "a.txt", .description = {}, .mime_type = {}},
       R"({"type":"resource_link","uri":"file:///a.txt","name":"a.txt"})"},
      {ResourceLink{.uri = "file:///a.txt", .name = "a.txt", .description = "The letter", .mime_type = "text/plain"},
       R"({"type":"resource_link","uri":"file:///a.txt","name":"a.txt","description":"The letter",
           "mimeType":"text/plain"})"},
      {EmbeddedText{.uri = "file:///a.txt", .mime_type = "text/plain", .text = "A"},
       R"({"type":"resource","resource":{"uri":"file:///a.txt","mimeType":"text/plain","text":"A"}})"},
      {EmbeddedText{.uri = "file:///a.txt", .mime_type = {}, .text = ""},
       R"({"type":"resource","resource":{"uri":"file:///a.txt","text":""}})"},
      {EmbeddedBytes{.uri = "file:///a.bin", .mime_type = "application/x-bin", .bytes = std::string("\0\xff", 2)},
       R"({"type":"resource","resource":{"uri":"file:///a.bin","mimeType":"application/x-bin","blob":"AP8="}})"},
  };
  for (const Row& row : rows) CHECK(shown(row.content) == parse(row.json));
}

TEST_CASE("a revision that does not know a kind of content is told of it in words") {
  const Audio audio{.bytes = "fooba", .mime_type = "audio/wav"};
  const ResourceLink link{.uri = "file:///a.txt", .name = "a.txt", .description = {}, .mime_type = {}};
  // Audio came with 2025-03-26, resource_link with 2025-06-18.
  CHECK(shown(audio, Revision::v2024_11_05) == parse(R"({"type":"text","text":"[audio, audio/wav]"})"));
  CHECK(json::find(shown(audio, Revision::v2025_03_26), "type")->as_string() == "audio");
  CHECK(shown(link, Revision::v2025_03_26) == parse(R"({"type":"text","text":"a.txt: file:///a.txt"})"));
  CHECK(json::find(shown(link, Revision::v2025_06_18), "type")->as_string() == "resource_link");
}

TEST_CASE("a result keeps the order of its content and says isError only when it is one") {
  const ToolResult result{.content = {Text{"one"}, Image{.bytes = "", .mime_type = "image/png"}, Text{"two"}}};
  CHECK(shown(result) == parse(R"({"content":[{"type":"text","text":"one"},
      {"type":"image","data":"","mimeType":"image/png"},{"type":"text","text":"two"}]})"));
  const ToolResult wrong{.content = {Text{"no"}}, .is_error = true};
  CHECK(shown(wrong) == parse(R"({"content":[{"type":"text","text":"no"}],"isError":true})"));
}

TEST_CASE("a structured value is there for programs and, unless the tool said more, as text for those who only read") {
  const ToolResult bare{.structured = R"({"sum":3})"};
  CHECK(shown(bare) == parse(R"({"structuredContent":{"sum":3},"content":[{"type":"text","text":"{\"sum\":3}"}]})"));
  CHECK(shown(bare, Revision::v2025_03_26) == parse(R"({"content":[{"type":"text","text":"{\"sum\":3}"}]})"));
  const ToolResult told{.content = {Text{"three"}}, .structured = R"({"sum":3})"};
  CHECK(shown(told) == parse(R"({"structuredContent":{"sum":3},"content":[{"type":"text","text":"three"}]})"));
}

}  // namespace postern::mcp
