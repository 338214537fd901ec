#include "hosts/native/admission.hpp"

#include <algorithm>

namespace postern {

namespace {

Admission::Origin origin_of(const boost::asio::ip::address& address) {
  Admission::Origin origin{};
  if (address.is_v4() || address.to_v6().is_v4_mapped()) {
    const auto v4 = address.is_v4() ? address.to_v4()
                                    : boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    std::ranges::copy(v4.to_bytes(), origin.begin() + 4);  // four zero bytes first: no /64 of the Internet starts so
  } else {
    std::copy_n(address.to_v6().to_bytes().begin(), origin.size(), origin.begin());
  }
  return origin;
}

}  // namespace

std::optional<Admission::Ticket> Admission::admit(const boost::asio::ip::address& address) {
  const auto origin = origin_of(address);
  const std::lock_guard lock{mutex_};
  if (total_ >= total_max_) return std::nullopt;
  auto& count = by_origin_[origin];
  if (count >= per_address_max_) return std::nullopt;  // so it is not zero, and stays in the map by right
  ++count;
  ++total_;
  return std::make_optional<Ticket>(*this, origin);
}

void Admission::release(const Origin& origin) {
  const std::lock_guard lock{mutex_};
  --total_;
  const auto found = by_origin_.find(origin);
  if (--found->second == 0) by_origin_.erase(found);
}

}  // namespace postern
