#include "postern/mcp/methods/pending_request.hpp"

#include <algorithm>
#include <cmath>
#include <coroutine>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/json/writer.hpp"
#include "postern/mcp/methods/resource_updates.hpp"
#include "postern/ports/random.hpp"

namespace postern::mcp {

namespace {

std::optional<std::string> progress_token_of(const json::Object& params) {
  const json::Value* meta = json::find(params, "_meta");
  const json::Value* token = meta ? json::find(*meta, "progressToken") : nullptr;
  return token ? rpc::scalar_text(*token) : std::nullopt;
}

// What is not the protocol's own, nor in the arena of the message.
json::Object meta_of(const json::Object& params) {
  json::Object own;
  const json::Value* meta = json::find(params, "_meta");
  if (!meta || !meta->is_object()) return own;
  for (const auto& [name, value] : meta->as_object()) {
    if (name != "progressToken" && !name.starts_with("io.modelcontextprotocol/")) own[name] = value;
  }
  return own;
}

TimePoint end_of(const CallContext& context, TimePoint began_at) {
  const TimePoint latest = began_at + limits::stream_lifetime_max;
  return context.caller ? std::min(latest, context.caller->authorized_until) : latest;
}

std::string what_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

PendingRequest::Question::Question(PendingRequest& request, std::string id, json::Object input)
    : of(request), place(request.questions_.emplace(std::move(id), this).first), asked(std::move(input)) {}

// The client need not answer any more (2025-11-25, basic/utilities/cancellation). Of a task, the record says so.
PendingRequest::Question::~Question() {
  const std::string id = place->first;
  of.questions_.erase(place);
  if (result || of.over_) return;
  if (of.is_task_) {
    of.poke();
  } else {
    of.push(rpc::notification("notifications/cancelled", {{"requestId", id}}));
  }
}

PendingRequest::PendingRequest(CallContext context, const Kind& kind, std::string name, const json::Object& params,
                               InputState input)
    : context_(std::move(context)),
      kind_(kind),
      name_(std::move(name)),
      progress_token_(progress_token_of(params)),
      began_at_(context_.ports.clock.now()),
      ends_at_(end_of(context_, began_at_)),
      call_(std::move(context_.caller), context_.upstreams, context_.ports.clock, *this, meta_of(params)),
      log_(kind.is_logged && call_.caller() ? context_.call_log : nullptr),
      input_(std::move(input)) {}

void PendingRequest::log_change(const json::Value& arguments) {
  if (log_) change_ = log_->identify(name_, arguments);
}

LoggedCall PendingRequest::logged_call() const {
  return {.caller = call_.shared_caller(),
          .method = kind_.method,
          .name = name_,
          .began_at = began_at_,
          .request_id = context_.request_id,
          .change = change_ ? &*change_ : nullptr};
}

// Once, whatever ends it first.
void PendingRequest::note_end(CallOutcome outcome) {
  if (CallLog* const log = std::exchange(log_, nullptr)) log->end(logged_call(), outcome);
}

// What cannot be logged is not done. Refusing it afterwards would only make the client do it twice.
Task<void> PendingRequest::run_once_logged(Task<void> task) {
  if (const auto logged = co_await log_->begin(logged_call()); !logged) {
    ended_ = CallOutcome::not_run;
    result_ =
        postern::fail(Error::Kind::unavailable,
                      "Nothing was done, because the server cannot write its audit log now. Try again in a moment.");
    co_return;
  }
  co_await std::move(task);
}

void PendingRequest::run(Task<void> task) {
  has_started_ = true;
  if (change_) task = run_once_logged(std::move(task));
  job_ = Job::prepare(
      std::move(task), [this](std::exception_ptr failure) { on_done(std::move(failure)); }, context_.strand);
  job_.resume();
  if (wants_to_stop()) stop();
}

void PendingRequest::on_done(std::exception_ptr failure) {
  if (failure) {
    context_.ports.log.write(LogLevel::error, "call.threw",
                             {{"request", context_.request_id},
                              {"method", kind_.method},
                              {"name", name_},
                              {"what", std::string_view{what_of(failure)}}});
    fail({Error::Kind::internal,
          "Internal error. The server's log has more, under request " + context_.request_id + "."});
  } else if (*result_) {
    finish(**std::move(result_));
  } else {
    fail(std::move(*result_).error());
  }
}

void PendingRequest::finish(MethodOutcome outcome) {
  const CallOutcome ended = outcome || ended_ == CallOutcome::not_run ? ended_ : CallOutcome::error;
  if (is_task_) {
    if (outcome && !meta_.empty()) outcome = finish_result(*std::move(outcome), add_meta("}", meta_));
    outcome_ = std::move(outcome);
    return settle(std::nullopt, ended);
  }
  const std::string own_end = meta_.empty() ? std::string{} : add_meta(context_.result_end, meta_);
  const std::string_view end = meta_.empty() ? context_.result_end : own_end;
  settle(outcome ? rpc::result_reply(context_.id, finish_result(*std::move(outcome), end))
                 : rpc::error_reply(context_.id, outcome.error()),
         ended);
}

// The function's questions go with it (2025-11-25, basic/lifecycle, timeouts).
void PendingRequest::time_out() {
  job_.cancel();
  settle(rpc::error_reply(context_.id, {rpc::ErrorCode::internal_error, "The call took too long and was stopped."}),
         CallOutcome::timed_out);
}

void PendingRequest::cancel() {
  job_.cancel();
  messages_.clear();
  settle(std::nullopt, CallOutcome::cancelled);
}

// Ends a call that cannot go on in this request: it has to ask, or may not (2026-07-28, basic/patterns/mrtr, and
// basic/index, capability negotiation).
void PendingRequest::stop() {
  job_.cancel();
  if (!missing_.empty()) {
    http_status_ = 400;
    return settle(rpc::error_reply(context_.id, {rpc::ErrorCode::missing_client_capability,
                                                 "This needs a client that can do more: see requiredCapabilities.",
                                                 json::Object{{"requiredCapabilities", std::move(missing_)}}}),
                  CallOutcome::error);
  }
  json::Object result{{"inputRequests", std::move(asked_)}, {"requestState", input_.seal(context_)}};
  asked_.clear();
  settle(rpc::result_reply(context_.id, finish_result(json::serialize(result),
                                                      result_end(context_.app, context_.revision, "input_required"))),
         CallOutcome::asked);
}

// Touches nothing after the wake: whoever waits may destroy this.
void PendingRequest::settle(std::optional<std::string> reply, CallOutcome outcome) {
  if (over_) return;
  over_ = true;
  note_end(outcome);
  reply_ = std::move(reply);
  changed_.wake_all();
}

bool PendingRequest::has_ended() {
  if (wants_to_stop()) stop();
  return over_;
}

Task<void> PendingRequest::news() {
  if (has_news()) co_return;
  while (!over_ && !wants_to_stop() && !has_messages()) co_await changed_.wait();
  // What wakes us may be the function itself, which must not be destroyed while it runs. The short wait brings us back
  // from the event loop, and lets what it says in one go travel together.
  if (!over_) co_await context_.ports.clock.sleep_for(std::chrono::milliseconds{1});
  if (wants_to_stop()) stop();
}

Task<void> PendingRequest::end() {
  while (!over_ && !wants_to_stop()) co_await changed_.wait();
  if (!over_) co_await context_.ports.clock.sleep_for(std::chrono::milliseconds{1});  // as in news()
  if (wants_to_stop()) stop();
}

void PendingRequest::become_task() {
  is_task_ = true;
  messages_.clear();
  queued_bytes_ = 0;
}

std::map<std::string, json::Object> PendingRequest::task_questions() const {
  std::map<std::string, json::Object> questions;
  for (const auto& [key, question] : questions_) {
    if (!question->result) questions[key] = question->asked;
  }
  return questions;
}

Task<void> PendingRequest::task_news() {
  while (!over_ && !has_task_news_) co_await changed_.wait();
  has_task_news_ = false;
  if (!over_) co_await context_.ports.clock.sleep_for(std::chrono::milliseconds{1});  // as in news()
}

void PendingRequest::poke() {
  has_task_news_ = true;
  changed_.wake_all();
}

std::optional<std::string> PendingRequest::take_message() {
  if (messages_.empty()) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  queued_bytes_ -= message.size();
  return message;
}

// A reader that is too slow loses notifications, never the result.
void PendingRequest::push(std::string message) {
  if (over_ || is_task_ || queued_bytes_ + message.size() > limits::stream_queue_bytes_max) return;
  queued_bytes_ += message.size();
  messages_.push_back(std::move(message));
  changed_.wake_all();
}

void PendingRequest::progress(double done, std::optional<double> total, std::string_view message) {
  if (is_task_) {
    if (!message.empty()) task_message_ = utf8_prefix(message, task_message_bytes_max);
    return;
  }
  const bool more = !last_progress_ || done > *last_progress_;
  if (!progress_token_ || !std::isfinite(done) || !more) return;
  last_progress_ = done;

  std::string text = R"({"jsonrpc":"2.0","method":"notifications/progress","params":)";
  json::ObjectWriter params{text};
  params.member("progressToken") += *progress_token_;
  json::append(params.member("progress"), done);
  if (total && std::isfinite(*total)) json::append(params.member("total"), *total);
  if (!message.empty()) json::append(params.member("message"), message);
  params.end();
  push(std::move(text += '}'));
}

void PendingRequest::log(Severity severity, std::string_view logger, const json::Value& data) {
  if (!context_.log_from || severity < *context_.log_from) return;
  json::Object params{{"level", to_string(severity)}, {"data", data}};
  if (!logger.empty()) params.emplace("logger", logger);
  push(rpc::notification("notifications/message", params));
}

Task<void> PendingRequest::resource_updated(std::string uri) {
  co_await publish_resource_update(context_.ports, call_.caller(), std::move(uri));
}

Task<Result<json::Value>> PendingRequest::request(std::string key, InputRequest request) {
  if (!kind_.may_ask) {
    co_return postern::fail(Error::Kind::forbidden, concat("Nothing can be asked in ", kind_.method, "."));
  }
  const bool sessions = rules_of(context_.revision).sessions;
  // A page has an id up to 2025-11-25, unique within the server (schema, ElicitRequestURLParams). Either era may be
  // told of a task.
  if ((sessions || is_task_) && json::find_string(request.params, "mode") == "url") {
    request.params["elicitationId"] = random_id(context_.ports.random);
  }
  if (is_task_) co_return co_await ask_in_task(std::move(key), std::move(request));
  if (sessions && (!request.declared || !context_.can_ask)) {
    co_return postern::fail(Error::Kind::forbidden,
                            concat("This needs a client that can answer ", request.method, ", on a stream of events."));
  }
  if (sessions) co_return co_await ask_on_stream(std::move(request));

  const json::Value* answer = input_.find(key);
  if (answer && request.check(*answer)) {
    input_.use(key);
    co_return *answer;
  }
  if (request.declared) {
    asked_[key] = json::Object{{"method", request.method}, {"params", std::move(request.params)}};
  } else {
    for (const auto& [name, capability] : request.needed) missing_[name] = capability;
  }
  changed_.wake_all();
  co_await std::suspend_always{};  // for good: stop() ends it
  co_return postern::fail(Error::Kind::internal, "");
}

// 2025-11-25, basic/transports, sending messages to the server: such requests come before the reply to what they belong
// to.
Task<Result<json::Value>> PendingRequest::ask_on_stream(InputRequest request) {
  Question question{*this, concat(context_.id.text(), "/", std::to_string(++questions_asked_)), {}};
  std::string message;
  json::ObjectWriter object{message};
  json::append(object.member("jsonrpc"), "2.0");
  json::append(object.member("id"), question.place->first);
  json::append(object.member("method"), request.method);
  object.member("params") += json::serialize(request.params);
  object.end();
  queued_bytes_ += message.size();  // past the limit, too: this one must not be lost
  messages_.push_back(std::move(message));
  changed_.wake_all();

  co_await question.answered.wait();
  if (*question.result) CO_TRY(request.check(**question.result));
  co_return *std::move(question.result);
}

// A key names one question in the whole life of a task (extension io.modelcontextprotocol/tasks, task update requests).
Task<Result<json::Value>> PendingRequest::ask_in_task(std::string key, InputRequest request) {
  if (!request.declared) {
    co_return postern::fail(Error::Kind::forbidden,
                            concat("This needs a client that can answer ", request.method, "."));
  }
  Question question{
      *this, concat(key, "-", ++questions_asked_), {{"method", request.method}, {"params", std::move(request.params)}}};
  poke();

  co_await question.answered.wait();
  if (*question.result) CO_TRY(request.check(**question.result));
  co_return *std::move(question.result);
}

// Touches nothing after the wake.
void PendingRequest::answer(std::string_view request_id, Result<json::Value> result) {
  const auto found = questions_.find(request_id);
  if (found == questions_.end() || found->second->result) return;
  found->second->result = std::move(result);
  found->second->answered.wake_all();
}

}  // namespace postern::mcp
