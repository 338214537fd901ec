#include "postern/mcp/transport/task_result_stream.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/http/sse.hpp"
#include "postern/json/writer.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view question_prefix = "task/";
constexpr std::string_view related_key = "io.modelcontextprotocol/related-task";

class TaskResultStream final : public http::BodyStream {
 public:
  TaskResultStream(rpc::Id id, Caller caller, std::string task_id, Tasks& tasks, Clock& clock)
      : id_(std::move(id)),
        caller_(std::move(caller)),
        task_id_(std::move(task_id)),
        tasks_(tasks),
        clock_(clock),
        ends_at_(std::min<TimePoint>(clock.now() + limits::stream_lifetime_max, caller_->authorized_until)) {}

  Task<std::optional<std::string>> next() override {
    if (done_) co_return std::nullopt;
    const TimePoint began = clock_.now();
    while (true) {
      std::string events = co_await look();
      if (!events.empty()) co_return events;
      if (clock_.now() >= ends_at_) {
        co_return end(rpc::error_reply(
            id_, {rpc::ErrorCode::internal_error, "The task is not over yet. Ask for its result again."}));
      }
      if (clock_.now() - began >= limits::stream_keep_alive) co_return std::string{http::sse_keep_alive};
      co_await tasks_.change();
    }
  }

 private:
  // What there is to say now.
  Task<std::string> look() {
    auto task = co_await tasks_.find(caller_, task_id_);
    if (!task) co_return "";  // the store may be back at the next look
    if (!*task) {
      co_return end(rpc::error_reply(id_, {rpc::ErrorCode::invalid_params, "The task has expired."}));
    }
    if (is_final((*task)->status)) {
      const bool completed = (*task)->status == TaskStatus::completed;
      const auto outcome = co_await tasks_.outcome(caller_, **std::move(task));
      if (!outcome) co_return "";
      co_return end(completed ? rpc::result_reply(id_, with_related_task(*outcome))
                              : rpc::error_reply_of(id_, *outcome));
    }
    std::string events;
    for (const auto& [key, text] : (*task)->questions) {
      if (asked_.contains(key)) continue;
      const auto question = co_await tasks_.question(caller_, task_id_, text);
      if (!question) break;  // as above
      asked_.insert(key);
      events += http::serialize({.data = write_question(key, *question)});
    }
    co_return events;
  }

  std::string end(std::string reply) {
    done_ = true;
    return http::serialize({.data = std::move(reply)});
  }

  // All that belongs to a task says to which (associating task-related messages).
  [[nodiscard]] json::Object related_task() const { return {{related_key, {{"taskId", task_id_}}}}; }
  [[nodiscard]] std::string with_related_task(std::string_view outcome) const {
    // Our own text: the limits for what strangers send do not count.
    auto parsed = json::parse(outcome, {.values_max = outcome.size(), .keys_per_object_max = outcome.size()});
    if (!parsed) return std::string{outcome};
    json::Object& result = parsed->as_object();
    json::Value& meta = result["_meta"];
    if (!meta.is_object()) meta.emplace_object();
    for (const auto& [name, value] : related_task()) meta.as_object()[name] = value;
    return json::serialize(result);
  }
  [[nodiscard]] std::string write_question(std::string_view key, const json::Object& question) const {
    json::Object params = question.at("params").as_object();
    params["_meta"] = related_task();
    return json::serialize(json::Object{{"jsonrpc", "2.0"},
                                        {"id", concat(question_prefix, task_id_, "/", key)},
                                        {"method", question.at("method")},
                                        {"params", std::move(params)}});
  }

  const rpc::Id id_;
  const Caller caller_;
  const std::string task_id_;
  Tasks& tasks_;
  Clock& clock_;
  const TimePoint ends_at_;
  std::set<std::string> asked_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<http::BodyStream> task_result_stream(rpc::Id id, Caller caller, std::string task_id, Tasks& tasks,
                                                     Clock& clock) {
  return std::make_unique<TaskResultStream>(std::move(id), std::move(caller), std::move(task_id), tasks, clock);
}

std::optional<TaskQuestionId> read_task_question_id(const rpc::Id& id) {
  const auto value = json::parse(id.text());
  if (!value || !value->is_string()) return std::nullopt;
  const std::string_view text = value->as_string();
  if (!text.starts_with(question_prefix)) return std::nullopt;
  const std::string_view rest = text.substr(question_prefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return TaskQuestionId{std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
}

}  // namespace postern::mcp
