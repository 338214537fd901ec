#include "postern/audit/audit_log.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "postern/audit/arguments_digest.hpp"
#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/utf8.hpp"
#include "postern/base/when_all.hpp"
#include "postern/json/format.hpp"
#include "postern/oauth/short_hash.hpp"
#include "postern/ports/random.hpp"

namespace postern::audit {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

// Room in a record for its head and its code.
constexpr std::size_t lines_bytes_max = limits::store_value_bytes_max - 1024;
constexpr std::size_t call_id_bytes = 9;
constexpr int users_at_a_time = 16;  // whose records are made
// How far back a line is looked for that a further read can join.
constexpr std::ptrdiff_t lines_looked_at = 16;

sys_days day_of(TimePoint time) { return std::chrono::floor<std::chrono::days>(time); }

// "2026-11-28"
std::string text_of(sys_days day) { return json::format_date_time(TimePoint{day}).substr(0, 10); }

Entry entry_of(const mcp::LoggedCall& call, std::string_view name) {
  Entry entry{.at = call.began_at,
              .last_at = call.began_at,
              .caller = call.caller,
              .method = call.method,
              .name = std::string{name}};
  if (call.change) {
    entry.change = *call.change;
    entry.request_id = call.request_id;
  }
  return entry;
}

std::string_view name_of(const mcp::LoggedCall& call) { return utf8_prefix(call.name, limits::audit_name_bytes_max); }

Task<Result<void>> already(Result<void> outcome) { co_return outcome; }

}  // namespace

Keys Keys::derive(Crypto& crypto, const RotatedSecret& server_secret) {
  return {.chain = derive_key(crypto, server_secret, "audit-chain"),
          .arguments = derive_key(crypto, server_secret.current, "audit-arguments"),
          .reader = Secret{base64url_encode(derive_key(crypto, server_secret.current, "audit-reader").reveal())}};
}

AuditLog::AuditLog(const Ports& ports, const RotatedSecret& server_secret, Duration kept_for)
    : ports_(ports), keys_(Keys::derive(ports.crypto, server_secret)), kept_for_(kept_for) {}

AuditLog::~AuditLog() = default;

mcp::CallChange AuditLog::identify(std::string_view name, const json::Value& arguments) {
  return {.id = base64url_encode(ports_.random.bytes(call_id_bytes)),
          .arguments = arguments_digest(ports_.crypto, keys_.arguments, name, arguments)};
}

Task<Result<void>> AuditLog::begin(const mcp::LoggedCall& call) {
  if (waiting_ >= limits::audit_entries_max)
    return already(fail(Error::Kind::limited, "Too much waits to be written."));
  const SharedQueue& queue = queue_of(call.caller->account());
  add(*queue, entry_of(call, name_of(call)));
  return write(queue, queue->added);
}

void AuditLog::end(const mcp::LoggedCall& call, mcp::CallOutcome outcome) {
  const std::string account = call.caller->account();
  if (waiting_ >= limits::audit_entries_max && !queues_.contains(account)) {
    ++lost_of_others_;
    return;
  }
  Queue& queue = *queue_of(account);
  const TimePoint now = ports_.clock.now();
  const Duration took = std::max(now - call.began_at, Duration{0});  // the clock may have been set
  const std::string_view name = name_of(call);
  if (!call.change) {
    for (Entry& entry : queue.waiting | std::views::reverse | std::views::take(lines_looked_at)) {
      if (entry.change) break;  // so that it can be told what was read before a change, and what after
      if (!entry.is_read(call, name, outcome)) continue;
      ++entry.calls;
      entry.took += took;
      entry.last_at = call.began_at;
      return;
    }
  }
  if (waiting_ >= limits::audit_entries_max) {
    ++queue.lost;
    lost_some_ = true;
    return;
  }
  Entry entry = entry_of(call, name);
  if (call.change) entry.at = now;
  entry.outcome = outcome;
  entry.took = took;
  add(queue, std::move(entry));
}

Task<void> AuditLog::write_down() {
  if (lost_of_others_ > 0) {
    ports_.log.write(LogLevel::error, "audit.lost", {{"calls", std::exchange(lost_of_others_, 0)}});
  }
  if (waiting_ == 0 && !std::exchange(lost_some_, false)) co_return;
  std::vector<SharedQueue> queues;
  for (const SharedQueue& queue : queues_ | std::views::values) {
    if (!queue->is_idle()) queues.push_back(queue);
  }
  std::size_t next = 0;
  co_await write_all(queues, next, users_at_a_time);
}

Task<bool> AuditLog::write_all(const std::vector<SharedQueue>& queues, std::size_t& next, int at_a_time) {
  if (at_a_time > 1) {
    co_await when_all(write_all(queues, next, at_a_time / 2), write_all(queues, next, at_a_time / 2));
    co_return true;
  }
  while (next < queues.size()) {
    const SharedQueue& queue = queues[next++];
    (void)co_await write(queue, queue->added);  // what fails is logged there, and waits on
  }
  co_return true;
}

Task<void> AuditLog::write_down_soon() {
  if (soon_.busy() || (waiting_ == 0 && !lost_some_)) co_return;
  const Flight::Turn turn{soon_};
  co_await ports_.clock.sleep_for(limits::audit_written_after);
  co_await write_down();
}

const AuditLog::SharedQueue& AuditLog::queue_of(const std::string& account) {
  const auto found = queues_.find(account);
  if (found != queues_.end()) return found->second;
  if (queues_.size() >= limits::audit_accounts_max) make_room();
  return queues_.emplace(account, std::make_shared<Queue>(ports_, keys_, account)).first->second;
}

// What is known of the end of somebody's chain can be read again. There is one, as entries are bounded by less, unless
// the store is down and calls were lost of all these accounts: then of no other one is anything kept but a count.
void AuditLog::make_room() {
  const auto idle = std::ranges::find_if(
      queues_, [](const auto& each) { return each.second->is_idle() && each.second.use_count() == 1; });
  if (idle != queues_.end()) queues_.erase(idle);
}

void AuditLog::add(Queue& queue, Entry entry) {
  queue.waiting.push_back(std::move(entry));
  ++queue.added;
  ++waiting_;
}

void AuditLog::take_batch(Queue& queue) const {
  Batch batch{.id = random_id(ports_.random)};
  const TimePoint now = ports_.clock.now();
  queue.days.clear();
  queue.sending_entries = 0;
  if (queue.lost > 0) {
    append_lost(batch.lines, now, std::exchange(queue.lost, 0));
    queue.days.push_back(day_of(now));
  }
  std::string line;
  auto entry = queue.waiting.begin();
  for (; entry != queue.waiting.end(); ++entry) {
    line.clear();
    append_line(line, *entry);
    if (batch.lines.size() + line.size() > lines_bytes_max) break;
    batch.lines += line;
    if (const sys_days day = day_of(entry->at); queue.days.empty() || queue.days.back() != day)
      queue.days.push_back(day);
    ++queue.sending_entries;
  }
  queue.waiting.erase(queue.waiting.begin(), entry);
  queue.sending = std::move(batch);
}

Task<Result<void>> AuditLog::write(SharedQueue queue, std::uint64_t count) {
  const std::uint64_t failures = queue->failures;
  while (queue->writing.busy()) {
    co_await queue->writing.wait();
    if (queue->written >= count && queue->lost == 0) co_return Result<void>{};
    // Whoever waited together fails together: a store that is down is asked once, not by each of them in turn.
    if (queue->failures != failures) co_return fail(Error::Kind::unavailable, "It could not be written.");
  }
  const Flight::Turn turn{queue->writing};
  while (queue->written < count || (queue->lost > 0 && queue->waiting.empty())) {
    if (auto written = co_await write_batch(*queue); !written) {
      ++queue->failures;
      ports_.log.write(LogLevel::error, "audit.write_failed",
                       {{"user", oauth::short_hash(ports_.crypto, queue->user_id())},
                        {"waiting", queue->added - queue->written},
                        {"reason", written.error().message}});
      co_return written;
    }
  }
  co_return Result<void>{};
}

Task<Result<void>> AuditLog::write_batch(Queue& queue) {
  if (!queue.sending) take_batch(queue);
  CO_TRY(co_await index(queue));
  CO_TRY(const ChainEnd end, co_await queue.chain.append(*queue.sending, ports_.clock.now() + kept_for_));
  queue.sending.reset();
  queue.written += queue.sending_entries;
  waiting_ -= queue.sending_entries;
  // Somewhere else than the records themselves: what was cut off from their end is missed by these lines.
  ports_.log.write(LogLevel::info, "audit.written",
                   {{"user", oauth::short_hash(ports_.crypto, queue.user_id())},
                    {"sequence", end.sequence},
                    {"code", std::string_view{end.code}.substr(0, 8)}});
  co_return Result<void>{};
}

// Which accounts called something on a day, and from which of their records on. Before the record: a crash leaves an
// entry that leads to nothing, never a record that is not found.
Task<Result<void>> AuditLog::index(Queue& queue) {
  for (const sys_days day : queue.days) {
    if (queue.indexed == day) continue;
    CO_TRY(const std::uint64_t sequence, co_await queue.chain.next_sequence());
    CO_TRY(co_await ports_.store.create(concat("audit_user/", text_of(day), "/", queue.account), concat(sequence),
                                        ports_.clock.now() + kept_for_ + 24h));
    queue.indexed = day;
  }
  co_return Result<void>{};
}

}  // namespace postern::audit
