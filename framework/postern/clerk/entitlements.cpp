#include "postern/clerk/entitlements.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "postern/clerk/session_claims.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr auto lifetime_max = 10min;  // of the token that we ask for; it is of a minute

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> held(const std::vector<std::string>& asked, std::string_view list) {
  std::vector<std::string> held;
  std::ranges::copy_if(asked, std::back_inserter(held),
                       [&](const std::string& each) { return has_entitlement(list, each); });
  return held;
}

std::unexpected<Error> unavailable() {
  return fail(Error::Kind::unavailable, "The sign-in cannot be checked now. Try again in a moment.");
}

}  // namespace

bool has_entitlement(std::string_view list, std::string_view needed) {
  const std::size_t colon = needed.find(':');
  const bool of_organization = colon == needed.npos || needed.starts_with("org:");
  const bool of_user = colon == needed.npos || needed.starts_with("user:");
  const std::string_view name = needed.substr(colon + 1);
  bool has = false;
  for (std::size_t begin = 0, end = 0; begin <= list.size(); begin = end + 1) {
    end = std::min(list.find(',', begin), list.size());
    const std::string_view entry = trim(list.substr(begin, end - begin));
    const std::size_t mark = entry.find(':');
    if (mark == entry.npos) return false;
    const std::string_view scope = entry.substr(0, mark);
    const bool is_both = scope == "ou" || scope == "uo";
    if (entry.substr(mark + 1) != name) continue;
    has = has || (of_organization && (is_both || scope == "o")) || (of_user && (is_both || scope == "u"));
  }
  return has;
}

Entitlements::Entitlements(EntitlementSettings settings, Backend& backend, InstanceJwts& jwts, Ports& ports)
    : settings_(std::move(settings)),
      policy_{.issuer = settings_.issuer, .lifetime_max = lifetime_max},
      backend_(backend),
      jwts_(jwts),
      ports_(ports) {}

Task<Result<oauth::SignedInUser>> Entitlements::add_to(oauth::SignedInUser user) {
  user.features.clear();
  user.plans.clear();
  if (settings_.features.empty() && settings_.plans.empty()) co_return user;
  const auto minted = co_await backend_.mint_session_token(user.session_id);
  if (!minted && minted.error().kind == BackendError::Kind::not_found)
    co_return fail(Error::Kind::unauthorized, "The sign-in has ended.");
  if (!minted) co_return unavailable();
  const auto verified = co_await jwts_.verify(std::string{minted->jwt.reveal()}, policy_);
  if (!verified) co_return unavailable();
  const auto claims = read_session_claims(verified->header, verified->jwt);
  if (!claims || claims->user_id != user.user_id) co_return unavailable();
  const std::string_view organization_id = claims->organization ? claims->organization->id : std::string_view{};
  if (organization_id != user.organization_id) {
    ports_.log.write(LogLevel::info, "clerk.other_organization", {{"reason", "no feature and no plan counts"}});
    co_return user;
  }
  user.features = held(settings_.features, claims->features);
  user.plans = held(settings_.plans, claims->plans);
  co_return user;
}

}  // namespace postern::clerk
