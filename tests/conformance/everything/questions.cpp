// Questions to the client: its user, its model, its folders.
#include <string>

#include "postern/base/when_all.hpp"
#include "tests/conformance/everything/forms.hpp"

namespace everything {

namespace {

struct Given {
  std::string value;
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
Task<Result<std::string>> elicitation_url(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask_to_open("page", "Sign in to the bank.", "https://bank.example/sign-in"));
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
  auto [named, greeted, listed] =
      co_await mcp::when_all(call.ask<Named>("user_name", "What is your name?"),
                             call.sample("greeting", question("Generate a greeting", 50)), call.roots("client_roots"));
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

// The model may call a tool of ours, and gets its result in the next round (2026-07-28, client/sampling, sampling with
// tools).
Task<Result<std::string>> sampling_with_tools(mcp::Call& call) {
  const json::Object tool{{"name", "get_weather"},
                          {"description", "Tell the weather of a city."},
                          {"inputSchema", {{"type", "object"}, {"properties", {{"city", {{"type", "string"}}}}}}}};
  mcp::Sampling sampling = question("What is the weather in Paris?", 100);
  sampling.more = {{"tools", json::Array{tool}}, {"toolChoice", {{"mode", "auto"}}}};
  CO_TRY(auto first, co_await call.sample("first", sampling));
  if (first.stop_reason != "toolUse") co_return "Without a tool: " + first.text;

  const json::Array* blocks = first.content.if_array();
  const json::Value& use = blocks && !blocks->empty() ? blocks->front() : first.content;
  const json::Value* id = json::find(use, "id");
  if (!id) co_return mcp::fail(mcp::Error::Kind::invalid, "The model uses a tool without an id.");
  const json::Object result{{"type", "tool_result"},
                            {"toolUseId", *id},
                            {"content", json::Array{json::Object{{"type", "text"}, {"text", "18 degrees, rain"}}}}};
  sampling.more["messages"] = json::Array{json::Object{{"role", "assistant"}, {"content", json::Array{use}}},
                                          json::Object{{"role", "user"}, {"content", json::Array{result}}}};
  CO_TRY(auto second, co_await call.sample("second", sampling));
  co_return "With a tool: " + second.text;
}

}  // namespace

void add_questions(mcp::App& app) {
  app.tool("test_sampling", "Asks the client's model.", sampling);
  app.tool("test_sampling_with_tools", "Asks the client's model, and lends it a tool.", sampling_with_tools);
  app.tool("test_elicitation", "Asks the user.", elicitation);
  app.tool("test_elicitation_url", "Sends the user to a page.", elicitation_url);
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
}

}  // namespace everything
