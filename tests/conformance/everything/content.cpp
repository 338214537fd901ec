// Content of every kind, what only JSON Schema can say, and a parameter in a header.
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/everything/media.hpp"

namespace everything {

namespace {

Task<Result<std::string>> simple_text(mcp::Call&) { co_return "This is a simple text response for testing."; }
Task<Result<mcp::Image>> image_content(mcp::Call&) { co_return image(); }
Task<Result<mcp::Audio>> audio_content(mcp::Call&) {
  co_return mcp::Audio{.bytes = silence(), .mime_type = "audio/wav"};
}
Task<Result<mcp::EmbeddedText>> embedded_resource(mcp::Call&) {
  co_return mcp::EmbeddedText{"test://embedded-resource", "text/plain", "This is an embedded resource content."};
}
Task<Result<std::vector<mcp::Content>>> multiple_content_types(mcp::Call&) {
  co_return std::vector<mcp::Content>{
      mcp::Text{"Multiple content types test:"}, image(),
      mcp::EmbeddedText{"test://mixed-content-resource", "application/json", R"({"test":"data","value":123})"}};
}
struct Forecast {
  int degrees = 18;
  std::string sky;
};
Task<Result<Forecast>> structured(mcp::Call&) { co_return Forecast{18, "rain"}; }
Task<Result<mcp::ResourceLink>> resource_link(mcp::Call&) {
  co_return mcp::ResourceLink{"test://static-text", "static-text", "The static text.", "text/plain"};
}
Task<Result<std::string>> error_handling(mcp::Call&) {
  co_return mcp::fail(mcp::Error::Kind::conflict, "This tool intentionally returns an error for testing");
}

struct Contact {
  struct Address {
    std::optional<std::string> street;
    std::optional<std::string> city;
  };
  std::optional<std::string> name;
  std::optional<Address> address;
  std::optional<std::string> contactMethod;
  std::optional<std::string> phone;
  std::optional<std::string> email;
};
Task<Result<std::string>> json_schema(Contact in, mcp::Call&) {
  co_return "JSON Schema 2020-12 tool called with: " + json::encode(in);
}
json::Object contact_schema() {
  return json::parse(R"json({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                          "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                   "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                   "phone": {"type": "string"}, "email": {"type": "string"}},
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false})json")
      ->as_object();
}

struct Located {
  std::string region;
};
Task<Result<std::string>> in_region(Located in, mcp::Call&) { co_return "In " + in.region; }

}  // namespace

void add_content(mcp::App& app) {
  app.tool("test_simple_text", "Text.", simple_text);
  app.tool("test_image_content", "An image.", image_content);
  app.tool("test_audio_content", "Audio.", audio_content);
  app.tool("test_embedded_resource", "An embedded resource.", embedded_resource);
  app.tool("test_multiple_content_types", "Text, an image and a resource.", multiple_content_types);
  app.tool("test_resource_link", "A link to a resource.", resource_link);
  app.tool("test_structured_output", "A forecast.", structured)
      .title("The weather")
      .icon({.src = "data:image/svg+xml;base64,PHN2Zy8+", .mime_type = "image/svg+xml"})
      .read_only()
      .closed_world();
  app.tool("test_error_handling", "Fails.", error_handling);
  app.tool("json_schema_2020_12_tool", "Takes what only JSON Schema can say.", json_schema)
      .input_schema(contact_schema());
  app.tool("test_x_mcp_header", "Has a parameter in a header.", in_region).header("Region", "region");
}

}  // namespace everything
