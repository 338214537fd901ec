// Tool calls that go on after they were answered, and what their callers ask about them.
//
//   CO_TRY(auto record, co_await tasks.create(caller, ttl, session));   // durable before the client hears of it
//   response.after = tasks.run(std::move(request), caller, record);     // where a host ties work to its request
//   tasks.start(std::move(request), caller, record);                    // elsewhere: on the loop that began it
//
//   CO_TRY(auto task, co_await tasks.find(caller, id));                 // on any loop or instance
//   CO_TRY(auto ended, co_await tasks.cancel(caller, id));
//   CO_TRY(auto answered, co_await tasks.answer(caller, id, answers));
//
// A task belongs to an account and the client that it was called through: to anybody else it is not there. The record
// is always true, on every instance: who runs the call renews it every few seconds, so that a task whose server was
// stopped becomes a failed one, with a message that says so, and never stays "working". What is written while it runs
// (a cancellation, an answer) reaches it over the bus, or when it renews the record. That a task has changed is told on
// the bus, too, for the streams of those whose it is.
//
// It runs for as long as its client comes back with a good token: it stops a minute after the last one has ended
// (security.md threat 43), or when its ttl is over.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/mcp/methods/pending_request.hpp"
#include "postern/mcp/tasks/task_record.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

class Tasks {
 public:
  using Answers = std::map<std::string, json::Object>;  // by the question's key: {"result": ...} or {"error": ...}

  explicit Tasks(const Ports& ports);
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  // `session` is TaskRecord's. Error::Kind::limited if the owner has too many. `caller` lives until the task ends.
  [[nodiscard]] Task<Result<TaskRecord>> create(const Caller& caller, std::optional<Duration> ttl,
                                                std::optional<std::string> session);
  // Takes back what was created, if the call needs no task after all.
  [[nodiscard]] Task<void> forget(Caller caller, TaskRecord record);
  // Ends when the call does, and leaves its outcome in the Store. Dropping it cancels the call, which has become a
  // task.
  [[nodiscard]] Task<void> run(std::unique_ptr<PendingRequest> request, const Caller& caller, TaskRecord record);
  // The same, in the background of this loop.
  void start(std::unique_ptr<PendingRequest> request, const Caller& caller, TaskRecord record);

  // Whether it looks like a task's.
  [[nodiscard]] static bool is_id(std::string_view id);

  // Nullopt: there is no such task for this caller. Notes that the caller was here.
  [[nodiscard]] Task<Result<std::optional<TaskRecord>>> find(Caller caller, std::string id);
  // Those of the caller, in the order of their ids, after the id `after`.
  [[nodiscard]] Task<Result<std::vector<TaskRecord>>> list(Caller caller, std::string after, std::size_t count);
  // As its client is told of it now, as JSON text: with its questions or its outcome from 2026-07-28 on, where there
  // are some (extension io.modelcontextprotocol/tasks, DetailedTask).
  [[nodiscard]] Task<Result<std::string>> describe(Caller caller, TaskRecord record, Revision revision);
  // An InputRequest, as the record names it.
  [[nodiscard]] Task<Result<json::Object>> question(Caller caller, std::string id, TaskRecord::Text text);
  // The result, or the error object, as JSON text: of a task that is completed or failed.
  [[nodiscard]] Task<Result<std::string>> outcome(Caller caller, TaskRecord record);
  // What it is after that. A final one stays what it was.
  [[nodiscard]] Task<Result<std::optional<TaskRecord>>> cancel(Caller caller, std::string id);
  // Answers to what was not asked, or is answered already, are passed over.
  [[nodiscard]] Task<Result<std::optional<TaskRecord>>> answer(Caller caller, std::string id, Answers answers);

  // Until some task changes on this instance, or it is time to look at the Store again.
  [[nodiscard]] Task<void> change();
  // Hears which task has become another for its client: in state, message, questions or outcome. `key` is its session,
  // or its account if it has none.
  [[nodiscard]] static std::unique_ptr<Bus::Subscription> on_changed(
      Bus& bus, std::function<void(std::string_view key, std::string_view id)> listener);

 private:
  class Work;

  // Says whether the record is another now.
  using Change = bool (*)(TaskRecord& record, const TaskRecord::Texts& answers);
  [[nodiscard]] Task<Result<std::optional<TaskRecord>>> modify(Caller caller, std::string id, TaskRecord::Texts answers,
                                                               Change change);
  [[nodiscard]] Task<Result<TaskRecord::Text>> write_text(std::string owner, std::string id, json::Object content,
                                                          TimePoint expires_at) const;
  [[nodiscard]] Task<Result<json::Object>> read_text(std::string owner, std::string id, TaskRecord::Text text) const;
  [[nodiscard]] Task<void> tell_watchers(const TaskRecord& record, const std::string& account) const;
  [[nodiscard]] Task<void> wait_for_change();
  [[nodiscard]] std::string owner_of(const Caller& caller) const;

  const Ports& ports_;
  std::unordered_map<std::string, PendingRequest*> running_;  // by task id
  WaitList changes_;
  std::unique_ptr<Bus::Subscription> written_;
  std::unique_ptr<Bus::Subscription> changed_;
  std::list<Job> background_;  // last: it uses all the others
};

}  // namespace postern::mcp
