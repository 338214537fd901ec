#include "postern/audit/chain.hpp"

#include <algorithm>
#include <utility>

namespace postern::audit {
namespace {

// So many records pass until the tip is written anew: whoever looks for the end reads no more than that, or little
// more.
constexpr std::uint64_t tip_every = 16;
constexpr std::size_t page_size = 32;
// One that is lost to another instance is one that the other has won, so this is for very many at one time.
constexpr int attempts_max = 64;

}  // namespace

Task<Result<ChainEnd>> Chain::append(const Batch& batch, TimePoint expires_at) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    CO_TRY(co_await find_end());
    std::string record = make_record(ports_.crypto, key_.current, account_, *end_, batch);
    ChainEnd next{.sequence = end_->sequence + 1, .code = std::string{code_of(record)}, .until = expires_at};
    CO_TRY(const bool created,
           co_await ports_.store.create(record_key(account_, next.sequence), std::move(record), expires_at));
    if (created) {
      end_ = next;
      // If it fails, a later one shows the way.
      if (next.sequence % tip_every == 0)
        (void)co_await ports_.store.put(tip_key(account_), make_tip(ports_.crypto, key_.current, account_, next),
                                        expires_at);
      co_return next;
    }
    // Somebody else was faster, or an attempt of ours that seemed to fail did not.
    CO_TRY(const bool is_there, co_await read_on(*end_, batch.id));
    if (is_there) co_return *end_;
  }
  co_return fail(Error::Kind::unavailable, "Too many others append to this audit log.");
}

Task<Result<std::uint64_t>> Chain::next_sequence() {
  CO_TRY(co_await find_end());
  co_return end_->sequence + 1;
}

Task<Result<std::vector<std::string>>> Chain::last_records(std::size_t count) {
  CO_TRY(const ChainEnd tip, co_await read_tip());
  std::string after = record_key(account_, tip.sequence - std::min<std::uint64_t>(tip.sequence, count));
  std::vector<std::string> records;
  while (true) {
    CO_TRY(auto page, co_await ports_.store.scan(records_prefix(account_), after, page_size));
    for (Store::KeyedEntry& each : page) records.push_back(std::move(each.entry.value));
    if (records.size() > count) records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(count));
    if (page.size() < page_size) co_return records;
    after = page.back().key;
  }
}

Task<Result<ChainEnd>> Chain::read_tip() {
  CO_TRY(const auto tip, co_await ports_.store.get(tip_key(account_)));
  if (!tip) co_return ChainEnd{};
  co_return audit::read_tip(ports_.crypto, key_, account_, tip->value).value_or(ChainEnd{});
}

Task<Result<bool>> Chain::read_on(ChainEnd& end, std::string_view batch_id) {
  bool found = false;
  std::string after = record_key(account_, end.sequence);
  while (true) {
    CO_TRY(const auto page, co_await ports_.store.scan(records_prefix(account_), after, page_size));
    for (const auto& [key, entry] : page) {
      if (sequence_of(key) == 0) continue;
      end = {.sequence = sequence_of(key), .code = std::string{code_of(entry.value)}, .until = entry.expires_at};
      if (!batch_id.empty()) found = found || batch_of(entry.value) == batch_id;
    }
    if (page.size() < page_size) co_return found;
    after = page.back().key;
  }
}

// Only what was read to the end counts, and only until it expires: others may have carried the chain on, and when the
// numbers after ours are free again, they are free in its middle.
Task<Result<void>> Chain::find_end() {
  if (end_ && end_->sequence > 0 && end_->until <= ports_.clock.now()) end_.reset();
  if (end_) co_return Result<void>{};
  CO_TRY(ChainEnd end, co_await read_tip());
  CO_TRY(co_await read_on(end, ""));
  end_ = std::move(end);
  co_return Result<void>{};
}

}  // namespace postern::audit
