// The Fetch port over workerd's fetch.
//
// A worker cannot see the address that a name leads to, so `Destination::public_only` is kept in two steps: a URL whose
// host is an address, or a name of no public domain, is refused here; and the network that Cloudflare lets a worker
// reach has no private addresses in it (with the flag global_fetch_strictly_public, no short cuts to other workers of
// the account either).
#pragma once

#include "postern/ports/fetch.hpp"

namespace postern::workers {

class HostFetch final : public Fetch {
 public:
  Task<Result<FetchResponse>> fetch(FetchRequest request) override;
};

}  // namespace postern::workers
