#include "postern/mcp/methods/resource_updates.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view updated_topic = "mcp.resource.updated";

std::string records_key(std::string_view account) { return concat("resource_update/", account, "/"); }

// "<milliseconds since 1970> <uri>".
std::string write_update(TimePoint moment, std::string_view uri) {
  return concat(moment.time_since_epoch().count(), " ", uri);
}
std::pair<TimePoint, std::string_view> read_update(std::string_view text) {
  std::int64_t moment = 0;
  std::from_chars(text.data(), text.data() + text.size(), moment);
  return {TimePoint{Duration{moment}}, text.substr(text.find(' ') + 1)};
}

}  // namespace

std::unique_ptr<Bus::Subscription> on_resource_update(
    Bus& bus, std::function<void(std::string_view account, std::string_view uri, TimePoint moment)> listener) {
  return bus.subscribe(std::string{updated_topic},
                       [listener = std::move(listener)](std::string_view account, std::string_view message) {
                         const auto [moment, uri] = read_update(message);
                         listener(account, uri, moment);
                       });
}

// One record for each resource.
Task<void> publish_resource_update(const Ports& ports, const Principal* caller, std::string uri) {
  if (!caller) co_return;
  const TimePoint now = ports.clock.now();
  std::string update = write_update(now, uri);
  // If it cannot be written, those who are connected hear of it all the same.
  (void)co_await ports.store.put(concat(records_key(caller->account()), hex_encode(ports.crypto.sha256(uri))), update,
                                 now + limits::resource_update_lifetime);
  co_await ports.bus.publish(std::string{updated_topic}, caller->account(), std::move(update));
}

Task<Result<std::optional<ResourceUpdates>>> find_resource_updates(const Ports& ports, std::string account,
                                                                   TimePoint since) {
  if (since - limits::clock_skew + limits::resource_update_lifetime <= ports.clock.now()) co_return std::nullopt;
  CO_TRY(const auto records, co_await ports.store.scan(records_key(account), "", limits::store_scan_max));
  if (records.size() == limits::store_scan_max) co_return std::nullopt;
  ResourceUpdates updates;
  for (const auto& [key, entry] : records) {
    const auto [moment, uri] = read_update(entry.value);
    if (moment >= since - limits::clock_skew && moment != since) updates.emplace(uri, moment);
  }
  co_return updates;
}

}  // namespace postern::mcp
