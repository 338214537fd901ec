// A request that runs one of the app's functions, from its first step to its reply: `tools/call`, `prompts/get`,
// `resources/read`, `completion/complete`.
//
//   auto started = start(std::move(context), params);              // app_methods.hpp: checked, up to its first wait
//   auto& request = *std::get<std::unique_ptr<PendingRequest>>(started);
//   while (!request.over()) {
//     co_await request.news();
//     while (auto message = request.take_message()) send(*message);  // notifications, and requests to the client
//   }
//   if (request.reply()) send(*request.reply());                     // nullopt if it was cancelled
//
// Destroying it cancels its function. Nothing of it reaches any stream but its own (security.md threat 28).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/task.hpp"
#include "postern/base/utf8.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/methods/call_context.hpp"
#include "postern/mcp/methods/input_state.hpp"
#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class PendingRequest final : private ClientLink {
 public:
  // What belongs to the method. `name` is the tool's, the prompt's, or the resource's URI.
  struct Kind {
    std::string_view method;
    bool is_logged = true;  // as a call (call_log.hpp)
    bool may_ask = true;    // 2026-07-28, basic/patterns/mrtr, supported requests
    MethodOutcome (*on_error)(Error error, std::string_view name, const CallContext& context);
  };

  PendingRequest(CallContext context, const Kind& kind, std::string name, const json::Object& params, InputState input);
  PendingRequest(const PendingRequest&) = delete;
  PendingRequest& operator=(const PendingRequest&) = delete;
  // Whoever destroys it does not wait for it any more.
  ~PendingRequest() override {
    if (has_started_) note_end(CallOutcome::cancelled);
  }

  [[nodiscard]] Call& call() { return call_; }
  [[nodiscard]] const Call& call() const { return call_; }
  [[nodiscard]] const CallContext& context() const { return context_; }
  // It may change something: it runs once it is written down. Before start().
  void log_change(const json::Value& arguments);
  // `write(value, request)` turns what the function hands back into the result's JSON, without what finish_result()
  // adds.
  template <class Value, class Write>
  void start(Task<Result<Value>> task, Write write) {
    run(convert(std::move(task), write, *this));
  }
  // Ends it as an error of its function would, without running anything. The call log has it as `outcome`.
  void fail(Error error, CallOutcome outcome = CallOutcome::tool_error) {
    if (ended_ == CallOutcome::ok) ended_ = outcome;
    if (is_task_) task_message_ = utf8_prefix(error.message, task_message_bytes_max);
    finish(kind_.on_error(std::move(error), name_, context_));
  }
  // End it with an error, or with no reply at all. The function's coroutine is destroyed.
  void time_out();
  void cancel();
  // Until it is over or has to ask, whatever it says meanwhile.
  [[nodiscard]] Task<void> end();

  [[nodiscard]] const TaskOffer& task_offer() const { return task_offer_; }
  void offer_task(TaskOffer offer) { task_offer_ = offer; }
  // From here on nobody listens: what it reports becomes a message for who asks, its questions wait for answer(), and
  // it ends with an outcome instead of a reply.
  void become_task();
  static constexpr std::size_t task_message_bytes_max = 4'096;
  [[nodiscard]] const std::string& task_message() const { return task_message_; }
  [[nodiscard]] std::map<std::string, json::Object> task_questions() const;
  [[nodiscard]] const MethodOutcome& task_outcome() const { return *outcome_; }
  // Its outcome is a result that says that the tool failed.
  [[nodiscard]] bool task_failed() const { return *outcome_ && ended_ != CallOutcome::ok; }
  // Until it is over, asks something, or somebody wants attention.
  [[nodiscard]] Task<void> task_news();
  void poke();

  // The client's reply to one of our requests (revisions with sessions). One that nobody waits for is dropped.
  void answer(std::string_view request_id, Result<json::Value> result);

  [[nodiscard]] std::string_view name() const { return name_; }
  // When it is to be stopped, whatever it does: its caller's token ends then, or it has had its time.
  [[nodiscard]] TimePoint ends_at() const { return ends_at_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool has_messages() const { return !messages_.empty(); }
  // Whether it is over now, or at a question that ends it, and whether there is something to send as well. Not from
  // inside of the function's own steps: they may end the request.
  [[nodiscard]] bool has_ended();
  [[nodiscard]] bool has_news() { return has_ended() || has_messages(); }
  // Until there are news. Ends outside of the function's own steps, so that whoever waits may destroy the request.
  [[nodiscard]] Task<void> news();

  [[nodiscard]] std::optional<std::string> take_message();
  [[nodiscard]] const std::optional<std::string>& reply() const { return reply_; }
  [[nodiscard]] std::string take_reply() { return *std::exchange(reply_, std::nullopt); }
  [[nodiscard]] int http_status() const { return http_status_; }

 private:
  struct Question;
  using Questions = std::map<std::string, Question*, std::less<>>;
  // A request of ours that the client has not answered yet, for as long as the function waits for that. One that it
  // drops, as in race(call.ask(...), clock.sleep_for(...)), is taken back.
  struct Question {
    Question(PendingRequest& request, std::string id, json::Object input);
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question();

    PendingRequest& of;
    const Questions::iterator place;
    const json::Object asked;  // an InputRequest, of a task
    std::optional<Result<json::Value>> result{};
    WaitList answered{};
  };

  void progress(double done, std::optional<double> total, std::string_view message) override;
  void log(Severity severity, std::string_view logger, const json::Value& data) override;
  void set_meta(std::string_view name, json::Value value) override { meta_[name] = std::move(value); }
  [[nodiscard]] Task<void> resource_updated(std::string uri) override;
  [[nodiscard]] Task<Result<json::Value>> request(std::string key, InputRequest request) override;
  [[nodiscard]] const ClientCapabilities& capabilities() const override { return context_.client; }

  template <class Value, class Write>
  static Task<void> convert(Task<Result<Value>> task, Write write, PendingRequest& request) {
    Result<Value> value = co_await std::move(task);
    if constexpr (requires { value->is_error; })
      if (value && value->is_error) request.ended_ = CallOutcome::tool_error;
    request.result_ = std::move(value).transform([&](const Value& it) { return write(it, request); });
  }
  void run(Task<void> task);
  [[nodiscard]] Task<void> run_once_logged(Task<void> task);
  [[nodiscard]] LoggedCall logged_call() const;
  void note_end(CallOutcome outcome);
  void on_done(std::exception_ptr failure);
  void finish(MethodOutcome outcome);
  void settle(std::optional<std::string> reply, CallOutcome outcome);
  [[nodiscard]] Task<Result<json::Value>> ask_on_stream(InputRequest request);
  [[nodiscard]] Task<Result<json::Value>> ask_in_task(std::string key, InputRequest request);
  [[nodiscard]] bool wants_to_stop() const { return !over_ && (!missing_.empty() || !asked_.empty()); }
  void stop();
  void push(std::string message);

  CallContext context_;  // without the caller, who is the Call's
  const Kind& kind_;
  const std::string name_;
  const std::optional<std::string> progress_token_;  // JSON text; null: the client does not want to know
  const TimePoint began_at_;
  const TimePoint ends_at_;
  Call call_;
  CallLog* log_;  // null: this call is not logged, or its end has been
  std::optional<CallChange> change_;
  bool has_started_ = false;
  CallOutcome ended_ = CallOutcome::ok;  // but for errors of the protocol
  InputState input_;
  json::Object asked_;    // InputRequests that this run came to
  json::Object missing_;  // ClientCapabilities that it would have taken
  Questions questions_;
  int questions_asked_ = 0;
  std::deque<std::string> messages_;
  std::size_t queued_bytes_ = 0;
  std::optional<double> last_progress_;
  TaskOffer task_offer_;
  bool is_task_ = false;
  bool has_task_news_ = false;
  std::string task_message_;
  std::optional<MethodOutcome> outcome_;
  json::Object meta_;  // of the result, besides what every result has
  std::optional<Result<std::string>> result_;
  std::optional<std::string> reply_;
  int http_status_ = 200;
  bool over_ = false;
  WaitList changed_;
  Job job_;  // last: it uses all the others
};

using CallStart = std::variant<std::unique_ptr<PendingRequest>, rpc::Error, Denied>;

}  // namespace postern::mcp
