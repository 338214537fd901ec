// `completion/complete` (2026-07-28, server/utilities/completion).
#include <algorithm>

#include "postern/base/limits.hpp"
#include "postern/json/bind.hpp"
#include "postern/mcp/methods/app_methods.hpp"

namespace postern::mcp {

namespace {

struct CompleteParams {
  struct Reference {
    std::string type;
    std::optional<std::string> name;
    std::optional<std::string> uri;
  };
  struct Argument {
    std::string name;
    std::string value;
  };
  struct Context {
    std::map<std::string, std::string> arguments;
  };
  Reference ref;
  Argument argument;
  std::optional<Context> context;
};

struct Source {
  const Declaration* declaration;
  const Completers* completers;
};

std::optional<Source> find_source(const App& app, const CompleteParams::Reference& ref) {
  if (ref.type == "ref/prompt" && ref.name) {
    const Prompt* prompt = app.find_prompt(*ref.name);
    if (prompt) return Source{prompt, &prompt->completers};
  }
  if (ref.type == "ref/resource" && ref.uri) {
    const auto& resources = app.resources();
    const auto found =
        std::ranges::find(resources, *ref.uri, [](const Resource& resource) { return resource.uri.text(); });
    if (found != resources.end()) return Source{&*found, &found->completers};
  }
  return std::nullopt;
}

std::string write(const std::vector<std::string>& values, const PendingRequest&) {
  json::Array told;
  for (std::size_t i = 0; i < std::min(values.size(), limits::completions_max); ++i) told.emplace_back(values[i]);
  return json::serialize(json::Object{
      {"completion",
       {{"values", std::move(told)}, {"total", values.size()}, {"hasMore", values.size() > limits::completions_max}}}});
}

MethodOutcome on_error(Error error, std::string_view, const CallContext&) { return error_of(std::move(error)); }

constexpr PendingRequest::Kind kind{
    .method = "completion/complete", .is_logged = false, .may_ask = false, .on_error = on_error};

Task<Result<std::vector<std::string>>> nothing() { co_return std::vector<std::string>{}; }

}  // namespace

const Declaration* find_completed(const App& app, const json::Object& params) {
  const auto asked = json::decode<CompleteParams>(params);
  const auto source = asked ? find_source(app, asked->ref) : std::nullopt;
  return source ? source->declaration : nullptr;
}

CallStart start_complete(CallContext context, const json::Object& params) {
  auto asked = json::decode<CompleteParams>(params);
  if (!asked) return rpc::Error{rpc::ErrorCode::invalid_params, std::move(asked).error().message};
  const auto source = find_source(context.app, asked->ref);
  if (!source || !is_visible(*source->declaration, context.caller.get()))
    return rpc::Error{rpc::ErrorCode::invalid_params, "params.ref names no prompt or template of this server."};
  if (auto denied = check_access(*source->declaration, context.caller.get())) return *std::move(denied);

  auto request =
      std::make_unique<PendingRequest>(std::move(context), kind, source->declaration->name, params, InputState{});
  const auto completer = source->completers->find(asked->argument.name);
  Completion typed{.value = std::move(asked->argument.value),
                   .known = asked->context ? std::move(asked->context->arguments) : decltype(Completion::known){}};
  request->start(
      completer == source->completers->end() ? nothing() : completer->second(std::move(typed), request->call()), write);
  return request;
}

}  // namespace postern::mcp
