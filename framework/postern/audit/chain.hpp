// The records of one account in the Store, one after the other, whoever appends them.
//
//   Chain chain{ports, key, account};
//   CO_TRY(co_await chain.append(batch, now + 90 * 24h));
//
// A record is made by `create` under the next number, so of two instances that append at once only one makes it: the
// other reads on to the new end and tries the next number. Nothing forks, and nothing is written over.
//
// After an error it is not known whether the record was made. Who then appends the same batch again, by its id, has it
// in the chain once. One at a time may append to a Chain; `ports` and the key outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "postern/audit/record.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/ports.hpp"

namespace postern::audit {

class Chain {
 public:
  Chain(const Ports& ports, const RotatedSecret& key, std::string account)
      : ports_(ports), key_(key), account_(std::move(account)) {}
  Chain(const Ports&, RotatedSecret&&, std::string) = delete;  // the key would not outlive it

  // `batch` lives until the task ends. What it gives is the new end.
  [[nodiscard]] Task<Result<ChainEnd>> append(const Batch& batch, TimePoint expires_at);
  // No record of a later append has a lower number.
  [[nodiscard]] Task<Result<std::uint64_t>> next_sequence();

  // The last records, about `count` of them, the oldest first.
  [[nodiscard]] Task<Result<std::vector<std::string>>> last_records(std::size_t count);

 private:
  [[nodiscard]] Task<Result<ChainEnd>> read_tip();
  // Goes from `end` to the last record. True if one on the way is the batch's.
  [[nodiscard]] Task<Result<bool>> read_on(ChainEnd& end, std::string_view batch_id);
  [[nodiscard]] Task<Result<void>> find_end();

  const Ports& ports_;
  const RotatedSecret& key_;
  const std::string account_;
  std::optional<ChainEnd> end_;  // as far as it is known
};

}  // namespace postern::audit
