#include "postern/audit/record.hpp"

#include <charconv>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/json/value.hpp"
#include "postern/json/writer.hpp"

namespace postern::audit {
namespace {

constexpr std::size_t sequence_digits = 10;
constexpr std::uint64_t sequence_max = 9'999'999'999;
constexpr std::size_t code_chars = 43;

std::string code(Crypto& crypto, const Secret& chain_key, std::string_view key, std::string_view text) {
  return base64url_encode(crypto.hmac_sha256(chain_key.reveal(), concat(key, "\n", text)));
}

std::string_view before_code(std::string_view record) { return record.substr(0, record.rfind('\n') + 1); }

std::int64_t number_of(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace

std::string records_prefix(std::string_view account) { return concat("audit/", account, "/b"); }

std::string record_key(std::string_view account, std::uint64_t sequence) {
  const std::string digits = concat(sequence);
  return concat(records_prefix(account), std::string(sequence_digits - digits.size(), '0'), digits);
}

std::string tip_key(std::string_view account) { return concat("audit/", account, "/tip"); }

std::uint64_t sequence_of(std::string_view key) {
  const std::string_view digits = key.substr(key.rfind('/') + 1);
  std::uint64_t sequence = 0;
  if (digits.size() == sequence_digits + 1 && digits.front() == 'b')
    std::from_chars(digits.data() + 1, digits.data() + digits.size(), sequence);
  return sequence < sequence_max ? sequence : 0;  // there must be a next one
}

std::string make_record(Crypto& crypto, const Secret& chain_key, std::string_view account, const ChainEnd& previous,
                        const Batch& batch) {
  const std::uint64_t sequence = previous.sequence + 1;
  std::string record;
  record.reserve(batch.lines.size() + 256);
  json::ObjectWriter head{record};
  json::append(head.member("sequence"), sequence);
  json::append(head.member("batch"), batch.id);
  json::append(head.member("previous"), previous.code);
  json::append(head.member("previous_until"), number_of(previous.until));
  head.end();
  record.append("\n").append(batch.lines);
  return record + code(crypto, chain_key, record_key(account, sequence), record);
}

std::string_view code_of(std::string_view record) {
  const std::string_view last = record.substr(record.rfind('\n') + 1);
  return last.size() == code_chars ? last : std::string_view{};
}

std::string_view lines_of(std::string_view record) {
  const std::string_view lines = before_code(record);
  return lines.substr(lines.find('\n') + 1);
}

std::string batch_of(std::string_view record) {
  const auto head = json::parse(record.substr(0, record.find('\n')));
  const json::Object* members = head ? head->if_object() : nullptr;
  return std::string{members ? json::find_string(*members, "batch").value_or("") : ""};
}

std::string make_tip(Crypto& crypto, const Secret& chain_key, std::string_view account, const ChainEnd& end) {
  std::string tip;
  json::ObjectWriter members{tip};
  json::append(members.member("sequence"), end.sequence);
  json::append(members.member("code"), end.code);
  json::append(members.member("until"), number_of(end.until));
  members.end();
  tip += '\n';
  return tip + code(crypto, chain_key, tip_key(account), tip);
}

std::optional<ChainEnd> read_tip(Crypto& crypto, const RotatedSecret& chain_key, std::string_view account,
                                 std::string_view tip) {
  const std::string_view text = before_code(tip);
  const auto is_by = [&](const Secret& key) {
    return constant_time_equal(code_of(tip), code(crypto, key, tip_key(account), text));
  };
  if (!is_by(chain_key.current) && !(chain_key.has_previous() && is_by(chain_key.previous))) return std::nullopt;
  const auto value = json::parse(text);
  const json::Value* sequence = value ? json::find(*value, "sequence") : nullptr;
  const json::Value* until = value ? json::find(*value, "until") : nullptr;
  if (!sequence || !sequence->is_int64() || !until || !until->is_int64()) return std::nullopt;
  return ChainEnd{.sequence = static_cast<std::uint64_t>(sequence->get_int64()),
                  .code = std::string{json::find_string(value->get_object(), "code").value_or("")},
                  .until = TimePoint{Duration{until->get_int64()}}};
}

}  // namespace postern::audit
