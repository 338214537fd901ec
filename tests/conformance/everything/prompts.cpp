// Prompts.
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/everything/media.hpp"

namespace everything {

namespace {

struct Context {
  std::string context;
};
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

void add_prompts(mcp::App& app) {
  app.prompt("test_simple_prompt", "Without arguments.", simple_prompt);
  app.prompt("test_prompt_with_arguments", "With arguments.", prompt_with_arguments).complete("arg1", complete_arg1);
  app.prompt("test_prompt_with_embedded_resource", "With a resource.", prompt_with_resource);
  app.prompt("test_prompt_with_image", "With an image.", prompt_with_image);
  app.prompt("test_input_required_result_prompt", "Asks the user.", asking_prompt);
}

}  // namespace everything
