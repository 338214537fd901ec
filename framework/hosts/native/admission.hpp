// How many connections there are, in all and from each address (security.md threat 35). Shared by the loops: its lock
// is taken when a connection comes and goes, never in between.
//
//   if (auto ticket = admission.admit(address)) keep(*std::move(ticket));   // counted until the ticket is destroyed
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace postern {

class Admission {
 public:
  // An IPv4 address, or the /64 of an IPv6 one: what one customer of a provider has.
  using Origin = std::array<unsigned char, 8>;

  class Ticket {
   public:
    Ticket(Admission& admission, Origin origin) : admission_(&admission), origin_(origin) {}
    Ticket(Ticket&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)), origin_(other.origin_) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (admission_) admission_->release(origin_);
    }

   private:
    Admission* admission_;
    Origin origin_;
  };

  Admission(std::size_t total_max, std::size_t per_address_max)
      : total_max_(total_max), per_address_max_(per_address_max) {}

  // Nullopt if there are enough. Tickets must not outlive the admission.
  [[nodiscard]] std::optional<Ticket> admit(const boost::asio::ip::address& address);

 private:
  void release(const Origin& origin);

  const std::size_t total_max_;
  const std::size_t per_address_max_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<Origin, std::size_t> by_origin_;
};

}  // namespace postern
