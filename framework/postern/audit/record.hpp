// A record of the audit log: some lines about one account, and what ties them to the record before.
//
//   {"sequence":17,"batch":"kq3…","previous":"<the code of record 16>","previous_until":1798675200000}
//   {"at":"2026-11-28T09:30:00Z",…}                     the lines
//   {"at":"2026-11-28T09:30:01.250Z",…}
//   <code>                                              base64url, no line feed after it
//
// The code is HMAC-SHA-256 over the record's key, a line feed, and all that stands before it. So a record that was
// changed, moved to another place or to another account does not fit its code, and one that is missing is the
// `previous` of none. `previous_until` says until when the record before must be there: after that it has expired.
// `batch` is random: by it a writer recognises its own record.
//
//   audit/<account>/b<sequence, ten digits>             a record; the first is 1
//   audit/<account>/tip                                 where the end was some records ago, with a code of its own
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/secret.hpp"
#include "postern/base/time.hpp"
#include "postern/ports/crypto.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::audit {

// What the next record has to follow. Sequence 0: nothing.
struct ChainEnd {
  std::uint64_t sequence = 0;
  std::string code{};
  TimePoint until{};  // when that record expires
};

struct Batch {
  std::string id;
  std::string lines;
};

[[nodiscard]] std::string records_prefix(std::string_view account);
[[nodiscard]] std::string record_key(std::string_view account, std::uint64_t sequence);
[[nodiscard]] std::string tip_key(std::string_view account);
// 0 for another key.
[[nodiscard]] std::uint64_t sequence_of(std::string_view key);

[[nodiscard]] std::string make_record(Crypto& crypto, const Secret& chain_key, std::string_view account,
                                      const ChainEnd& previous, const Batch& batch);
// The parts of a record. Empty where it is none; none of them is checked.
[[nodiscard]] std::string_view code_of(std::string_view record);
[[nodiscard]] std::string_view lines_of(std::string_view record);
[[nodiscard]] std::string batch_of(std::string_view record);

[[nodiscard]] std::string make_tip(Crypto& crypto, const Secret& chain_key, std::string_view account,
                                   const ChainEnd& end);
// Nullopt if it is not genuine.
[[nodiscard]] std::optional<ChainEnd> read_tip(Crypto& crypto, const RotatedSecret& chain_key, std::string_view account,
                                               std::string_view tip);

}  // namespace postern::audit
