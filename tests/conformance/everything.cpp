// The server that the official conformance suite asks for: every feature of the protocol once, under the names that its
// scenarios expect. It is written with the public API alone and takes the place of app/app.cpp.
#include <string>

#include "app/app.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/when_all.hpp"
#include "postern/mcp.hpp"

namespace {

namespace mcp = postern::mcp;
namespace json = postern::json;
using namespace std::chrono_literals;
using postern::Result;
using postern::Task;

std::string red_pixel() {
  return *postern::base64_decode(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");
}
std::string silence() {
  return *postern::base64_decode("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=");
}

mcp::Image image() { return {.bytes = red_pixel(), .mime_type = "image/png"}; }

// What a tool tells of an answer, for the scenarios to read.
std::string tell(const mcp::Answer<json::Object>& answer) {
  constexpr std::string_view actions[] = {"accept", "decline", "cancel"};
  return "action=" + std::string{actions[static_cast<int>(answer.action)]} +
         ", content=" + json::serialize(answer ? *answer : json::Object{});
}

// ---- Content

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
Task<Result<std::string>> error_handling(mcp::Call&) {
  co_return postern::fail(postern::Error::Kind::conflict, "This tool intentionally returns an error for testing");
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

// ---- Progress and logs

Task<Result<std::string>> with_logging(mcp::Call& call) {
  call.log(mcp::Severity::info, "Tool execution started");
  co_await call.clock().sleep_for(50ms);
  call.log(mcp::Severity::info, "Tool processing data");
  co_await call.clock().sleep_for(50ms);
  call.log(mcp::Severity::info, "Tool execution completed");
  co_return "Tool with logging executed successfully";
}
Task<Result<std::string>> with_progress(mcp::Call& call) {
  for (const int step : {0, 50, 100}) {
    call.progress(step, 100, "Completed step " + std::to_string(step) + " of 100");
    co_await call.clock().sleep_for(50ms);
  }
  co_return "done";
}

// ---- Questions to the client

struct Named {
  std::string name;
};
struct Confirmed {
  bool ok = false;
  static constexpr auto schema = mcp::fields(mcp::field<&Confirmed::ok>("Whether to go on", mcp::required));
};
struct Colored {
  std::string color;
};
struct Given {
  std::string value;
};
struct Context {
  std::string context;
};
struct Said {
  std::string response;
  static constexpr auto schema = mcp::fields(mcp::field<&Said::response>("User's response"));
};
struct Prompt {
  std::string prompt;
};
struct Message {
  std::string message;
};

mcp::Sampling question(std::string text, int tokens_max) {
  return {.messages = {{mcp::Text{std::move(text)}}}, .tokens_max = tokens_max};
}

Task<Result<std::string>> sampling(Prompt in, mcp::Call& call) {
  CO_TRY(auto sampled, co_await call.sample("answer", question(in.prompt, 100)));
  co_return "LLM response: " + sampled.text;
}
Task<Result<std::string>> elicitation(Message in, mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask("response", in.message, json::schema<Said>()));
  co_return "User response: " + tell(answer);
}
Task<Result<std::string>> elicitation_defaults(mcp::Call& call) {
  auto schema = json::parse(R"json({"type": "object", "required": [], "properties": {
      "name": {"type": "string", "description": "User name", "default": "John Doe"},
      "age": {"type": "integer", "description": "User age", "default": 30},
      "score": {"type": "number", "description": "User score", "default": 95.5},
      "status": {"type": "string", "description": "User status", "enum": ["active", "inactive", "pending"],
                 "default": "active"},
      "verified": {"type": "boolean", "description": "Verification status", "default": true}}})json");
  CO_TRY(auto answer,
         co_await call.ask("profile", "Please review and update the form fields with defaults", schema->as_object()));
  co_return "Elicitation completed: " + tell(answer);
}
Task<Result<std::string>> elicitation_enums(mcp::Call& call) {
  auto schema = json::parse(R"json({"type": "object", "required": [], "properties": {
      "untitledSingle": {"type": "string", "description": "Select one option",
                         "enum": ["option1", "option2", "option3"]},
      "titledSingle": {"type": "string", "description": "Select one option with titles",
                       "oneOf": [{"const": "value1", "title": "First Option"},
                                 {"const": "value2", "title": "Second Option"},
                                 {"const": "value3", "title": "Third Option"}]},
      "legacyEnum": {"type": "string", "description": "Select one option (legacy)", "enum": ["opt1", "opt2", "opt3"],
                     "enumNames": ["Option One", "Option Two", "Option Three"]},
      "untitledMulti": {"type": "array", "description": "Select multiple options", "minItems": 1, "maxItems": 3,
                        "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
      "titledMulti": {"type": "array", "description": "Select multiple options with titles", "minItems": 1,
                      "maxItems": 3, "items": {"anyOf": [{"const": "value1", "title": "First Choice"},
                                                         {"const": "value2", "title": "Second Choice"},
                                                         {"const": "value3", "title": "Third Choice"}]}}}})json");
  CO_TRY(auto answer, co_await call.ask("choices", "Please select options from the enum fields", schema->as_object()));
  co_return "Elicitation completed: " + tell(answer);
}

Task<Result<std::string>> asks_name(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask<Named>("user_name", "What is your name?"));
  co_return answer ? "Hello, " + answer->name + "!" : "Hello, whoever you are.";
}
Task<Result<std::string>> asks_model(mcp::Call& call) {
  CO_TRY(auto sampled, co_await call.sample("capital_question", question("What is the capital of France?", 100)));
  co_return "Sampling result: " + sampled.text;
}
Task<Result<std::string>> asks_roots(mcp::Call& call) {
  CO_TRY(auto roots, co_await call.roots("client_roots"));
  co_return "Found " + std::to_string(roots.size()) + " root(s)";
}
Task<Result<std::string>> asks_to_confirm(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask<Confirmed>("confirm", "Please confirm"));
  co_return answer && answer->ok ? "state-ok: confirmed" : "not confirmed";
}
Task<Result<std::string>> asks_three_at_once(mcp::Call& call) {
  auto [named, greeted, listed] = co_await postern::when_all(
      call.ask<Named>("user_name", "What is your name?"), call.sample("greeting", question("Generate a greeting", 50)),
      call.roots("client_roots"));
  CO_TRY(auto name, std::move(named));
  CO_TRY(auto greeting, std::move(greeted));
  CO_TRY(auto roots, std::move(listed));
  co_return "Name: " + (name ? name->name : "unknown") + "; Greeting: " + greeting.text +
      "; Roots: " + std::to_string(roots.size());
}
Task<Result<std::string>> asks_twice(mcp::Call& call) {
  CO_TRY(auto name, co_await call.ask<Named>("step1", "Step 1: What is your name?"));
  CO_TRY(auto color, co_await call.ask<Colored>("step2", "Step 2: What is your favorite color?"));
  co_return (name ? name->name : "Somebody") + " likes " + (color ? color->color : "no color");
}
Task<Result<std::string>> asks_what_it_can(mcp::Call& call) {
  if (call.client().forms) {
    CO_TRY(auto answer, co_await call.ask<Given>("elicit_input", "Elicitation input"));
    co_return "capabilities-ok: " + (answer ? answer->value : "nothing");
  }
  if (!call.client().sampling) co_return "No supported capabilities declared";
  CO_TRY(auto sampled, co_await call.sample("sample_input", question("Sample request", 50)));
  co_return "capabilities-ok: " + sampled.text;
}
Task<Result<std::string>> missing_capability(mcp::Call& call) {
  CO_TRY(auto sampled, co_await call.sample("needed", question("Anything", 10)));
  co_return sampled.text;
}
Task<Result<std::string>> streaming_elicitation(mcp::Call& call) {
  call.progress(50, 100);
  co_await call.clock().sleep_for(20ms);
  co_return "Streaming complete";
}
Task<Result<std::string>> logging_tool(mcp::Call& call) {
  call.log(mcp::Severity::info, "Diagnostic trace logging activated");
  co_return "Logging evaluated";
}

// ---- Headers

struct Located {
  std::string region;
};
Task<Result<std::string>> in_region(Located in, mcp::Call&) { co_return "In " + in.region; }

// ---- Tasks: a call becomes one when it takes longer than half a second

struct Greet {
  std::string name;
};
struct Compute {
  int seconds = 0;
  std::optional<std::string> label;
};
struct File {
  std::string filename;
};

Task<Result<std::string>> greet(Greet in, mcp::Call&) { co_return "Hello, " + in.name + "!"; }
Task<Result<std::string>> slow_compute(Compute in, mcp::Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{in.seconds});
  co_return "Computed for " + std::to_string(in.seconds) + " s";
}
Task<Result<std::string>> failing_job(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  co_return postern::fail(postern::Error::Kind::conflict, "This job always fails.");
}
Task<Result<std::string>> protocol_error_job(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  co_return postern::fail(postern::Error::Kind::internal, "This job is broken.");
}
Task<Result<std::string>> confirm_delete(File in, mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  CO_TRY(auto answer, co_await call.ask("confirm", "Delete " + in.filename + "?", json::schema<Confirmed>()));
  co_return answer ? "Deleted " + in.filename : "Kept " + in.filename;
}
Task<Result<std::string>> multi_input(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  auto [name, color] = co_await postern::when_all(call.ask("name", "What is your name?", json::schema<Named>()),
                                                  call.ask("color", "Which color?", json::schema<Colored>()));
  CO_TRY(auto first, std::move(name));
  CO_TRY(auto second, std::move(color));
  co_return tell(first) + "; " + tell(second);
}
Task<Result<std::string>> asks_then_works(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask<Named>("user_name", "What is your name?"));
  co_await call.clock().sleep_for(1s);
  co_return "Worked for " + (answer ? answer->name : "nobody");
}

// ---- Resources

Task<Result<std::string>> static_text(mcp::Call&) { co_return "This is the content of the static text resource."; }
Task<Result<mcp::Bytes>> static_binary(mcp::Call&) { co_return mcp::Bytes{red_pixel()}; }
Task<Result<std::string>> watched(mcp::Call&) { co_return "Watched resource content"; }

Task<Result<std::string>> change_watched(mcp::Call& call) {
  co_await call.resource_updated("test://watched-resource");
  co_return "changed";
}

struct ById {
  std::string id;
};
struct Data {
  std::string id;
  bool templateTest = true;
  std::string data;
};
Task<Result<Data>> data_by_id(ById in, mcp::Call&) { co_return Data{in.id, true, "Data for ID: " + in.id}; }

// ---- Prompts

Task<Result<std::string>> simple_prompt(mcp::Call&) { co_return "This is a simple prompt for testing."; }

struct TwoArguments {
  std::string arg1;
  std::string arg2;
  static constexpr auto schema = mcp::fields(mcp::field<&TwoArguments::arg1>("First test argument"),
                                             mcp::field<&TwoArguments::arg2>("Second test argument"));
};
Task<Result<std::string>> prompt_with_arguments(TwoArguments in, mcp::Call&) {
  co_return "Prompt with arguments: arg1='" + in.arg1 + "', arg2='" + in.arg2 + "'";
}
Task<Result<std::vector<std::string>>> complete_arg1(mcp::Completion typed, mcp::Call&) {
  std::vector<std::string> values;
  for (const std::string_view word : {"paris", "park", "party"}) {
    if (word.starts_with(typed.value)) values.emplace_back(word);
  }
  co_return values;
}

struct ResourceUri {
  std::string resourceUri;
  static constexpr auto schema = mcp::fields(mcp::field<&ResourceUri::resourceUri>("URI of the resource to embed"));
};
Task<Result<std::vector<mcp::PromptMessage>>> prompt_with_resource(ResourceUri in, mcp::Call&) {
  co_return std::vector<mcp::PromptMessage>{
      {mcp::EmbeddedText{in.resourceUri, "text/plain", "Embedded resource content for testing."}},
      {mcp::Text{"Please process the embedded resource above."}}};
}
Task<Result<std::vector<mcp::PromptMessage>>> prompt_with_image(mcp::Call&) {
  co_return std::vector<mcp::PromptMessage>{{image()}, {mcp::Text{"Please analyze the image above."}}};
}
Task<Result<std::string>> asking_prompt(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask<Context>("user_context", "What context should the prompt use?"));
  co_return "Prompt with context: " + (answer ? answer->context : "none");
}

}  // namespace

namespace app {

mcp::App make_app() {
  mcp::App app{"everything", "1.0.0"};
  app.scope("everything", "Use everything");

  app.tool("test_simple_text", "Text.", simple_text);
  app.tool("test_image_content", "An image.", image_content);
  app.tool("test_audio_content", "Audio.", audio_content);
  app.tool("test_embedded_resource", "An embedded resource.", embedded_resource);
  app.tool("test_multiple_content_types", "Text, an image and a resource.", multiple_content_types);
  app.tool("test_error_handling", "Fails.", error_handling);
  app.tool("json_schema_2020_12_tool", "Takes what only JSON Schema can say.", json_schema)
      .input_schema(contact_schema());

  app.tool("test_tool_with_logging", "Logs while it runs.", with_logging);
  app.tool("test_tool_with_progress", "Reports progress.", with_progress);
  app.tool("test_streaming_elicitation", "Reports progress, and asks nothing.", streaming_elicitation);
  app.tool("test_logging_tool", "Logs.", logging_tool);

  app.tool("test_sampling", "Asks the client's model.", sampling);
  app.tool("test_elicitation", "Asks the user.", elicitation);
  app.tool("test_elicitation_sep1034_defaults", "Asks with defaults.", elicitation_defaults);
  app.tool("test_elicitation_sep1330_enums", "Asks with every kind of choice.", elicitation_enums);
  app.tool("test_missing_capability", "Needs a model.", missing_capability);
  app.tool("test_input_required_result_elicitation", "Asks the user.", asks_name);
  app.tool("test_input_required_result_sampling", "Asks the model.", asks_model);
  app.tool("test_input_required_result_list_roots", "Asks for the folders.", asks_roots);
  app.tool("test_input_required_result_request_state", "Asks to confirm.", asks_to_confirm);
  app.tool("test_input_required_result_multiple_inputs", "Asks three questions at once.", asks_three_at_once);
  app.tool("test_input_required_result_multi_round", "Asks one question after the other.", asks_twice);
  app.tool("test_input_required_result_tampered_state", "Asks to confirm.", asks_to_confirm);
  app.tool("test_input_required_result_capabilities", "Asks what the client can answer.", asks_what_it_can);

  app.tool("test_x_mcp_header", "Has a parameter in a header.", in_region).header("Region", "region");

  app.tool("greet", "Greets at once.", greet);
  app.tool("slow_compute", "Takes its time.", slow_compute).may_become_task();
  app.tool("failing_job", "Fails.", failing_job).must_become_task();
  app.tool("protocol_error_job", "Breaks.", protocol_error_job).may_become_task();
  app.tool("confirm_delete", "Asks in the middle of its work.", confirm_delete).may_become_task();
  app.tool("multi_input", "Asks twice in the middle of its work.", multi_input).may_become_task();
  app.tool("test_tool_with_task", "Asks before it works.", asks_then_works).must_become_task();

  app.resource("test://static-text", "static-text", "A static text.", static_text)
      .title("Static Text Resource")
      .mime_type("text/plain");
  app.resource("test://static-binary", "static-binary", "A static image.", static_binary).mime_type("image/png");
  app.resource("test://watched-resource", "watched-resource", "Can be watched.", watched).mime_type("text/plain");
  app.tool("change_watched_resource", "Tells that the watched resource changed.", change_watched);
  app.resource_template("test://template/{id}/data", "template", "Data by id.", data_by_id)
      .mime_type("application/json");

  app.prompt("test_simple_prompt", "Without arguments.", simple_prompt);
  app.prompt("test_prompt_with_arguments", "With arguments.", prompt_with_arguments).complete("arg1", complete_arg1);
  app.prompt("test_prompt_with_embedded_resource", "With a resource.", prompt_with_resource);
  app.prompt("test_prompt_with_image", "With an image.", prompt_with_image);
  app.prompt("test_input_required_result_prompt", "Asks the user.", asking_prompt);
  return app;
}

}  // namespace app
