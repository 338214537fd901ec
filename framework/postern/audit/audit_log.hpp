// The audit log: who called what, and how it ended, written down in a chain of records for each account (record.hpp).
//
//   AuditLog log{ports, server_secret, 90 * 24h};        // one an event loop or instance
//   mcp::EndpointOptions{.call_log = &log, ...}
//   co_await log.write_down();                            // every second or so, with or without requests
//
// A call that only reads is kept in memory until then, and costs its caller nothing; equal ones become one line that
// says how many. What can change something is written before it runs, together with all that waits for its account; it
// is refused when that fails (docs/decisions/0009). How it ended waits for the next writing.
//
// Memory is bounded: what does not fit is dropped, and a line says how much was lost; of accounts that nothing is kept
// of at that time, only a line of the server's log does. `ports` and the secret outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postern/audit/chain.hpp"
#include "postern/audit/entry.hpp"
#include "postern/base/flight.hpp"
#include "postern/base/secret.hpp"
#include "postern/mcp/call_log.hpp"
#include "postern/ports/ports.hpp"

namespace postern::limits {

// Of one event loop or instance.
inline constexpr auto audit_written_after = std::chrono::seconds{1};
inline constexpr std::size_t audit_entries_max = 10'000;   // that wait to be written
inline constexpr std::size_t audit_accounts_max = 20'000;  // the ends of whose chains are remembered
inline constexpr std::size_t audit_name_bytes_max = 256;   // of what a client called

}  // namespace postern::limits

namespace postern::audit {

// Each for one purpose, derived from the one server secret. scripts/audit.mjs derives the first and the last as well.
struct Keys {
  RotatedSecret chain;  // the codes of the records
  Secret arguments;     // digests of arguments
  Secret reader;        // what an operator shows to read the log (export.hpp)

  [[nodiscard]] static Keys derive(Crypto& crypto, const RotatedSecret& server_secret);
};

class AuditLog final : public mcp::CallLog {
 public:
  // Records live as long as `kept_for`.
  AuditLog(const Ports& ports, const RotatedSecret& server_secret, Duration kept_for);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  ~AuditLog() override;

  [[nodiscard]] mcp::CallChange identify(std::string_view name, const json::Value& arguments) override;
  [[nodiscard]] Task<Result<void>> begin(const mcp::LoggedCall& call) override;
  void end(const mcp::LoggedCall& call, mcp::CallOutcome outcome) override;

  // All that waits, as far as the store takes it; the rest waits on.
  [[nodiscard]] Task<void> write_down();
  // For a host whose timers belong to requests: the same, a little later, unless another request is about to do it.
  [[nodiscard]] Task<void> write_down_soon();

  [[nodiscard]] const Keys& keys() const { return keys_; }
  // Entries that are not written yet.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  // What is to be written about one account.
  struct Queue {
    Queue(const Ports& ports, const Keys& keys, std::string of) : account(of), chain(ports, keys.chain, of) {}

    [[nodiscard]] bool is_idle() const { return waiting.empty() && !sending && lost == 0; }

    [[nodiscard]] std::string_view user_id() const { return std::string_view{account}.substr(0, account.find('/')); }

    const std::string account;
    Chain chain;
    std::vector<Entry> waiting;
    std::uint64_t lost = 0;

    // Entries by the order they came: how many there were, and how many of them are written.
    std::uint64_t added = 0;
    std::uint64_t written = 0;

    // Taken from `waiting`, and perhaps written; it stays as it is until that is known.
    std::optional<Batch> sending;
    std::uint64_t sending_entries = 0;
    std::vector<std::chrono::sys_days> days;  // on which that was called

    std::optional<std::chrono::sys_days> indexed;  // the last day for which an entry was made in the index
    std::uint64_t failures = 0;
    Flight writing;
  };
  // Held by whoever uses it, as a queue with nothing in it may be forgotten at any time.
  using SharedQueue = std::shared_ptr<Queue>;

  [[nodiscard]] const SharedQueue& queue_of(const std::string& account);
  void make_room();
  void add(Queue& queue, Entry entry);
  void take_batch(Queue& queue) const;
  // Until the first `count` entries of the queue are written, or an attempt has failed.
  [[nodiscard]] Task<Result<void>> write(SharedQueue queue, std::uint64_t count);
  [[nodiscard]] Task<Result<void>> write_batch(Queue& queue);
  [[nodiscard]] Task<Result<void>> index(Queue& queue);
  // From the queue `next` on, several at a time.
  [[nodiscard]] Task<bool> write_all(const std::vector<SharedQueue>& queues, std::size_t& next, int at_a_time);

  const Ports& ports_;
  const Keys keys_;
  const Duration kept_for_;
  std::unordered_map<std::string, SharedQueue> queues_;  // by account
  std::size_t waiting_ = 0;
  bool lost_some_ = false;
  std::uint64_t lost_of_others_ = 0;  // calls of accounts without a queue
  Flight soon_;
};

}  // namespace postern::audit
