// The endpoint's part for tasks: calls that are answered with one, and what is asked about it (extension
// io.modelcontextprotocol/tasks from 2026-07-28 on; 2025-11-25, basic/utilities/tasks).
#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/mcp/endpoint.hpp"
#include "postern/mcp/transport/refusal.hpp"
#include "postern/mcp/transport/reply_stream.hpp"
#include "postern/mcp/transport/task_result_stream.hpp"

namespace postern::mcp {

namespace {

http::Response no_such_task(const rpc::Id& id) {
  return refusal(200, id, {rpc::ErrorCode::invalid_params, "There is no such task, or it has expired."});
}
// 2025-11-25, basic/utilities/tasks, task cancellation.
http::Response over_already(const rpc::Id& id) {
  return refusal(200, id, {rpc::ErrorCode::invalid_params, "The task is over already."});
}
http::Response unavailable(const rpc::Id& id) {
  return refusal(200, id, {rpc::ErrorCode::internal_error, "Try again in a moment."});
}

// {"result"} or {"error"}, as TaskRecord keeps an answer.
json::Object answer_of(const rpc::Response& response) {
  return {{response.is_error ? "error" : "result", response.outcome}};
}

}  // namespace

// Null: the call is not to be one, or no longer needs to. If it is only that there can be no more of them, it goes on
// as one of any other tool.
Task<std::optional<Endpoint::Answer>> Endpoint::try_task(std::unique_ptr<PendingRequest>& request,
                                                         const Exchange& exchange) {
  const TaskOffer offer = request->task_offer();
  const bool at_once = offer.when == TaskOffer::When::at_once;
  if (!at_once) {
    if (!exchange.accepted.json) co_return std::nullopt;
    co_await race(request->end(), ports_.clock.sleep_for(options_.task_after));
    if (request->has_ended()) co_return std::nullopt;
  }
  const rpc::Id id = request->context().id;
  auto record = co_await tasks_.create(exchange.caller, offer.ttl,
                                       exchange.session ? std::optional{exchange.session->key} : std::nullopt);
  if (!record && !at_once) co_return std::nullopt;
  if (!record) co_return refusal(200, id, {rpc::ErrorCode::internal_error, std::move(record).error().message});
  if (!at_once && request->has_ended()) {  // while its record was written: nobody has heard of that
    co_await tasks_.forget(exchange.caller, *std::move(record));
    co_return std::nullopt;
  }

  const json::Object task = record->describe(exchange.revision);
  const std::string result = exchange.session
                                 ? json::serialize(json::Object{{"task", task}})
                                 : finish_result(json::serialize(task), result_end(app_, exchange.revision, "task"));
  http::Response response = http::Response::json(200, rpc::result_reply(id, result));
  request->become_task();
  if (co_await this_strand()) {
    response.after = tasks_.run(std::move(request), exchange.caller, *std::move(record));
  } else {
    tasks_.start(std::move(request), exchange.caller, *std::move(record));
  }
  co_return response;
}

Task<Endpoint::Answer> Endpoint::answer_about_task(rpc::Request message, Exchange exchange) {
  using Method = Task<Answer> (Endpoint::*)(rpc::Request message, Exchange exchange);
  struct Row {
    std::string_view name;
    Method modern;
    Method legacy;
  };
  static constexpr Row rows[] = {{"tasks/get", &Endpoint::tell_task, &Endpoint::tell_task},
                                 {"tasks/cancel", &Endpoint::cancel_task, &Endpoint::cancel_task},
                                 {"tasks/update", &Endpoint::update_task, nullptr},
                                 {"tasks/result", nullptr, &Endpoint::await_task},
                                 {"tasks/list", nullptr, &Endpoint::list_tasks}};
  const RevisionRules& rules = rules_of(exchange.revision);
  Method method = nullptr;
  for (const Row& row : rows) {
    if (row.name == message.method) method = rules.sessions ? row.legacy : row.modern;
  }
  if (!method || (rules.sessions && !rules.task_requests)) {
    co_return refusal(rules.sessions ? 200 : 404, message.id, {rpc::ErrorCode::method_not_found, "Method not found."});
  }
  if (!exchange.caller) co_return std::unexpected(Denied{});
  if (!rules.sessions && !exchange.client.tasks) co_return refusal(400, message.id, missing_tasks_capability());
  if (message.method != "tasks/list" && !json::find_string(message.params, "taskId")) {
    co_return refusal(200, message.id, {rpc::ErrorCode::invalid_params, "params.taskId must be there."});
  }
  co_return co_await (this->*method)(std::move(message), exchange);
}

Task<Endpoint::Answer> Endpoint::tell_task(rpc::Request message, Exchange exchange) {
  auto task = co_await tasks_.find(exchange.caller, std::string{*json::find_string(message.params, "taskId")});
  if (!task) co_return unavailable(message.id);
  if (!*task) co_return no_such_task(message.id);
  auto text = co_await tasks_.describe(exchange.caller, **std::move(task), exchange.revision);
  if (!text) co_return unavailable(message.id);
  co_return http::Response::json(
      200, rpc::result_reply(message.id, finish_result(*std::move(text), catalog_.result_end(exchange.revision))));
}

// A result without members of its own.
http::Response Endpoint::acknowledge(const rpc::Id& id, Revision revision) const {
  return http::Response::json(200, rpc::result_reply(id, concat("{", catalog_.result_end(revision).substr(1))));
}

Task<Endpoint::Answer> Endpoint::update_task(rpc::Request message, Exchange exchange) {
  const json::Value* responses = json::find(message.params, "inputResponses");
  if (!responses || !responses->is_object()) {
    co_return refusal(200, message.id, {rpc::ErrorCode::invalid_params, "params.inputResponses must be an object."});
  }
  Tasks::Answers answers;
  for (const auto& [key, response] : responses->as_object()) answers[std::string{key}] = {{"result", response}};
  const auto task = co_await tasks_.answer(exchange.caller, std::string{*json::find_string(message.params, "taskId")},
                                           std::move(answers));
  if (!task) co_return unavailable(message.id);
  co_return *task ? acknowledge(message.id, exchange.revision) : no_such_task(message.id);
}

Task<Endpoint::Answer> Endpoint::cancel_task(rpc::Request message, Exchange exchange) {
  const std::string id{*json::find_string(message.params, "taskId")};
  if (exchange.session) {
    const auto before = co_await tasks_.find(exchange.caller, id);
    if (before && *before && is_final((*before)->status)) co_return over_already(message.id);
  }
  const auto task = co_await tasks_.cancel(exchange.caller, id);
  if (!task) co_return unavailable(message.id);
  if (!*task) co_return no_such_task(message.id);
  if (!exchange.session) co_return acknowledge(message.id, exchange.revision);
  if ((*task)->status != TaskStatus::cancelled) co_return over_already(message.id);  // in the meantime
  co_return http::Response::json(200,
                                 rpc::result_reply(message.id, json::serialize((*task)->describe(exchange.revision))));
}

Task<Endpoint::Answer> Endpoint::list_tasks(rpc::Request message, Exchange exchange) {
  constexpr std::size_t tasks_per_page = 20;
  const json::Value* cursor = json::find(message.params, "cursor");
  std::string after{json::find_string(message.params, "cursor").value_or("")};
  if (cursor && !Tasks::is_id(after)) {
    co_return refusal(200, message.id, {rpc::ErrorCode::invalid_params, "The cursor is not one of this list."});
  }
  const auto records = co_await tasks_.list(exchange.caller, std::move(after), tasks_per_page);
  if (!records) co_return unavailable(message.id);
  json::Array tasks;
  for (const TaskRecord& record : *records) tasks.push_back(record.describe(exchange.revision));
  json::Object result{{"tasks", std::move(tasks)}};
  if (records->size() == tasks_per_page) result.emplace("nextCursor", records->back().id);
  co_return http::Response::json(200, rpc::result_reply(message.id, json::serialize(result)));
}

// Until the task is over: on a stream, on which its questions can be asked (2025-11-25, basic/utilities/tasks, result
// retrieval and input required status).
Task<Endpoint::Answer> Endpoint::await_task(rpc::Request message, Exchange exchange) {
  const std::string id{*json::find_string(message.params, "taskId")};
  const auto task = co_await tasks_.find(exchange.caller, id);
  if (!task) co_return unavailable(message.id);
  if (!*task) co_return no_such_task(message.id);
  if (!exchange.accepted.events) co_return http::Response::text(406, "Accept text/event-stream.\n");
  co_return event_stream(task_result_stream(std::move(message.id), exchange.caller, id, tasks_, ports_.clock));
}

// The answer to a question that was asked on such a stream.
Task<void> Endpoint::take_task_answer(const rpc::Response& response, const Caller& caller) {
  const auto question = read_task_question_id(response.id);
  if (!question) co_return;
  Tasks::Answers answers;
  answers[question->key] = answer_of(response);
  // If the store cannot take it now, the client asks again for the result, and is asked again.
  (void)co_await tasks_.answer(caller, question->task_id, std::move(answers));
}

}  // namespace postern::mcp
