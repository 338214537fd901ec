#include "postern/mcp/tasks/tasks.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/ports/random.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view written_topic = "mcp.task.written";  // by somebody else than who runs it
constexpr std::string_view changed_topic = "mcp.task.changed";

std::string record_key(std::string_view owner, std::string_view id) { return concat("task/", owner, "/", id); }
std::string outcome_key(std::string_view owner, std::string_view id) {
  return concat("task_outcome/", owner, "/", id, "/");
}
std::string text_key(std::string_view owner, std::string_view id, std::string_view name) {
  return concat("task_text/", owner, "/", id, "/", name, "/");
}

// A text in pieces that fit the Store, before the record that says how many there are. Their numbers have one width, so
// that their order is that of the pieces.
std::string piece_key(std::string_view key, int part) { return concat(key, std::to_string(1000 + part)); }
Task<Result<int>> write_pieces(Store& store, std::string key, std::string text, TimePoint expires_at) {
  int parts = 0;
  for (std::size_t at = 0; at < text.size(); at += limits::store_value_bytes_max) {
    CO_TRY(co_await store.put(piece_key(key, parts++), text.substr(at, limits::store_value_bytes_max), expires_at));
  }
  co_return parts;
}
Task<Result<std::string>> read_pieces(Store& store, std::string key, int parts) {
  std::string text;
  for (int part = 0; part < parts; ++part) {
    CO_TRY(const auto entry, co_await store.get(piece_key(key, part)));
    if (!entry) co_return fail(Error::Kind::not_found, "The task has expired.");
    text += entry->value;
  }
  co_return text;
}

bool end(TaskRecord& record, TaskStatus status, std::string message) {
  record.status = status;
  record.message = std::move(message);
  record.questions.clear();
  record.answers.clear();
  record.outcome_parts = 0;
  return true;
}

// Nobody renews it any more.
bool end_if_abandoned(TaskRecord& record, TimePoint now) {
  return !is_final(record.status) && now >= record.runs_until &&
         end(record, TaskStatus::failed, "The server was stopped while it worked on this. Start it again.");
}

bool keep(TaskRecord&, const TaskRecord::Texts&) { return false; }
bool cancel_it(TaskRecord& record, const TaskRecord::Texts&) {
  return !is_final(record.status) && end(record, TaskStatus::cancelled, "The task was cancelled.");
}
bool give_answers(TaskRecord& record, const TaskRecord::Texts& answers) {
  bool changed = false;
  for (const auto& [key, answer] : answers) {
    if (record.questions.erase(key) == 0) continue;
    record.answers[key] = answer;
    changed = true;
  }
  if (changed && record.questions.empty()) record.status = TaskStatus::working;
  return changed;
}

}  // namespace

// A call under way, and what has to be written about it.
class Tasks::Work {
 public:
  Work(Tasks& tasks, std::unique_ptr<PendingRequest> request, std::string owner, TaskRecord record)
      : tasks_(tasks),
        request_(std::move(request)),
        owner_(std::move(owner)),
        record_(std::move(record)),
        stored_until_(record_.runs_until) {
    tasks_.running_[record_.id] = request_.get();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() { tasks_.running_.erase(record_.id); }

  static Task<void> run(std::unique_ptr<Work> self) {
    Clock& clock = self->tasks_.ports_.clock;
    while (true) {
      const auto goes_on = co_await self->write();
      if (goes_on && !*goes_on) co_return;
      if (!goes_on && clock.now() >= self->stored_until_) co_return;  // by now it counts as abandoned
      if (!goes_on) {
        co_await clock.sleep_for(limits::task_poll_interval);
      } else if (!self->request_->over()) {  // or by an answer that was just delivered
        co_await self->pause();
      }
    }
  }

 private:
  // Until there is something to write, or time to look. A message waits for the next look, as there may be many.
  Task<void> pause() {
    Clock& clock = tasks_.ports_.clock;
    const TimePoint began = clock.now();
    while (true) {
      const auto first = co_await race(request_->task_news(), clock.sleep_for(limits::task_poll_interval));
      const bool is_news = first.index() == 0 || request_->task_message() != record_.message;
      const bool is_time =
          record_.status == TaskStatus::input_required || clock.now() - began >= limits::task_renewed_every;
      if (is_news || is_time) co_return;
    }
  }

  // False: the task is over, or gone.
  Task<Result<bool>> write() {
    if (request_->over() && parts_ == 0) CO_TRY(co_await write_outcome());
    CO_TRY(co_await write_questions());
    while (true) {
      CO_TRY(const bool written, co_await renew());
      if (written) break;
    }
    co_return !is_final(record_.status);
  }

  Task<Result<void>> write_outcome() {
    const MethodOutcome& outcome = request_->task_outcome();
    CO_TRY(parts_, co_await write_pieces(tasks_.ports_.store, outcome_key(owner_, record_.id),
                                         outcome ? *outcome : rpc::error_text(outcome.error()), record_.expires_at));
    co_return Result<void>{};
  }

  Task<Result<void>> write_questions() {
    for (auto& [key, question] : request_->task_questions()) {
      if (texts_.contains(key)) continue;
      CO_TRY(TaskRecord::Text text,
             co_await tasks_.write_text(owner_, record_.id, std::move(question), record_.expires_at));
      texts_.emplace(key, std::move(text));
    }
    co_return Result<void>{};
  }

  // False: somebody else wrote meanwhile.
  Task<Result<bool>> renew() {
    const Ports& ports = tasks_.ports_;
    const std::string key = record_key(owner_, record_.id);
    CO_TRY(const auto entry, co_await ports.store.get(key));
    if (!entry) {  // its ttl is over
      end(record_, TaskStatus::cancelled, "");
      co_return true;
    }
    CO_TRY(record_, TaskRecord::from_text(entry->value));
    stored_until_ = record_.runs_until;
    if (is_final(record_.status)) co_return true;
    for (const auto& [question, text] : std::exchange(record_.answers, {})) {
      CO_TRY(const json::Object answer, co_await tasks_.read_text(owner_, record_.id, text));
      const json::Value* result = json::find(answer, "result");
      request_->answer(question, result ? Result<json::Value>{*result}
                                        : fail(Error::Kind::unavailable, "The client did not answer."));
    }
    if (request_->over() && parts_ == 0) co_return true;
    const bool news = describe();
    CO_TRY(const bool won, co_await ports.store.replace(key, entry->version, record_.to_text(), record_.expires_at));
    if (won) stored_until_ = record_.runs_until;
    if (won && news) co_await tasks_.tell_watchers(record_, request_->call().user().account());
    co_return won;
  }

  // Brings the record up to what the call has come to. Whether that is worth telling.
  bool describe() {
    const TimePoint now = tasks_.ports_.clock.now();
    const TaskStatus status_before = record_.status;
    const auto message_before = std::exchange(record_.message, request_->task_message());
    const auto questions_before = std::exchange(record_.questions, written_questions());
    record_.runs_until = now + limits::task_lease;
    if (request_->over()) {
      const bool has_result = request_->task_outcome().has_value();
      end(record_, has_result ? TaskStatus::completed : TaskStatus::failed, request_->task_message());
      record_.is_error = request_->task_failed();
      record_.outcome_parts = parts_;
    } else if (now >= record_.authorized_until && now - record_.authorized_until >= limits::task_authorization_grace) {
      end(record_, TaskStatus::failed, "The sign-in that it ran under has ended, and nobody came back with another.");
    } else {
      record_.status = record_.questions.empty() ? TaskStatus::working : TaskStatus::input_required;
    }
    const bool news =
        record_.status != status_before || record_.message != message_before || record_.questions != questions_before;
    if (news) record_.updated_at = now;
    return news;
  }

  // One that was asked since then comes with the next record.
  [[nodiscard]] TaskRecord::Texts written_questions() const {
    TaskRecord::Texts questions;
    for (const auto& [key, _] : request_->task_questions()) {
      if (const auto text = texts_.find(key); text != texts_.end()) questions.insert(*text);
    }
    return questions;
  }

  Tasks& tasks_;
  const std::unique_ptr<PendingRequest> request_;
  const std::string owner_;
  TaskRecord record_;
  TimePoint stored_until_;   // its runs_until, as the Store has it
  TaskRecord::Texts texts_;  // all questions that were asked
  int parts_ = 0;            // of the outcome, once it is written
};

Tasks::Tasks(const Ports& ports)
    : ports_(ports),
      written_(ports.bus.subscribe(std::string{written_topic},
                                   [this](std::string_view, std::string_view id) {
                                     const auto found = running_.find(std::string{id});
                                     if (found != running_.end()) found->second->poke();
                                   })),
      changed_(on_changed(ports.bus, [this](std::string_view, std::string_view) { changes_.wake_all(); })) {}

std::unique_ptr<Bus::Subscription> Tasks::on_changed(
    Bus& bus, std::function<void(std::string_view key, std::string_view id)> listener) {
  return bus.subscribe(std::string{changed_topic}, std::move(listener));
}

std::string Tasks::owner_of(const Caller& caller) const {
  return hex_encode(ports_.crypto.sha256(identity_of(*caller)));
}

// What random_id() makes: anything else becomes no key.
bool Tasks::is_id(std::string_view id) {
  constexpr std::size_t id_chars = 22;
  return id.size() == id_chars && base64url_decode(id).has_value();
}

Task<void> Tasks::tell_watchers(const TaskRecord& record, const std::string& account) const {
  return ports_.bus.publish(std::string{changed_topic}, record.session.value_or(account), record.id);
}

Task<Result<TaskRecord>> Tasks::create(const Caller& caller, std::optional<Duration> ttl,
                                       std::optional<std::string> session) {
  const std::string owner = owner_of(caller);
  CO_TRY(const auto others, co_await ports_.store.scan(record_key(owner, ""), "", limits::tasks_per_owner_max));
  if (others.size() == limits::tasks_per_owner_max) {
    co_return fail(Error::Kind::limited, "There are too many tasks. Wait until some have expired.");
  }
  const TimePoint now = ports_.clock.now();
  const Duration lifetime =
      std::clamp<Duration>(ttl.value_or(limits::task_lifetime), std::chrono::seconds{1}, limits::task_lifetime_max);
  TaskRecord record{.id = random_id(ports_.random),
                    .created_at = now,
                    .updated_at = now,
                    .expires_at = now + lifetime,
                    .runs_until = now + limits::task_lease,
                    .authorized_until = caller->authorized_until,
                    .session = std::move(session)};
  CO_TRY(const bool created,
         co_await ports_.store.create(record_key(owner, record.id), record.to_text(), record.expires_at));
  if (!created) co_return fail(Error::Kind::unavailable, "Try again.");  // 128 random bits, met twice
  co_return record;
}

// If it cannot be removed now, it ends as one that nobody runs.
Task<void> Tasks::forget(Caller caller, TaskRecord record) {
  (void)co_await ports_.store.remove(record_key(owner_of(caller), record.id));
}

Task<void> Tasks::run(std::unique_ptr<PendingRequest> request, const Caller& caller, TaskRecord record) {
  return Work::run(std::make_unique<Work>(*this, std::move(request), owner_of(caller), std::move(record)));
}

void Tasks::start(std::unique_ptr<PendingRequest> request, const Caller& caller, TaskRecord record) {
  const auto place = background_.emplace(background_.end());
  *place = Job::prepare(run(std::move(request), caller, std::move(record)),
                        [this, place](const std::exception_ptr&) { background_.erase(place); });
  place->resume();
}

Task<Result<std::optional<TaskRecord>>> Tasks::find(Caller caller, std::string id) {
  return modify(std::move(caller), std::move(id), {}, keep);
}
Task<Result<std::optional<TaskRecord>>> Tasks::cancel(Caller caller, std::string id) {
  return modify(std::move(caller), std::move(id), {}, cancel_it);
}
Task<Result<std::optional<TaskRecord>>> Tasks::answer(Caller caller, std::string id, Answers answers) {
  CO_TRY(const auto task, co_await find(caller, id));
  if (!task) co_return std::nullopt;
  TaskRecord::Texts texts;
  for (auto& [key, answer] : answers) {
    if (!task->questions.contains(key)) continue;
    CO_TRY(texts[key], co_await write_text(owner_of(caller), id, std::move(answer), task->expires_at));
  }
  co_return co_await modify(std::move(caller), std::move(id), std::move(texts), give_answers);
}

Task<Result<std::optional<TaskRecord>>> Tasks::modify(Caller caller, std::string id, TaskRecord::Texts answers,
                                                      Change change) {
  if (!is_id(id)) co_return std::nullopt;
  const std::string key = record_key(owner_of(caller), id);
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(const auto entry, co_await ports_.store.get(key));
    if (!entry) co_return std::nullopt;
    CO_TRY(TaskRecord record, TaskRecord::from_text(entry->value));
    const TimePoint now = ports_.clock.now();
    const bool ended = end_if_abandoned(record, now) || change(record, answers);
    const bool renewed = !is_final(record.status) && caller->authorized_until > record.authorized_until;
    if (!ended && !renewed) co_return record;
    if (ended) record.updated_at = now;
    record.authorized_until = std::max(record.authorized_until, caller->authorized_until);
    CO_TRY(const bool won, co_await ports_.store.replace(key, entry->version, record.to_text(), record.expires_at));
    if (!won) continue;
    if (ended) {
      co_await ports_.bus.publish(std::string{written_topic}, {}, std::move(id));
      co_await tell_watchers(record, caller->account());
    }
    co_return record;
  }
  co_return fail(Error::Kind::unavailable, "Too many others changed the task.");
}

Task<Result<std::vector<TaskRecord>>> Tasks::list(Caller caller, std::string after, std::size_t count) {
  const std::string owner = owner_of(caller);
  CO_TRY(const auto entries,
         co_await ports_.store.scan(record_key(owner, ""), after.empty() ? "" : record_key(owner, after), count));
  std::vector<TaskRecord> records;
  for (const auto& [key, entry] : entries) {
    CO_TRY(TaskRecord record, TaskRecord::from_text(entry.value));
    end_if_abandoned(record, ports_.clock.now());
    records.push_back(std::move(record));
  }
  co_return records;
}

Task<Result<std::string>> Tasks::describe(Caller caller, TaskRecord record, Revision revision) {
  json::Object task = record.describe(revision);
  if (rules_of(revision).sessions) co_return json::serialize(task);
  const TaskStatus status = record.status;
  if (status == TaskStatus::input_required) {
    json::Object& requests = task["inputRequests"].emplace_object();
    for (const auto& [key, text] : record.questions) {
      CO_TRY(requests[key], co_await question(caller, record.id, text));
    }
  }
  std::string text = json::serialize(task);
  if (status != TaskStatus::completed && status != TaskStatus::failed) co_return text;
  CO_TRY(const std::string result, co_await outcome(std::move(caller), std::move(record)));
  text.pop_back();
  co_return concat(text, status == TaskStatus::completed ? R"(,"result":)" : R"(,"error":)", result, "}");
}

Task<Result<json::Object>> Tasks::question(Caller caller, std::string id, TaskRecord::Text text) {
  return read_text(owner_of(caller), std::move(id), std::move(text));
}

Task<Result<std::string>> Tasks::outcome(Caller caller, TaskRecord record) {
  if (record.outcome_parts == 0) co_return rpc::error_text({rpc::ErrorCode::internal_error, record.message});
  co_return co_await read_pieces(ports_.store, outcome_key(owner_of(caller), record.id), record.outcome_parts);
}

Task<Result<TaskRecord::Text>> Tasks::write_text(std::string owner, std::string id, json::Object content,
                                                 TimePoint expires_at) const {
  TaskRecord::Text text{.name = random_id(ports_.random)};
  CO_TRY(text.parts,
         co_await write_pieces(ports_.store, text_key(owner, id, text.name), json::serialize(content), expires_at));
  co_return text;
}

Task<Result<json::Object>> Tasks::read_text(std::string owner, std::string id, TaskRecord::Text text) const {
  CO_TRY(const std::string content, co_await read_pieces(ports_.store, text_key(owner, id, text.name), text.parts));
  // Our own text: the limits for what strangers send do not count.
  CO_TRY(json::Value value,
         json::parse(content, {.values_max = content.size(), .keys_per_object_max = content.size()}));
  co_return std::move(value.as_object());
}

Task<void> Tasks::change() { co_await race(wait_for_change(), ports_.clock.sleep_for(limits::task_poll_interval)); }
Task<void> Tasks::wait_for_change() { co_await changes_.wait(); }

}  // namespace postern::mcp
